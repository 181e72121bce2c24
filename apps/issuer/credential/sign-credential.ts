/**
 * A promised credential, signed for the holder who proved a key. What was promised was checked when the offer was made, so
 * whatever fails here is a mistake of ours and throws - but for a caller's key, whose certificate may have ended since.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { CredentialFormat } from '@countersign/credential/contract/format'
import type { StatusReference } from '@countersign/credential/contract/status-reference'
import type { Signer } from '@countersign/crypto/engine'
import { didFromKey } from '@countersign/did/did'
import type { ProvenKey } from '@countersign/protocol/openid4vci/proof/proof-type'
import type { IssuableCredential, PromisedCredential } from '@countersign/protocol/openid4vci/session/state'
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
  readonly promised: IssuableCredential
  readonly type: IssuableType
  readonly format: CredentialFormat
  readonly signer: Signer
}

/** A certificate that came with the offer was valid then and is not now: nobody would believe what is signed under it. */
export interface CertificateEnded {
  readonly code: 'certificate_not_valid_now'
}

export async function openSigning(
  issuer: SigningPorts,
  promised: IssuableCredential,
): Promise<Result<Signing, CertificateEnded>> {
  const type = issuer.types.get(promised.configurationId)
  if (type === undefined) throw new Error(`nothing issues ${promised.configurationId}`)
  const format = issuer.formats.spoken(type.configuration.format)
  const signer = await signerOf(issuer, promised, format)
  return signer.ok ? ok({ promised, type, format, signer: signer.value }) : signer
}

export async function signCredential(
  { baseUrl, crypto }: SigningPorts,
  { promised, type, format, signer }: Signing,
  holder: ProvenKey,
  validity: Validity & { readonly statuses: readonly StatusReference[] },
): Promise<string> {
  const holderDid = holder.holderDid ?? didFromKey('jwk', holder.holderKey)
  const credential = await format.issue(
    {
      ...validity,
      type: promised.type,
      claims: insertSubject(promised.claims, holderDid),
      selectivelyDisclosable: promised.selectivelyDisclosable,
      encodings: type.encodings,
      holderKey: holder.holderKey,
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
  { issuerKey, x5c, issuer: name }: PromisedCredential,
  { signerProfile }: CredentialFormat,
): Promise<Result<Signer, CertificateEnded>> {
  if (issuerKey === undefined) return ok(issuer.signerFor(signerProfile))
  const opened = await issuer.openCallerKey.signer(issuerKey, x5c, signerProfile, name)
  if (opened.ok) return opened
  const { code } = opened.error
  if (code === 'certificate_not_valid_now') return refuse({ code })
  throw new Error(`a checked issuer key cannot be opened: ${code}`)
}
