/**
 * Whether a certificate names an issuer by the identifier that a credential or a status list calls its issuer by. A name
 * that somebody wrote into what he signed proves nothing: only what the certificate says as well is vouched for. Whether
 * a certificate that says nothing is a reason to refuse is for the source of trust (`bindIssuer`).
 */
import type { Certificate } from '@countersign/x509/certificate'

type AlternativeNames = Pick<Certificate, 'dnsNames' | 'uris'>

/**
 * As a URI, to the letter, or by its host. DNS names are compared exactly: a wildcard certificate is made for web servers,
 * not for naming an issuer.
 */
export function namesIssuer({ dnsNames, uris }: AlternativeNames, issuer: string): boolean {
  if (uris.includes(issuer)) return true
  const host = /^https:\/\/([^/?#:@\\\s]+)(?::\d+)?(?:[/?#]|$)/i.exec(issuer)?.[1]?.toLowerCase()
  return host !== undefined && dnsNames.some((name) => name.toLowerCase() === host)
}

/**
 * An https URL has to be named. Of a DID or another name a certificate cannot say anything in general: unless it is one of
 * its URIs, the name stays what the signer claims, and is no reason to refuse him.
 */
export function contradictsIssuer(certificate: AlternativeNames, issuer: string | undefined): boolean {
  return issuer !== undefined && /^https:/i.test(issuer) && !namesIssuer(certificate, issuer)
}
