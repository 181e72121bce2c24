/**
 * A certificate that somebody configured, or listed, and by which nobody can be believed: why, and what helps to find it.
 * Names in it are what others wrote into certificates: text, never markup.
 */
import type { CertificateRefusal } from '@countersign/x509/certificate'
import type { AnchorFault } from '@countersign/x509/certification-path'

export type UnusableCertificate = Omit<CertificateRefusal, 'code'> & {
  readonly code: CertificateRefusal['code'] | AnchorFault['code']
}

/** `certificate_key_unsupported (CN=Ministry, brainpoolP256r1)`: the code, and what is known beside it. */
export function reasonOf(
  { code, subject, key, extension }: Omit<CertificateRefusal, 'code'> & { readonly code: string },
  place?: string,
): string {
  const ofExtension = extension && `extension ${extension}`
  const facts = [place, subject, key, ofExtension].filter((fact) => fact !== undefined)
  return facts.length === 0 ? code : `${code} (${facts.join(', ')})`
}
