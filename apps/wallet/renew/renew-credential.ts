/**
 * One more of a card: by itself where few copies are left that nobody has seen, or because its holder wants it issued anew. What is
 * asked for is an issuance as any other, but that what comes takes the place of what is there. Nobody who shows a card waits for it,
 * and what goes wrong leaves the card as it is.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Signer } from '@countersign/crypto/engine'
import { AUTHORIZATION_CODE } from '@countersign/protocol/oauth/grants/authorization-code'
import { countCopies } from '../copies/copies.ts'
import {
  type CredentialUnknown,
  findCredential,
  findOrigin,
  type Origin,
  type StoredCredential,
  slotHash,
} from '../credentials/credentials.ts'
import { holderSigner } from '../credentials/holder-signer.ts'
import { keepLogos } from '../credentials/pictures.ts'
import { type KeyUnknown, openKey } from '../keys/keys.ts'
import { planCopies } from '../receive/copies-plan.ts'
import { type FetchMetadataRefusal, fetchIssuer, type Issuer } from '../receive/fetch-offer.ts'
import { finishIfWhole } from '../receive/finish-issuance.ts'
import {
  findIssuanceById,
  finishIssuance,
  type IssuanceRecord,
  type Renewed,
  reload,
} from '../receive/issuance-record.ts'
import { type CredentialRefusal, obtainCredential } from '../receive/obtain-credential.ts'
import {
  endRenewal,
  findRenewal,
  leaseRenewal,
  type Renewal,
  type RenewalPart,
  releaseRenewal,
  writeRenewal,
} from '../receive/renewal-record.ts'
import { tellAccepted } from '../receive/tell-issuer.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { type RefreshRefusal, refreshToken } from './refresh-token.ts'

export type RenewRefusal =
  | CredentialUnknown
  | KeyUnknown
  | FetchMetadataRefusal
  | RefreshRefusal
  | CredentialRefusal
  /** The issuer gave nothing to ask with, or takes it no more. */
  | { readonly code: 'not_renewable' }

/** Asked for by its holder: everything of it is new, also where it is good for long. */
export function renewCredential(
  wallet: Wallet,
  owned: OwnedWallet,
  id: string,
): Promise<Result<StoredCredential, RenewRefusal>> {
  return renew(wallet, owned, id, 'all')
}

/** Of these cards, those of which less than a third is left. */
export async function refillCopies(
  wallet: Wallet,
  owned: OwnedWallet,
  ids: readonly string[],
): Promise<void> {
  for (const [id, { total, unused }] of await countCopies(wallet, owned, ids))
    if (unused * 3 < total) await renew(wallet, owned, id, 'used')
}

async function renew(
  wallet: Wallet,
  owned: OwnedWallet,
  id: string,
  replaces: Renewed['replaces'],
): Promise<Result<StoredCredential, RenewRefusal>> {
  const credential = await findCredential(wallet, owned, id)
  if (!credential.ok) return credential
  const origin = await findOrigin(wallet, owned, id)
  const renewal = origin?.renewalId && (await findRenewal(wallet, owned, origin.renewalId))
  if (origin === undefined || !renewal) return refuse({ code: 'not_renewable' })
  if (replaces === 'used' && renewal.nextAt > wallet.now()) return refuse({ code: 'renewal_pending' })
  const leased = await leaseRenewal(wallet, renewal)
  if (leased === undefined) return refuse({ code: 'renewal_pending' })
  const renewing = { owned, credential: credential.value, origin, renews: { credentialId: id, replaces } }
  const renewed = await carryOut(wallet, leased, renewing)
  if (!renewed.ok) return renewed
  const now = await findCredential(wallet, owned, id)
  if (now.ok) await Promise.all([tellAccepted(wallet, renewed.value), keepLogos(wallet, owned, [now.value])])
  return now
}

interface Renewing {
  readonly owned: OwnedWallet
  readonly credential: StoredCredential
  readonly origin: Origin
  readonly renews: Renewed
}

/** Whatever comes of it, others may have the renewal afterwards. */
async function carryOut(
  wallet: Wallet,
  leased: Renewal,
  renewing: Renewing,
): Promise<Result<IssuanceRecord, RenewRefusal>> {
  // What is written under way counts.
  const held = { renewal: leased }
  const obtained = await obtainMore(wallet, held, renewing)
  if (!obtained.ok && isOver(obtained.error)) await endRenewal(wallet, held.renewal)
  else await releaseRenewal(wallet, held.renewal, obtained.ok ? 'done' : 'failed')
  return obtained.ok || !isOver(obtained.error) ? obtained : refuse({ code: 'not_renewable' })
}

