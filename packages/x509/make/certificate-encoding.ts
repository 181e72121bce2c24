/**
 * The parts of an X.509 v3 certificate (RFC 5280 §4) as DER: names, keys, extensions, and the whole that is signed. Who
 * may get which certificate is not decided here. What cannot stand in a certificate throws: callers check first.
 */
import { hash, randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import { derFromJose } from '@countersign/crypto/ecdsa-der'
import type { Signer } from '@countersign/crypto/engine'
import type { PublicJwk } from '@countersign/crypto/jwk'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import { importPublicKey } from '@countersign/keys/engines/imported-keys'
import { algorithmFacts } from '@countersign/keys/engines/node'
import {
  ascii,
  bitString,
  boolean,
  type Der,
  explicit,
  implicit,
  namedBits,
  nullValue,
  objectIdentifier,
  octetString,
  printableString,
  sequence,
  set,
  time,
  unsignedInteger,
  utf8String,
} from './der-writer.ts'

export interface CertificateFacts {
  /** Names in DER. */
  readonly issuer: Der
  readonly subject: Der
  readonly publicJwk: PublicJwk
  /** Epoch seconds. */
  readonly notBefore: number
  readonly notAfter: number
  readonly extensions: readonly Der[]
}

/** A clock that is a little behind ours must not find the certificate from the future. */
export const backdateSeconds = 300

/** Algorithms that sign certificates. */
const signatureOids: { readonly [Algorithm in SignatureAlgorithm]?: string } = {
  ES256: '1.2.840.10045.4.3.2',
  ES384: '1.2.840.10045.4.3.3',
  ES512: '1.2.840.10045.4.3.4',
  EdDSA: '1.3.101.112',
  RS256: '1.2.840.113549.1.1.11',
  RS384: '1.2.840.113549.1.1.12',
  RS512: '1.2.840.113549.1.1.13',
}

export function canSignCertificates(algorithm: SignatureAlgorithm): boolean {
  return signatureOids[algorithm] !== undefined
}

/** What is signed. The serial number is fresh, so the same facts never make the same certificate. */
export function toBeSigned(facts: CertificateFacts, algorithm: SignatureAlgorithm): Der {
  return sequence(
    explicit(0, unsignedInteger(Uint8Array.of(2))),
    unsignedInteger(serialNumber()),
    algorithmIdentifier(algorithm),
    facts.issuer,
    sequence(time(facts.notBefore), time(facts.notAfter)),
    facts.subject,
    subjectPublicKeyInfo(facts.publicJwk),
    explicit(3, sequence(...facts.extensions)),
  )
}

/** `signature` as X.509 has it: ECDSA in DER. */
export function assembleCertificate(tbs: Der, algorithm: SignatureAlgorithm, signature: Uint8Array): Der {
  return sequence(tbs, algorithmIdentifier(algorithm), bitString(signature))
}

/** The private key may live anywhere a `Signer` reaches. */
export async function signCertificate(facts: CertificateFacts, signer: Signer): Promise<Der> {
  const { algorithm } = signer
  const tbs = toBeSigned(facts, algorithm)
  const signature = await signer.sign(tbs)
  const encoding = algorithmFacts[algorithm]
  const encoded = encoding.kind === 'ecdsa' ? derFromJose(signature, encoding.width) : signature
  if (encoded === undefined) throw new Error('the signer answered with something that is no signature')
  return assembleCertificate(tbs, algorithm, encoded)
}

function algorithmIdentifier(algorithm: SignatureAlgorithm): Der {
  const oid = signatureOids[algorithm]
  if (oid === undefined) throw new Error(`certificates are not signed with ${algorithm}`)
  return sequence(objectIdentifier(oid), ...(algorithm.startsWith('RS') ? [nullValue()] : []))
}

/** 158 random bits: positive, never zero, within the 20 octets of RFC 5280 §4.1.2.2 whatever the bits are. */
function serialNumber(): Uint8Array {
  const bytes = randomBytes(20)
  bytes[0] = (bytes[0]! & 0x7f) | 0x40
  return bytes
}

export interface SubjectName {
  /** ISO 3166-1 alpha-2, in capitals. */
  readonly country?: string
  readonly stateOrProvince?: string
  readonly organization?: string
  readonly commonName: string
}

const attributeOids = {
  commonName: '2.5.4.3',
  country: '2.5.4.6',
  stateOrProvince: '2.5.4.8',
  organization: '2.5.4.10',
} as const

/** Upper bounds of RFC 5280 appendix A.1, in characters. */
const maxLengths = { commonName: 64, country: 2, stateOrProvince: 128, organization: 64 } as const

const attributeOrder = ['country', 'stateOrProvince', 'organization', 'commonName'] as const

/** The attribute that cannot stand in a certificate. */
export function findNameFault(name: SubjectName): keyof SubjectName | undefined {
  return attributeOrder.find((attribute) => {
    const value = name[attribute]
    if (value === undefined) return false
    if (attribute === 'country') return !/^[A-Z]{2}$/.test(value)
    return value.length === 0 || value.length > maxLengths[attribute] || /\p{C}/u.test(value)
  })
}

/** A country is a printable string (RFC 5280 appendix A.1). */
export function distinguishedName(name: SubjectName): Der {
  const fault = findNameFault(name)
  if (fault !== undefined) throw new Error(`${fault}: not what a certificate can carry`)
  const attributes = attributeOrder.flatMap((attribute) => {
    const value = name[attribute]
    if (value === undefined) return []
    const text = attribute === 'country' ? printableString(value) : utf8String(value)
    return [set(sequence(objectIdentifier(attributeOids[attribute]), text))]
  })
  return sequence(...attributes)
}

function subjectPublicKeyInfo(jwk: PublicJwk): Der {
  const key = importPublicKey(jwk)
  if (!key) throw new Error('public key unreadable')
  return key.export({ type: 'spki', format: 'der' })
}

/** RFC 7093 §2 method 1: the leftmost 160 bits of the SHA-256 of the subjectPublicKey bits. */
export function keyIdentifier(jwk: PublicJwk): Uint8Array {
  return hash('sha256', publicKeyBits(jwk), 'buffer').subarray(0, 20)
}

/** RFC 5280 §4.2.1.2 method 1, which ISO/IEC 18013-5 annex B prescribes: no secret hangs on SHA-1 here. */
export function sha1KeyIdentifier(jwk: PublicJwk): Uint8Array {
  return hash('sha1', publicKeyBits(jwk), 'buffer')
}

function publicKeyBits(jwk: PublicJwk): Uint8Array {
  if (jwk.kty === 'RSA') return rsaKeyBits(jwk)
  const x = Buffer.from(jwk.x, 'base64url')
  return jwk.kty === 'EC' ? Buffer.concat([Uint8Array.of(4), x, Buffer.from(jwk.y, 'base64url')]) : x
}

/** The bits of an RSA key are a structure of their own (RFC 8017 appendix A.1.1). */
function rsaKeyBits(jwk: PublicJwk): Uint8Array {
  const key = importPublicKey(jwk)
  if (!key) throw new Error('public key unreadable')
  return key.export({ type: 'pkcs1', format: 'der' })
}

const extensionOids = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  issuerAltName: '2.5.29.18',
  basicConstraints: '2.5.29.19',
  crlDistributionPoints: '2.5.29.31',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
} as const

