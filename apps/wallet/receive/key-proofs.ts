/**
/**
 * The keys of a credential request and its proofs: that the wallet has them (OpenID4VCI 1.0 §8.2, appendix F), and where it is asked
 * for that they are kept by who attests it (appendix D). Keys of copies are made for one request, and written down before it is made:
 * whoever goes on after a crash, or with a fresh nonce, asks for the same keys. All keys of a request stand in one attestation, and
 * then one of them is enough to sign: the issuer gives a credential for each that is attested.
 */
import type { Signer } from '@countersign/crypto/engine'
import { bareKey } from '@countersign/crypto/jwk'
import { generateSoftwareKey, type PrivateJwk, softwareSigner } from '@countersign/keys/signers/software-key'
import { createKeyProof } from '@countersign/protocol/openid4vci/proof/jwt-proof'
import type { KeyProofs } from '@countersign/protocol/openid4vci/proof/proof-types'
import type { Wallet } from '../wallet.ts'
import type { PlannedConfiguration } from './issuance-plan.ts'
import { advance, type IssuanceRecord } from './issuance-record.ts'

/** Keys for as many copies as are planned; none where there is one credential, or a request that was made without. */
export async function withKeys(
  wallet: Wallet,
  issuance: IssuanceRecord,
  slot: string,
  { copies, signer }: { readonly copies: number | undefined; readonly signer: Pick<Signer, 'algorithm'> },
): Promise<IssuanceRecord> {
  const needsNone = ({ keys, requests }: IssuanceRecord['progress']) =>
    copies === undefined || keys?.[slot] !== undefined || requests[slot] !== undefined
  if (issuance.finished || needsNone(issuance.progress)) return issuance
  const made = Array.from({ length: copies ?? 0 }, () => generateSoftwareKey(signer.algorithm))
  return advance(wallet, issuance, (progress) =>
    needsNone(progress) ? progress : { ...progress, keys: { ...progress.keys, [slot]: made } },
  )
}

/** Of copies a key each; the holder's where there are none. */
export function signersOf(
  holder: Signer,
  keys: readonly PrivateJwk[] | undefined,
): readonly [Signer, ...Signer[]] {
  const [first, ...others] = (keys ?? []).map((key) => softwareSigner(key))
  return first === undefined ? [holder] : [first, ...others]
}

export interface ProofsStep {
  /** At least one; the first is the one that the reference is of. */
  readonly signers: readonly [Signer, ...Signer[]]
  /** Credential Issuer Identifier. */
  readonly issuer: string
  readonly configuration: Pick<PlannedConfiguration, 'proof'>
  readonly keyReference: NonNullable<PlannedConfiguration['keyReference']>
  readonly nonce: string | undefined
  readonly clientId: string | undefined
}

export async function makeKeyProofs(wallet: Wallet, step: ProofsStep): Promise<KeyProofs> {
  const { configuration, nonce, signers } = step
  const { proof } = configuration
  if (proof === undefined || (proof.type === 'jwt' && !proof.isAttested))
    return { type: 'jwt', values: await Promise.all(signers.map((signer) => signed(wallet, step, signer))) }
  const { provider } = wallet
  if (provider === undefined) throw new Error('an attestation was planned that nobody makes')
  const attestation = await provider.attestKeys(
    signers.map(({ publicJwk }) => bareKey(publicJwk)),
    nonce,
  )
  if (proof.type === 'attestation') return { type: 'attestation', values: [attestation] }
  return { type: 'jwt', values: [await signed(wallet, step, signers[0], attestation)] }
}

function signed(
  wallet: Wallet,
  { clientId, issuer, keyReference, nonce, signers }: ProofsStep,
  signer: Signer,
  keyAttestation?: string,
): Promise<string> {
  return createKeyProof({
    signer,
    issuer,
    now: wallet.now(),
    // A name is that of the first key alone.
    keyReference: signer === signers[0] ? keyReference : 'jwk',
    nonce,
    clientId,
    keyAttestation,
  })
}
