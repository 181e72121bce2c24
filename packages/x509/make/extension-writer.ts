/**
 * Extensions of certificates (RFC 5280 §4.2) as DER, each critical where the RFC wants it. Those that hold names of hosts
 * and people are in `alternative-names.ts`; which certificate has which extension is not decided here.
 */
import {
  boolean,
  type Der,
  implicit,
  namedBits,
  objectIdentifier,
  octetString,
  sequence,
  unsignedInteger,
} from '../asn1/der-writer.ts'

const EXTENSIONS = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  issuerAltName: '2.5.29.18',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  crlDistributionPoints: '2.5.29.31',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
} as const

export const KEY_USAGE = { digitalSignature: 0, keyCertSign: 5, crlSign: 6 } as const

export function extension(name: keyof typeof EXTENSIONS, critical: boolean, value: Der): Der {
  const flag = critical ? [boolean(true)] : []
  return sequence(objectIdentifier(EXTENSIONS[name]), ...flag, octetString(value))
}

/** `pathLength`: CAs that may follow. */
export function caConstraints(pathLength: number): Der {
  const fields = sequence(boolean(true), unsignedInteger(Uint8Array.of(pathLength)))
  return extension('basicConstraints', true, fields)
}

export function leafConstraints(): Der {
  return extension('basicConstraints', true, sequence())
}

export function keyUsage(...bits: readonly number[]): Der {
  return extension('keyUsage', true, namedBits(...bits))
}

export function subjectKeyIdentifier(id: Uint8Array): Der {
  return extension('subjectKeyIdentifier', false, octetString(id))
}

export function authorityKeyIdentifier(id: Uint8Array): Der {
  return extension('authorityKeyIdentifier', false, sequence(implicit(0, id)))
}

/** Object identifiers, dotted; none: no extension. */
export function extendedKeyUsage(purposes: readonly string[], critical = false): readonly Der[] {
  if (purposes.length === 0) return []
  return [extension('extKeyUsage', critical, sequence(...purposes.map(objectIdentifier)))]
}