export const keyUsageBits = { digitalSignature: 0, keyCertSign: 5, crlSign: 6 } as const

function extension(name: keyof typeof extensionOids, critical: boolean, value: Der): Der {
  const flag = critical ? [boolean(true)] : []
  return sequence(objectIdentifier(extensionOids[name]), ...flag, octetString(value))
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

/** Host names, of which an IP address becomes an `iPAddress`, and URIs; none: no extension. */
export function subjectAlternativeNames(
  hostNames: readonly string[],
  uris: readonly string[],
): readonly Der[] {
  const names = [...hostNames.map(hostName), ...uris.map(uriName)]
  return names.length === 0 ? [] : [extension('subjectAltName', false, sequence(...names))]
}

export interface AlternativeName {
  readonly email?: string | undefined
  readonly uri?: string | undefined
}

export function issuerAlternativeNames(names: readonly AlternativeName[]): readonly Der[] {
  const written = names.flatMap(({ email, uri }) => [
    ...(email === undefined ? [] : [emailName(email)]),
    ...(uri === undefined ? [] : [uriName(uri)]),
  ])
  return written.length === 0 ? [] : [extension('issuerAltName', false, sequence(...written))]
}

/** One point, by its URI (RFC 5280 §4.2.1.13); none: no extension. */
export function crlDistributionPoints(uri: string | undefined): readonly Der[] {
  if (uri === undefined) return []
  const point = sequence(explicit(0, explicit(0, uriName(uri))))
  return [extension('crlDistributionPoints', false, sequence(point))]
}

/** Or an address. */
export function isHostName(name: string): boolean {
  if (isIP(bareAddress(name)) !== 0) return true
  return name.length <= 253 && name.split('.').every((label) => /^(?!-)[\w-]{1,63}(?<!-)$/.test(label))
}

function hostName(name: string): Der {
  if (!isHostName(name)) throw new Error(`not a host name: ${name}`)
  const bare = bareAddress(name)
  return isIP(bare) === 0 ? implicit(2, ascii(name.toLowerCase())) : implicit(7, addressBytes(bare))
}

function bareAddress(name: string): string {
  return name.replace(/^\[(.*)\]$/, '$1')
}

export function isUri(uri: string): boolean {
  return /^[\x21-\x7e]{1,2048}$/.test(uri) && URL.canParse(uri)
}

function uriName(uri: string): Der {
  if (!isUri(uri)) throw new Error(`not a URI: ${uri}`)
  return implicit(6, ascii(uri))
}

export function isEmail(email: string): boolean {
  return /^[\x21-\x3f\x41-\x7e]{1,64}@[a-z\d](?:[a-z\d.-]{0,252}[a-z\d])?$/i.test(email)
}

function emailName(email: string): Der {
  if (!isEmail(email)) throw new Error(`not an e-mail address: ${email}`)
  return implicit(1, ascii(email))
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
