/** Flags of `countersign keys authority` and `countersign keys certificate`. */
import type { FlagTable } from '../command/flags.ts'

/** Of both. */
export const AUTHORITY_FLAGS = {
  key: {
    kind: 'text',
    value: 'KEY',
    says: 'a file, or a reference: pkcs11:… vault:… aws-kms:…; the key that is certified',
  },
  name: { kind: 'text', value: 'TEXT', says: 'common name of whoever holds it' },
  country: { kind: 'text', value: 'CC', says: 'two letters' },
  organization: { kind: 'text', value: 'TEXT', says: 'to which it belongs' },
  days: { kind: 'days', value: 'N', says: 'how long it is valid' },
  crl: { kind: 'url', value: 'URL', says: 'where its authority publishes revocations' },
} as const satisfies FlagTable

/** Of a certificate below an authority alone. */
const BELOW_FLAGS = {
  publicKeyFile: {
    kind: 'text',
    value: 'FILE',
    says: 'of a certificate: the public key as PEM, in place of --key',
  },
  authorityKey: { kind: 'text', value: 'KEY', says: 'the same: the key of the authority' },
  authorityCertFile: { kind: 'text', value: 'FILE', says: "the same: the authority's certificate" },
  dnsName: {
    kind: 'text',
    value: 'HOST',
    says: 'the same: a host it is for; several with commas in between',
  },
  uri: { kind: 'text', value: 'URI', says: 'the same: a URI it is for; several with commas in between' },
  extendedKeyUsage: {
    kind: 'text',
    value: 'OID',
    says: 'the same: what the key may be used for; several with commas in between',
  },
} as const satisfies FlagTable

export const CERTIFICATE_FLAGS = { ...AUTHORITY_FLAGS, ...BELOW_FLAGS } as const satisfies FlagTable
