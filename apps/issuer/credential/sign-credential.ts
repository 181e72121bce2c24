/**
 * A promised credential, signed for the holder who proved a key. What was promised was checked when the offer was made, so
 * whatever fails here is a mistake of ours and throws.
 */
import type { CredentialFormat } from '@countersign/credential/contract/format'
import type { StatusReference } from '@countersign/credential/contract/status-reference'
import type { Signer } from '@countersign/crypto/engine'
import { didFromKey } from '@countersign/did/did'
import type { VerifiedKeyProof } from '@countersign/protocol/openid4vci/proof/proof-type'
import type { PromisedCredential } from '@countersign/protocol/openid4vci/session/state'
import type { Issuer } from '../issuer.ts'
import type { IssuableType } from '../types/issuable-types.ts'
import { insertSubject } from '../types/mapping-functions.ts'
import type { Validity } from './issuance-validity.ts'

export type SigningPorts = Pick<
  Issuer,
  'types' | 'formats' | 'crypto' | 'baseUrl' | 'signerFor' | 'openCallerKey'
>

/** What a promised credential is signed with. */
export interface Signing {
  readonly promised: PromisedCredential
  readonly type: IssuableType
  readonly format: CredentialFormat
  readonly signer: Signer
}

export async function openSigning(issuer: SigningPorts, promised: PromisedCredential): Promise<Signing> {
  const type = issuer.types.get(promised.configurationId)
  if (type === undefined) throw new Error(`nothing issues ${promised.configurationId}`)
  const format = issuer.formats.spoken(type.configuration.format)
  return { promised, type, format, signer: await signerOf(issuer, promised, format) }
}

export async function signCredential(
  { baseUrl, crypto }: SigningPorts,
  { promised, type, format, signer }: Signing,
  proof: VerifiedKeyProof,
  validity: Validity & { readonly statuses: readonly StatusReference[] },
): Promise<string> {
  const holderDid = proof.holderDid ?? didFromKey('jwk', proof.holderKey)
  const credential = await format.issue(
    {
      ...validity,
      type: promised.type,
      claims: insertSubject(promised.claims, holderDid),
      selectivelyDisclosable: promised.selectivelyDisclosable,
      encodings: type.encodings,
      holderKey: proof.holderKey,
      holderDid,
      issuer: promised.issuer ?? baseUrl,
      signer,
    },
    crypto,
  )
  if (!credential.ok) throw new Error(`a checked credential cannot be issued: ${credential.error.code}`)
  return credential.value
}

async function signerOf(
  issuer: Pick<Issuer, 'signerFor' | 'openCallerKey'>,
  { issuerKey, x5c }: PromisedCredential,
  { signerProfile }: CredentialFormat,
): Promise<Signer> {
  if (issuerKey === undefined) return issuer.signerFor(signerProfile)
  const opened = await issuer.openCallerKey.signer(issuerKey, x5c, signerProfile)
  if (!opened.ok) throw new Error(`a checked issuer key cannot be opened: ${opened.error.code}`)
  return opened.value
}
