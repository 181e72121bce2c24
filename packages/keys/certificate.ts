/**
 * Makes X.509 v3 certificates (RFC 5280) for development: a CA of our own and the certificates it signs, P-256 with
 * ECDSA-SHA-256. Each certificate carries what strict path validation asks for: key identifiers, basic constraints,
 * key usage, and never a CA flag on a leaf. Certificates of a production deployment come from its own CA;
 * nothing here decides whom to trust.
 */
import { createPrivateKey, hash, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'
import type { PublicJwk } from '@countersign/credential/jwk'
import {
  ascii,
  bitString,
  boolean,
  type Der,
  explicit,
  implicit,
  namedBits,
  objectIdentifier,
  octetString,
  sequence,
  set,
  time,
  unsignedInteger,
  utf8String,
} from './der-writer.ts'
import { importPublicKey } from './node-crypto.ts'
import { generateSoftwareKey, type PrivateJwk } from './software.ts'

export interface DevelopmentCa {
  /** Common name of the subject. */
  readonly name: string
  readonly privateJwk: PrivateJwk
  /** Self-signed; standard base64 DER. */
  readonly certificate: string
  /** Epoch seconds. */
  readonly expiresAt: number
}

export interface CertificateRequest {
  readonly ca: DevelopmentCa
  readonly publicJwk: PublicJwk
  /** Common name, 1 to 64 characters. */
  readonly subject: string
  /** Host names for the subject alternative name; an IP address becomes an `iPAddress`. */
  readonly dnsNames: readonly string[]
  readonly uris: readonly string[]
  readonly days: number
  /** Epoch seconds. */
  readonly now: number
  /** Object identifiers, dotted. */
  readonly extKeyUsage?: readonly string[]
}

const day = 86_400
const caDays = 3650

/** A clock that is a little behind ours must not find the certificate from the future. */
const backdateSeconds = 300

export function createDevelopmentCa({ name, now }: { name: string; now: number }): DevelopmentCa {
  const privateJwk = generateSoftwareKey('ES256')
  const expiresAt = now + caDays * day
  const keyId = keyIdentifier(privateJwk)
  const certificate = signCertificate({
    issuer: name,
    subject: name,
    publicJwk: privateJwk,
    notBefore: now - backdateSeconds,
    notAfter: expiresAt,
    extensions: [
      extension(oids.basicConstraints, true, sequence(boolean(true), unsignedInteger(Uint8Array.of(0)))),
      extension(oids.keyUsage, true, namedBits(keyCertSignBit, crlSignBit)),
      extension(oids.subjectKeyIdentifier, false, octetString(keyId)),
      extension(oids.authorityKeyIdentifier, false, sequence(implicit(0, keyId))),
    ],
    signingKey: privateJwk,
  })
  return { name, privateJwk, certificate, expiresAt }
}

/** Standard base64 DER. It never outlives its CA. Throws for names that cannot stand in a certificate. */
export function issueCertificate(request: CertificateRequest): string {
  const { ca, publicJwk, now } = request
  return signCertificate({
    issuer: ca.name,
    subject: request.subject,
    publicJwk,
    notBefore: now - backdateSeconds,
    notAfter: Math.min(now + request.days * day, ca.expiresAt),
    extensions: leafExtensions(request),
    signingKey: ca.privateJwk,
  })
}

function leafExtensions(request: CertificateRequest): readonly Der[] {
  const { ca, publicJwk, extKeyUsage = [] } = request
  const names = [...request.dnsNames.map(hostName), ...request.uris.map(uriName)]
  const extensions = [
    extension(oids.basicConstraints, true, sequence()),
    extension(oids.keyUsage, true, namedBits(digitalSignatureBit)),
    extension(oids.subjectKeyIdentifier, false, octetString(keyIdentifier(publicJwk))),
    extension(oids.authorityKeyIdentifier, false, sequence(implicit(0, keyIdentifier(ca.privateJwk)))),
  ]
  if (names.length > 0) extensions.push(extension(oids.subjectAltName, false, sequence(...names)))
  if (extKeyUsage.length > 0) {
    extensions.push(extension(oids.extKeyUsage, false, sequence(...extKeyUsage.map(objectIdentifier))))
  }
  return extensions
}

const oids = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  organizationName: '2.5.4.10',
  commonName: '2.5.4.3',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
} as const

const digitalSignatureBit = 0
const keyCertSignBit = 5
const crlSignBit = 6

