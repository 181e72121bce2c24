/** Makes X.509 certificates for tests, good ones and every kind of bad one, with a DER writer of its own. */
import { decodeBase64url, encodeBase64, encodeUtf8 } from '@countersign/core/base64url'
import type { Signer } from '@countersign/crypto/engine'
import type { PublicJwk } from '@countersign/crypto/jwk'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import { type Certificate, parseCertificate } from '@countersign/x509/certificate'

export interface CertificateRequest {
  /** Common name. */
  readonly subject: string
  readonly issuer: string
  /** Before the common name: object identifier and text. */
  readonly subjectAttributes?: readonly NameAttribute[] | undefined
  readonly issuerAttributes?: readonly NameAttribute[] | undefined
  readonly key: PublicJwk
  readonly signer: Signer
  readonly notBefore?: number | undefined
  readonly notAfter?: number | undefined
  readonly ca?: boolean | undefined
  readonly pathLength?: number | undefined
  /** Bits of the key usage; absent: none is written. */
  readonly keyUsage?: readonly number[] | undefined
  readonly extendedKeyUsage?: readonly string[] | undefined
  readonly extendedKeyUsageCritical?: boolean | undefined
  readonly dnsNames?: readonly string[] | undefined
  readonly uris?: readonly string[] | undefined
  /** Whole GeneralNames beside those. */
  readonly names?: readonly Uint8Array[] | undefined
  readonly subjectKeyId?: Uint8Array | undefined
  readonly authorityKeyId?: Uint8Array | undefined
  /** An empty sequence is the value of those that have none here. */
  readonly extra?: readonly ExtraExtension[] | undefined
  readonly serial?: Uint8Array | undefined
  /** Written instead of version 3. */
  readonly version?: number | undefined
  /** Written into the signed part instead of the algorithm that signs. */
  readonly innerAlgorithm?: SignatureAlgorithm | undefined
}

export interface ExtraExtension {
  readonly identifier: string
  readonly critical: boolean
  readonly value?: Uint8Array
}

export type NameAttribute = readonly [identifier: string, text: string]

export const COUNTRY = '2.5.4.6'
export const ORGANIZATION = '2.5.4.10'

export const DIGITAL_SIGNATURE = 0
export const KEY_CERT_SIGN = 5
export const CRL_SIGN = 6

/** 2026-01-01 and 2027-01-01. */
export const NOT_BEFORE = 1_767_225_600
export const NOT_AFTER = 1_798_761_600

export async function makeCertificate(request: CertificateRequest): Promise<Certificate> {
  const parsed = parseCertificate(await makeCertificateDer(request))
  if (!parsed.ok) throw new Error(parsed.error.code)
  return parsed.value
}

export async function makeCertificateDer(request: CertificateRequest): Promise<Uint8Array> {
  const algorithm = algorithmIdentifier(request.signer.algorithm)
  const inner = request.innerAlgorithm ? algorithmIdentifier(request.innerAlgorithm) : algorithm
  const tbs = sequence(
    der(0xa0, integer(Uint8Array.of(request.version ?? 2))),
    der(0x02, request.serial ?? Uint8Array.of(0x2a, 0x17)),
    inner,
    name(request.issuer, request.issuerAttributes),
    sequence(time(request.notBefore ?? NOT_BEFORE), time(request.notAfter ?? NOT_AFTER)),
    name(request.subject, request.subjectAttributes),
    subjectPublicKeyInfo(request.key),
    der(0xa3, sequence(...extensions(request))),
  )
  return sequence(
    tbs,
    algorithm,
    bitString(toDerSignature(request.signer.algorithm, await request.signer.sign(tbs))),
  )
}

export function toX5c(...certificates: readonly Certificate[]): readonly string[] {
  return certificates.map(({ der: bytes }) => encodeBase64(bytes))
}

export function der(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const length = contents.reduce((sum, { length: bytes }) => sum + bytes, 0)
  const header = [tag, ...lengthOctets(length)]
  const out = new Uint8Array(header.length + length)
  out.set(header)
  let at = header.length
  for (const part of contents) {
    out.set(part, at)
    at += part.length
  }
  return out
}

export function sequence(...contents: readonly Uint8Array[]): Uint8Array {
  return der(0x30, ...contents)
}

