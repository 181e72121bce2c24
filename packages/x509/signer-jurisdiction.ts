/**
 * For which country, and which state or province of it, a signer's certificate stands (ISO/IEC 18013-5 annex B: members of
 * its subject). A value that cannot be read is kept as such: it is there, and equals nothing. Judges nothing.
 */
import type { Certificate } from './certificate.ts'
import { ATTRIBUTE, type DistinguishedName } from './distinguished-name.ts'

export interface SignerJurisdiction {
  /** `countryName`; a certificate of the profile has one, others may have none or several. */
  readonly countries: readonly NamedPlace[]
  /** `stateOrProvinceName`; most certificates have none. */
  readonly subdivisions: readonly NamedPlace[]
}

/** Absent: written in a string type that is not read. */
export type NamedPlace = string | undefined

export function jurisdictionOf({ subject }: Pick<Certificate, 'subject'>): SignerJurisdiction {
  return {
    countries: placesIn(subject, ATTRIBUTE.country),
    subdivisions: placesIn(subject, ATTRIBUTE.stateOrProvince),
  }
}

function placesIn({ attributes }: DistinguishedName, type: string): readonly NamedPlace[] {
  return attributes.filter((attribute) => attribute.type === type).map(({ value }) => value)
}