interface CertificateFacts {
  readonly issuer: string
  readonly subject: string
  readonly publicJwk: PublicJwk
  readonly notBefore: number
  readonly notAfter: number
  readonly extensions: readonly Der[]
  readonly signingKey: PrivateJwk
}

function signCertificate(facts: CertificateFacts): string {
  const algorithm = sequence(objectIdentifier(oids.ecdsaWithSha256))
  const toBeSigned = sequence(
    explicit(0, unsignedInteger(Uint8Array.of(2))),
    unsignedInteger(serialNumber()),
    algorithm,
    distinguishedName(facts.issuer),
    sequence(time(facts.notBefore), time(facts.notAfter)),
    distinguishedName(facts.subject),
    subjectPublicKeyInfo(facts.publicJwk),
    explicit(3, sequence(...facts.extensions)),
  )
  const key = createPrivateKey({ key: { ...facts.signingKey }, format: 'jwk' })
  const certificate = sequence(toBeSigned, algorithm, bitString(sign('sha256', toBeSigned, key)))
  return Buffer.from(certificate).toString('base64')
}

/** 158 random bits: positive, never zero, within the 20 octets of RFC 5280 §4.1.2.2 whatever the bits are. */
function serialNumber(): Uint8Array {
  const bytes = randomBytes(20)
  bytes[0] = (bytes[0]! & 0x7f) | 0x40
  return bytes
}

/** The upper bound of a common name is 64 characters (RFC 5280 appendix A.1). */
function distinguishedName(commonName: string): Der {
  if (commonName.length === 0 || commonName.length > 64) throw new Error('common name: 1 to 64 characters')
  const attribute = (oid: string, value: string) => set(sequence(objectIdentifier(oid), utf8String(value)))
  return sequence(attribute(oids.organizationName, 'Countersign'), attribute(oids.commonName, commonName))
}

function subjectPublicKeyInfo(jwk: PublicJwk): Der {
  const key = importPublicKey(jwk)
  if (!key) throw new Error('public key unreadable')
  return key.export({ type: 'spki', format: 'der' })
}

/** RFC 7093 §2 method 1: the leftmost 160 bits of the SHA-256 of the subjectPublicKey bits. */
function keyIdentifier(jwk: PublicJwk): Uint8Array {
  if (jwk.kty === 'RSA') return rsaKeyIdentifier(jwk)
  const x = Buffer.from(jwk.x, 'base64url')
  const bits = jwk.kty === 'EC' ? [Uint8Array.of(4), x, Buffer.from(jwk.y, 'base64url')] : [x]
  return hash('sha256', Buffer.concat(bits), 'buffer').subarray(0, 20)
}

/** The bits of an RSA key are a structure of their own (RFC 8017 appendix A.1.1). */
function rsaKeyIdentifier(jwk: PublicJwk): Uint8Array {
  const key = importPublicKey(jwk)
  if (!key) throw new Error('public key unreadable')
  return hash('sha256', key.export({ type: 'pkcs1', format: 'der' }), 'buffer').subarray(0, 20)
}

function extension(oid: string, critical: boolean, value: Der): Der {
  const parts = [objectIdentifier(oid), ...(critical ? [boolean(true)] : []), octetString(value)]
  return sequence(...parts)
}

function hostName(name: string): Der {
  const bare = name.replace(/^\[(.*)\]$/, '$1')
  if (isIP(bare) !== 0) return implicit(7, addressBytes(bare))
  const labels = name.split('.')
  const wellFormed = name.length <= 253 && labels.every((label) => /^(?!-)[\w-]{1,63}(?<!-)$/.test(label))
  if (!wellFormed) throw new Error(`not a host name: ${name}`)
  return implicit(2, ascii(name.toLowerCase()))
}

function uriName(uri: string): Der {
  if (!URL.canParse(uri)) throw new Error(`not a URI: ${uri}`)
  return implicit(6, ascii(uri))
}

function addressBytes(address: string): Uint8Array {
  if (isIP(address) === 4) return Uint8Array.from(address.split('.').map(Number))
  const groups = ipv6Groups(address)
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]))
}

/** The WHATWG parser has already turned dotted tails into groups and gives the shortest form. */
function ipv6Groups(address: string): readonly number[] {
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [head = '', tail] = canonical.split('::')
  const parse = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))
  const front = parse(head)
  const back = tail === undefined ? [] : parse(tail)
  return [...front, ...Array.from({ length: 8 - front.length - back.length }, () => 0), ...back]
}
