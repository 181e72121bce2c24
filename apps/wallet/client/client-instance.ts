/**
 * As whom a wallet is known at an authorization server: a key for that server alone, so that two servers cannot find out that they
 * serve the same person (draft-ietf-oauth-attestation-based-client-auth §10.1), and what its provider says of it. The key stays,
 * since codes and refresh tokens are bound to it; attestations come and go.
 */
import type { Signer } from '@countersign/crypto/engine'
import { generateSoftwareKey, parsePrivateKey, softwareSigner } from '@countersign/keys/signers/software-key'
import type { ClientInstanceRow } from '../database/schema.ts'
import type { ClientAttestation, WalletProvider } from '../provider/wallet-provider.ts'
import type { Wallet } from '../wallet.ts'

export interface ClientInstance {
  readonly id: string
  readonly signer: Signer
  readonly attestation?: KeptAttestation | undefined
}

interface KeptAttestation extends ClientAttestation {
  /** Of the provider as it was. */
  readonly mark: string
}

export interface InstancePlace {
  readonly walletId: string
  /** Issuer identifier of the authorization server. */
  readonly server: string
}

/** Made when it is needed first; of two who make it at once one counts. */
export async function openInstance(
  wallet: Wallet,
  { server, walletId }: InstancePlace,
  algorithm: 'ES256',
): Promise<ClientInstance> {
  const { columns, database, now } = wallet
  const id = await columns.hash('client_instance', JSON.stringify([walletId, server]))
  const before = await findRow(wallet, id)
  if (before !== undefined) return opened(wallet, before)
  const key = JSON.stringify(generateSoftwareKey(algorithm))
  await database.db
    .insertInto('client_instances')
    .values({
      id,
      wallet_id: walletId,
      key_sealed: columns.seal(['client_instances', id, 'key'], key),
      attestation_sealed: null,
      created_at: now(),
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
  const made = await findRow(wallet, id)
  if (made === undefined) throw new Error('a client instance that was just written is not there')
  return opened(wallet, made)
}

/** The one that it has, while that is good for a while; otherwise a new one, written down. Of two both are good. */
export async function attestationFor(
  wallet: Wallet,
  provider: WalletProvider,
  { attestation: before, id, signer }: ClientInstance,
): Promise<string> {
  const isGood = before?.mark === provider.mark && wallet.now() < before.renewAt
  return isGood ? before.jwt : renewAttestation(wallet, provider, { id, signer })
}

export async function renewAttestation(
  { columns, database }: Wallet,
  provider: WalletProvider,
  { id, signer }: ClientInstance,
): Promise<string> {
  const { mark } = provider
  const { jwt, renewAt } = await provider.attestClient(signer.publicJwk)
  const kept: KeptAttestation = { jwt, renewAt, mark }
  await database.db
    .updateTable('client_instances')
    .set({
      attestation_sealed: columns.seal(['client_instances', id, 'attestation'], JSON.stringify(kept)),
    })
    .where('id', '=', id)
    .execute()
  return jwt
}

function findRow({ database }: Wallet, id: string): Promise<ClientInstanceRow | undefined> {
  return database.db.selectFrom('client_instances').selectAll().where('id', '=', id).executeTakeFirst()
}

function opened({ columns }: Wallet, row: ClientInstanceRow): ClientInstance {
  const { attestation_sealed: attestation, id, key_sealed: key } = row
  const privateJwk = parsePrivateKey(columns.open(['client_instances', id, 'key'], key))
  if (!privateJwk.ok) throw new Error('the key of a client instance cannot be read')
  return {
    id,
    signer: softwareSigner(privateJwk.value),
    attestation:
      attestation === null
        ? undefined
        : JSON.parse(columns.open(['client_instances', id, 'attestation'], attestation)),
  }
}