export function objectIdentifier(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...arcs] = dotted.split('.').map(Number)
  return der(0x06, Uint8Array.from([first * 40 + second, ...arcs].flatMap(septets)))
}

function septets(arc: number): readonly number[] {
  const out = [arc % 128]
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128))
    out.unshift(128 + (rest % 128))
  return out
}

function lengthOctets(length: number): readonly number[] {
  if (length < 0x80) return [length]
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
}

function integer(magnitude: Uint8Array): Uint8Array {
  let start = 0
  while (start < magnitude.length - 1 && magnitude[start] === 0) start++
  const bytes = magnitude.subarray(start)
  return (bytes[0] ?? 0) >= 0x80 ? der(0x02, Uint8Array.of(0), bytes) : der(0x02, bytes)
}

function bitString(bytes: Uint8Array): Uint8Array {
  return der(0x03, Uint8Array.of(0), bytes)
}

export function name(commonName: string, attributes: readonly NameAttribute[] = []): Uint8Array {
  const parts: readonly NameAttribute[] = [...attributes, ['2.5.4.3', commonName]]
  return sequence(
    ...parts.map(([identifier, text]) =>
      der(0x31, sequence(objectIdentifier(identifier), der(0x0c, encodeUtf8(text)))),
    ),
  )
}

/** GeneralNames, of which some also serve as bases of constraints. */
export const generalName = {
  email: (text: string) => der(0x81, encodeUtf8(text)),
  dnsName: (text: string) => der(0x82, encodeUtf8(text)),
  uri: (text: string) => der(0x86, encodeUtf8(text)),
  address: (...bytes: readonly number[]) => der(0x87, Uint8Array.from(bytes)),
  directoryName: (whole: Uint8Array) => der(0xa4, whole),
  registeredId: () => der(0x88, Uint8Array.of(0x2a)),
}

export interface Subtrees {
  readonly permitted?: readonly Uint8Array[]
  readonly excluded?: readonly Uint8Array[]
}

export function nameConstraints({ permitted, excluded }: Subtrees, critical = true): ExtraExtension {
  const subtrees = (tag: number, bases: readonly Uint8Array[] | undefined) =>
    bases === undefined ? [] : [der(tag, ...bases.map((base) => sequence(base)))]
  const value = sequence(...subtrees(0xa0, permitted), ...subtrees(0xa1, excluded))
  return { identifier: '2.5.29.30', critical, value }
}

export function issuerAlternativeName(...names: readonly Uint8Array[]): ExtraExtension {
  return { identifier: '2.5.29.18', critical: false, value: sequence(...names) }
}

export function crlDistributionPoint(uri: string): ExtraExtension {
  const point = sequence(der(0xa0, der(0xa0, generalName.uri(uri))))
  return { identifier: '2.5.29.31', critical: false, value: sequence(point) }
}

function time(epochSeconds: number): Uint8Array {
  const digits = new Date(epochSeconds * 1000).toISOString().replace(/[-:T]|\.\d+/g, '')
  return der(0x17, encodeUtf8(digits.slice(2)))
}

const CURVES = {
  'P-256': '1.2.840.10045.3.1.7',
  'P-384': '1.3.132.0.34',
  'P-521': '1.3.132.0.35',
  secp256k1: '1.3.132.0.10',
} as const

function subjectPublicKeyInfo(key: PublicJwk): Uint8Array {
  if (key.kty === 'RSA') return rsaKeyInfo(key)
  const x = decodeBase64url(key.x) ?? new Uint8Array()
  if (key.kty === 'OKP') return sequence(sequence(objectIdentifier('1.3.101.112')), bitString(x))
  const y = decodeBase64url(key.y) ?? new Uint8Array()
  const type = sequence(objectIdentifier('1.2.840.10045.2.1'), objectIdentifier(CURVES[key.crv]))
  return sequence(type, bitString(Uint8Array.from([4, ...x, ...y])))
}

function rsaKeyInfo({ n, e }: Extract<PublicJwk, { kty: 'RSA' }>): Uint8Array {
  const numbers = [n, e].map((text) => integer(decodeBase64url(text) ?? new Uint8Array()))
  const type = sequence(objectIdentifier('1.2.840.113549.1.1.1'), der(0x05))
  return sequence(type, bitString(sequence(...numbers)))
}

