/**
 * The keys of a credential request and the proofs that they make (OpenID4VCI 1.0 §8.2). Keys of copies are made for one request,
 * and written down before it is made: whoever goes on after a crash, or with a fresh nonce, asks for the same keys.
 */
import type { Signer } from '@countersign/crypto/engine'
import { generateSoftwareKey, type PrivateJwk, softwareSigner } from '@countersign/keys/signers/software-key'
import { createKeyProof } from '@countersign/protocol/openid4vci/proof/jwt-proof'
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

export interface ProofWish {
  /** The holder's. */
  readonly signer: Signer
  /** Of copies; absent: the holder's key is proven. */
  readonly keys: readonly PrivateJwk[] | undefined
  readonly keyReference: NonNullable<PlannedConfiguration['keyReference']>
  /** The audience. */
  readonly issuer: string
  readonly nonce: string | undefined
  readonly clientId: string | undefined
}

/** All with one nonce: what each key signs says nothing of the others. */
export async function proofsFor(wallet: Wallet, wish: ProofWish): Promise<readonly string[]> {
  const { clientId, issuer, keyReference, keys, nonce, signer } = wish
  const common = { clientId, issuer, nonce, now: wallet.now() }
  if (keys === undefined) return [await createKeyProof({ ...common, signer, keyReference })]
  return Promise.all(
    keys.map((key) => createKeyProof({ ...common, signer: softwareSigner(key), keyReference: 'jwk' })),
  )
}