/** RFC 6749 §5.2: the refresh token is invalid, expired or revoked. */
function isOver(refusal: RenewRefusal): boolean {
  return refusal.code === 'issuer_error' && refusal.error === 'invalid_grant'
}

async function obtainMore(
  wallet: Wallet,
  held: { renewal: Renewal },
  renewing: Renewing,
): Promise<Result<IssuanceRecord, RenewRefusal>> {
  const { credential, origin, owned, renews } = renewing
  const { state } = held.renewal
  const before = await reload(wallet, { id: origin.issuanceId })
  // Something of it is still waited for, with the same refresh token.
  if (!before.finished) return refuse({ code: 'renewal_pending' })
  const part = await partOf(wallet, held.renewal, origin)
  if (part === undefined) return refuse({ code: 'not_renewable' })
  const { authorizationServer, clientId } = state
  const issuer = await fetchIssuer(wallet, {
    issuer: state.issuer,
    configurationIds: [part.configuration.id],
    grants: { [AUTHORIZATION_CODE]: { authorizationServer } },
  })
  if (!issuer.ok) return issuer
  const signer = await signerFor(wallet, owned, credential, before)
  if (!signer.ok) return signer
  const pending = await pendingFor(wallet, held.renewal, renews)
  const { keyId } = before
  const issued =
    pending ??
    (await refreshToken(wallet, held.renewal, { owned, issuer: issuer.value, part, renews, keyId }))
  if (!issued.ok) return issued
  held.renewal = issued.value.renewal
  const obtained = await obtainCredential(wallet, issued.value.issuance, {
    owned,
    issuer: issuer.value,
    entitlement: part.entitlement,
    configuration: asToday(wallet, part, issuer.value),
    signer: signer.value,
    clientId,
  })
  if (!obtained.ok && !isFinal(obtained.error)) return obtained
  const { pending: _pending, ...rest } = held.renewal.state
  held.renewal = (await writeRenewal(wallet, held.renewal, rest)) ?? held.renewal
  return obtained.ok ? ok(await finishIfWhole(wallet, obtained.value)) : obtained
}

/** The issuer said no, or sent what is not kept: the token is good for no other answer. */
function isFinal({ code }: CredentialRefusal): boolean {
  return code === 'issuer_error' || code === 'credential_unacceptable' || code === 'deferred_endpoint_missing'
}

/** What this card was asked for as. */
async function partOf(
  { columns }: Wallet,
  { state: { parts } }: Renewal,
  { issuanceId, slotHash: hash }: Origin,
): Promise<RenewalPart | undefined> {
  for (const [slot, part] of Object.entries(parts))
    if ((await slotHash(columns, issuanceId, slot)) === hash) return part
  return undefined
}

/** Somebody got a token for this card and did not come to the end: his keys and his request are there. */
async function pendingFor(
  wallet: Wallet,
  renewal: Renewal,
  { credentialId }: Renewed,
): Promise<Result<{ readonly renewal: Renewal; readonly issuance: IssuanceRecord }, never> | undefined> {
  const { pending } = renewal.state
  if (pending?.credentialId !== credentialId) return undefined
  const issuance = await findIssuanceById(wallet, pending.issuanceId)
  if (issuance === undefined || issuance.finished) return undefined
  const { expiresAt } = issuance.progress.token ?? {}
  if (expiresAt === undefined || expiresAt > wallet.now()) return ok({ renewal, issuance })
  // Nothing more comes of it, and it holds on to a key.
  await finishIssuance(wallet, issuance)
  return undefined
}

/** Of a card with copies any of their keys tells which algorithm is wanted; others are bound to the holder's. */
async function signerFor(
  wallet: Wallet,
  owned: OwnedWallet,
  credential: StoredCredential,
  { keyId }: IssuanceRecord,
): Promise<Result<Signer, KeyUnknown>> {
  const bound = await holderSigner(wallet, owned, credential)
  if (!bound.ok) return bound
  return bound.value === undefined ? openKey(wallet, owned, keyId) : ok(bound.value)
}

/** A card with copies stays one, however many the issuer gives now: its holder's own key is for no copy. */
function asToday(
  { batchCopies }: Wallet,
  { configuration }: RenewalPart,
  { metadata }: Issuer,
): RenewalPart['configuration'] {
  if (configuration.copies === undefined) return configuration
  const today = metadata.configurations.get(configuration.id)
  const { batchSize } = metadata
  const planned = today && planCopies(today, { batchSize, wanted: batchCopies })
  return { ...configuration, copies: planned?.copies ?? 1 }
}
