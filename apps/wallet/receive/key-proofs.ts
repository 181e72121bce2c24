/**
 * The proofs of a credential request: that the wallet has its keys (OpenID4VCI 1.0 appendix F), and where it is asked for that they
 * are kept by who attests it (appendix D). All keys of a request stand in one attestation, and then one of them is enough to
 * sign: the issuer gives a credential for each that is attested.
 */
import type { Signer } from '@countersign/crypto/engine'
import { bareKey } from '@countersign/crypto/jwk'
import { createKeyProof } from '@countersign/protocol/openid4vci/proof/jwt-proof'
import type { KeyProofs } from '@countersign/protocol/openid4vci/proof/proof-types'
import type { Wallet } from '../wallet.ts'
import type { PlannedConfiguration } from './issuance-plan.ts'

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
