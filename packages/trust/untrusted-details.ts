/**
 * What stands behind a refusal of trust, for the page that explains it to an operator: whose certificate is at fault, and
 * which anchor would be needed. Names in it are what strangers wrote into certificates: text, never markup.
 */

import type { UntrustedDetails } from '@countersign/credential/contract/trust-port'
import { type Certificate, parseX5cEntry } from '@countersign/x509/certificate'
import type { ProfileFault } from '@countersign/x509/certificate-profile'
import type { PathRefusal } from '@countersign/x509/certification-path'

export function detailsOf(certificate: Certificate, faults: readonly ProfileFault[] = []): UntrustedDetails {
  const { subject, issuer, authorityKeyId, serial, notBefore, notAfter } = certificate
  return {
    subject: subject.text,
    issuer: issuer.text,
    authorityKeyId,
    serial,
    notBefore,
    notAfter,
    faults: faults.length > 0 ? faults : undefined,
  }
}

/** A refusal without a position is about the end of the chain, where an anchor should follow, or about its leaf. */
export function detailsOfPath(refusal: PathRefusal, x5c: readonly string[]): UntrustedDetails {
  const position = 'position' in refusal ? refusal.position : undefined
  const place = position ?? (refusal.code === 'anchor_unknown' ? x5c.length - 1 : 0)
  const certificate = parseX5cEntry(x5c[place] ?? '')
  return {
    ...(certificate.ok && detailsOf(certificate.value)),
    position,
  }
}