const ALGORITHMS: Readonly<Partial<Record<SignatureAlgorithm, string>>> = {
  ES256: '1.2.840.10045.4.3.2',
  ES384: '1.2.840.10045.4.3.3',
  ES512: '1.2.840.10045.4.3.4',
  EdDSA: '1.3.101.112',
  RS256: '1.2.840.113549.1.1.11',
  RS384: '1.2.840.113549.1.1.12',
  RS512: '1.2.840.113549.1.1.13',
}

function algorithmIdentifier(algorithm: SignatureAlgorithm): Uint8Array {
  if (algorithm.startsWith('PS')) return pssIdentifier(algorithm)
  const identifier = ALGORITHMS[algorithm]
  if (identifier === undefined) throw new TypeError(`no certificates are made with ${algorithm}`)
  return sequence(objectIdentifier(identifier), ...(algorithm.startsWith('RS') ? [der(0x05)] : []))
}

const PSS: Readonly<Record<string, readonly [hash: string, salt: number]>> = {
  PS256: ['2.16.840.1.101.3.4.2.1', 32],
  PS384: ['2.16.840.1.101.3.4.2.2', 48],
  PS512: ['2.16.840.1.101.3.4.2.3', 64],
}

/** RFC 4055 §3.1; `salt` other than that of the algorithm is for tests of those who read it. */
export function pssIdentifier(algorithm: string, salt?: number): Uint8Array {
  const [hash, length] = PSS[algorithm] ?? ['', 0]
  const hashIdentifier = sequence(objectIdentifier(hash), der(0x05))
  const mask = sequence(objectIdentifier('1.2.840.113549.1.1.8'), hashIdentifier)
  return sequence(
    objectIdentifier('1.2.840.113549.1.1.10'),
    sequence(der(0xa0, hashIdentifier), der(0xa1, mask), der(0xa2, integer(Uint8Array.of(salt ?? length)))),
  )
}

function toDerSignature(algorithm: SignatureAlgorithm, signature: Uint8Array): Uint8Array {
  if (!algorithm.startsWith('ES')) return signature
  const half = signature.length / 2
  return sequence(integer(signature.subarray(0, half)), integer(signature.subarray(half)))
}

function extensions(request: CertificateRequest): readonly Uint8Array[] {
  const { ca, keyUsage, extendedKeyUsage, subjectKeyId, authorityKeyId, extra = [] } = request
  const names = [
    ...(request.dnsNames ?? []).map((text) => der(0x82, encodeUtf8(text))),
    ...(request.uris ?? []).map((text) => der(0x86, encodeUtf8(text))),
    ...(request.names ?? []),
  ]
  return [
    ...(ca ? [extension('2.5.29.19', true, basicConstraints(request.pathLength))] : []),
    ...(keyUsage ? [extension('2.5.29.15', true, namedBits(keyUsage))] : []),
    ...(extendedKeyUsage
      ? [
          extension(
            '2.5.29.37',
            request.extendedKeyUsageCritical ?? true,
            sequence(...extendedKeyUsage.map(objectIdentifier)),
          ),
        ]
      : []),
    ...(names.length > 0 ? [extension('2.5.29.17', false, sequence(...names))] : []),
    ...(subjectKeyId ? [extension('2.5.29.14', false, der(0x04, subjectKeyId))] : []),
    ...(authorityKeyId ? [extension('2.5.29.35', false, sequence(der(0x80, authorityKeyId)))] : []),
    ...extra.map(({ identifier, critical, value = sequence() }) => extension(identifier, critical, value)),
  ]
}

function extension(identifier: string, critical: boolean, value: Uint8Array): Uint8Array {
  const flag = critical ? [der(0x01, Uint8Array.of(0xff))] : []
  return sequence(objectIdentifier(identifier), ...flag, der(0x04, value))
}

function basicConstraints(pathLength: number | undefined): Uint8Array {
  const limit = pathLength === undefined ? [] : [integer(Uint8Array.of(pathLength))]
  return sequence(der(0x01, Uint8Array.of(0xff)), ...limit)
}

function namedBits(bits: readonly number[]): Uint8Array {
  const byte = bits.reduce((sum, bit) => sum | (0x80 >> bit), 0)
  return der(0x03, Uint8Array.of(7 - Math.max(...bits), byte))
}
