/**
 * The certificates an operator configured for a signing key, brought into the form that goes out with signatures:
 * `x5c`, leaf first, the trust anchor left out. A chain that could never verify is refused at start and not by the
 * first wallet: it must belong to the key, be in order, and be valid now. Whether anybody trusts it is not judged.
 */
import { X509Certificate } from 'node:crypto'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { PublicJwk } from '@countersign/crypto/jwk'
import { importPublicKey } from '../engines/imported-keys.ts'

/** `index` counts from the leaf, 0. Times are epoch seconds. */
export type ChainRefusal =
  | { readonly code: 'certificates_malformed'; readonly index: number }
  | { readonly code: 'certificates_count'; readonly found: number; readonly max: number }
  | { readonly code: 'certificate_of_other_key' }
  /** HAIP 1.0: the certificate that signs must not be self-signed. */
  | { readonly code: 'leaf_self_signed' }
  | { readonly code: 'leaf_is_ca' }
  /** The certificate at `index` is not signed by the one after it. */
  | { readonly code: 'certificates_out_of_order'; readonly index: number }
  | {
      readonly code: 'certificate_not_valid_now'
      readonly index: number
      readonly notBefore: number
      readonly notAfter: number
    }

const MAX_CERTIFICATES = 6
const MAX_TEXT_LENGTH = 128 * 1024

/** Takes PEM text with one or more certificates, or a list of PEM or base64 DER texts. */
export function configuredChain(
  configured: string | readonly string[],
  publicJwk: PublicJwk,
  now: number,
): Result<readonly string[], ChainRefusal> {
  const texts = (typeof configured === 'string' ? [configured] : configured).flatMap(splitPem)
  if (texts.length === 0 || texts.length > MAX_CERTIFICATES) {
    return refuse({ code: 'certificates_count', found: texts.length, max: MAX_CERTIFICATES })
  }
  const chain: X509Certificate[] = []
  for (const [index, text] of texts.entries()) {
    const certificate = readCertificate(text)
    if (!certificate) return refuse({ code: 'certificates_malformed', index })
    chain.push(certificate)
  }
  const refusal = leafRefusal(chain, publicJwk) ?? orderRefusal(chain) ?? validityRefusal(chain, now)
  return refusal ? refuse(refusal) : ok(withoutAnchor(chain).map((one) => one.raw.toString('base64')))
}

function splitPem(text: string): readonly string[] {
  if (text.length > MAX_TEXT_LENGTH) return ['']
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)
  return blocks ?? (text.trim() === '' ? [] : [text.trim()])
}

function readCertificate(text: string): X509Certificate | undefined {
  try {
    const certificate = new X509Certificate(text.startsWith('-----') ? text : Buffer.from(text, 'base64'))
    return certificate.publicKey ? certificate : undefined
  } catch {
    return undefined
  }
}

function leafRefusal(chain: readonly X509Certificate[], publicJwk: PublicJwk): ChainRefusal | undefined {
  const [leaf] = chain
  const key = importPublicKey(publicJwk)
  if (!leaf || !key || !leaf.publicKey.equals(key)) return { code: 'certificate_of_other_key' }
  if (isSelfSigned(leaf)) return { code: 'leaf_self_signed' }
  return leaf.ca ? { code: 'leaf_is_ca' } : undefined
}

function orderRefusal(chain: readonly X509Certificate[]): ChainRefusal | undefined {
  const index = chain.findIndex((certificate, at) => {
    const issuer = chain[at + 1]
    return issuer !== undefined && !isSignedBy(certificate, issuer)
  })
  return index === -1 ? undefined : { code: 'certificates_out_of_order', index }
}

function validityRefusal(chain: readonly X509Certificate[], now: number): ChainRefusal | undefined {
  for (const [index, certificate] of chain.entries()) {
    const notBefore = Math.floor(certificate.validFromDate.getTime() / 1000)
    const notAfter = Math.floor(certificate.validToDate.getTime() / 1000)
    if (now < notBefore || now > notAfter) {
      return { code: 'certificate_not_valid_now', index, notBefore, notAfter }
    }
  }
  return undefined
}

/** RFC 7515 §4.1.6 lets the anchor come along; HAIP 1.0 forbids it. */
function withoutAnchor(chain: readonly X509Certificate[]): readonly X509Certificate[] {
  const last = chain.at(-1)
  return last && chain.length > 1 && isSelfSigned(last) ? chain.slice(0, -1) : chain
}

function isSelfSigned(certificate: X509Certificate): boolean {
  return isSignedBy(certificate, certificate)
}

function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.issuer === issuer.subject && certificate.verify(issuer.publicKey)
}
