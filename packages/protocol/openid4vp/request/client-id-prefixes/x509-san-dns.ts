/** `x509_san_dns:` (OpenID4VP 1.0 §5.9.3): the verifier is named by a DNS name of its leaf certificate. */
import { ok, refuse } from '@countersign/core/result'
import { parseX5cEntry } from '@countersign/x509/certificate'
import { identifyByCertificate } from './certificate-of-client.ts'
import type { ProvablePrefix } from './client-id-prefix.ts'

const DNS_NAME =
  /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i

/** DNS names have no case (RFC 4343); a wildcard names no verifier. The answer goes to the host that is named. */
export const x509SanDns = {
  name: 'x509_san_dns',
  acceptsOriginal: (dnsName) => DNS_NAME.test(dnsName),
  identify: ({ header }, dnsName, evidence) => {
    const wanted = dnsName.toLowerCase()
    const isNamed = (name: string) => name.toLowerCase() === wanted
    return identifyByCertificate(header['x5c'], ({ dnsNames }) => dnsNames.some(isNamed), evidence)
  },
  acceptsResponseUri: (dnsName, responseUri) => new URL(responseUri).hostname === dnsName.toLowerCase(),
  proofOf: ({ host, signer: { x5c } }) => {
    const leaf = x5c?.[0]
    if (x5c === undefined || leaf === undefined) return refuse({ code: 'certificate_missing' })
    const certificate = parseX5cEntry(leaf)
    const names = certificate.ok ? certificate.value.dnsNames : []
    const isNamed = names.some((name) => name.toLowerCase() === host.toLowerCase())
    return isNamed
      ? ok({ original: host.toLowerCase(), header: { x5c } })
      : refuse({ code: 'certificate_without_host', host })
  },
} as const satisfies ProvablePrefix
