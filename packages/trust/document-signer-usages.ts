/**
 * What document signers have to be made for, by the type of document that they sign and by what the source of trust says of
 * them. The purpose in ISO/IEC 18013-5 annex B is that of mDLs; others have purposes of their own, or none.
 */
import type { DocumentSignerUsages } from '@countersign/x509/certificate-profile'
import type { TrustedCertificate, TrustOccasion } from './trust-anchor.ts'

/** Document types whose standard names the purpose. */
const MDL_TYPES: readonly string[] = ['org.iso.18013.5.1.mDL']

export function usagesFor(
  { documentSignerUsages }: Pick<TrustedCertificate, 'documentSignerUsages'>,
  { type }: Pick<TrustOccasion, 'type'>,
): DocumentSignerUsages {
  if (documentSignerUsages !== undefined) return documentSignerUsages
  return type === undefined || MDL_TYPES.includes(type) ? 'mdl' : 'any'
}
