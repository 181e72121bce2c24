/** Certificates as text (RFC 7468 §5), for other people's configuration. */
import { encodeBase64 } from '@countersign/core/base64url'
import type { Certificate } from './certificate.ts'

export function toPem(certificates: readonly Certificate[]): string {
  return certificates.map(({ der }) => certificatePem(encodeBase64(der))).join('')
}

/** Of standard base64 DER. */
export function certificatePem(base64: string): string {
  const lines = base64.replace(/.{64}(?=.)/g, '$&\n')
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
}
