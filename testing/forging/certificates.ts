/**
 * X.509 certificates for tests, good ones and every kind of bad one: whatever a request says is written, whether a
 * certificate may have it or not. Bytes are those of the product's DER writer, which OpenSSL reads in tests of its own.
 */
import { encodeBase64, encodeUtf8 } from '@countersign/core/base64url'
import { derFromJose } from '@countersign/crypto/ecdsa-der'
import type { Signer } from '@countersign/crypto/engine'
import type { PublicJwk } from '@countersign/crypto/jwk'
import type {
  SignatureAlgorithm,
  SignatureHash,
  SignatureScheme,
} from '@countersign/crypto/signature-algorithm'
import {
  bitString,
  element as der,
  namedBits,
  objectIdentifier,
  sequence,
  time,
  unsignedInteger,
} from '@countersign/x509/asn1/der-writer'
import { OID } from '@countersign/x509/asn1/object-identifiers'
import { type Certificate, parseCertificate } from '@countersign/x509/certificate'
import { subjectPublicKeyInfo } from '@countersign/x509/make/subject-public-key'
import type { Certifier } from '../engines/certifier.ts'

export interface CertificateRequest {
  /** Common name. */
  readonly subject: string
  readonly issuer: string
  /** Whole names instead of those. */
  readonly subjectName?: Uint8Array | undefined
  readonly issuerName?: Uint8Array | undefined
  /** Before the common name: object identifier and text. */
  readonly subjectAttributes?: readonly NameAttribute[] | undefined
  readonly issuerAttributes?: readonly NameAttribute[] | undefined
  readonly key: PublicJwk
  readonly signer: Signer | Certifier
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
  readonly innerScheme?: SignatureScheme | undefined
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
  const scheme = schemeOf(request.signer)
  const algorithm = algorithmIdentifier(scheme)
  const inner = request.innerScheme ? algorithmIdentifier(request.innerScheme) : algorithm
  const tbs = sequence(
    der(0xa0, unsignedInteger(Uint8Array.of(request.version ?? 2))),
    der(0x02, request.serial ?? Uint8Array.of(0x2a, 0x17)),
    inner,
    request.issuerName ?? name(request.issuer, request.issuerAttributes),
    sequence(time(request.notBefore ?? NOT_BEFORE), time(request.notAfter ?? NOT_AFTER)),
    request.subjectName ?? name(request.subject, request.subjectAttributes),
    subjectPublicKeyInfo(request.key),
    der(0xa3, sequence(...extensions(request))),
  )
  return sequence(tbs, algorithm, bitString(toX509Form(scheme, await request.signer.sign(tbs))))
}

export function toX5c(...certificates: readonly Certificate[]): readonly string[] {
  return certificates.map(({ der: bytes }) => encodeBase64(bytes))
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

const SCHEMES: Readonly<Partial<Record<SignatureAlgorithm, SignatureScheme>>> = {
  ES256: { kind: 'ecdsa', hash: 'sha-256' },
  ES384: { kind: 'ecdsa', hash: 'sha-384' },
  ES512: { kind: 'ecdsa', hash: 'sha-512' },
  EdDSA: { kind: 'eddsa' },
  RS256: { kind: 'rsa-pkcs1', hash: 'sha-256' },
  RS384: { kind: 'rsa-pkcs1', hash: 'sha-384' },
  RS512: { kind: 'rsa-pkcs1', hash: 'sha-512' },
  PS256: { kind: 'rsa-pss', hash: 'sha-256', saltLength: 32 },
  PS384: { kind: 'rsa-pss', hash: 'sha-384', saltLength: 48 },
  PS512: { kind: 'rsa-pss', hash: 'sha-512', saltLength: 64 },
}

function schemeOf(signer: Signer | Certifier): SignatureScheme {
  const scheme = 'scheme' in signer ? signer.scheme : SCHEMES[signer.algorithm]
  if (scheme === undefined) throw new TypeError('no certificates are made with this algorithm')
  return scheme
}

const HASHES: Readonly<Record<SignatureHash, string>> = {
  'sha-256': OID.sha256,
  'sha-384': OID.sha384,
  'sha-512': OID.sha512,
}

const ECDSA: Readonly<Record<SignatureHash, string>> = {
  'sha-256': OID.ecdsaWithSha256,
  'sha-384': OID.ecdsaWithSha384,
  'sha-512': OID.ecdsaWithSha512,
}

const RSA: Readonly<Record<SignatureHash, string>> = {
  'sha-256': OID.rsaWithSha256,
  'sha-384': OID.rsaWithSha384,
  'sha-512': OID.rsaWithSha512,
}

/** RFC 5758 §3.2, RFC 8410 §3, RFC 4055 §3.1 and §5. */
export function algorithmIdentifier(scheme: SignatureScheme): Uint8Array {
  switch (scheme.kind) {
    case 'ecdsa':
      return sequence(objectIdentifier(ECDSA[scheme.hash]))
    case 'eddsa':
      return sequence(objectIdentifier(OID.ed25519))
    case 'rsa-pkcs1':
      return sequence(objectIdentifier(RSA[scheme.hash]), der(0x05))
    case 'rsa-pss':
      return sequence(objectIdentifier(OID.rsaPss), pssParameters(scheme.hash, scheme.saltLength))
  }
}

export function pssParameters(hash: SignatureHash, saltLength: number, maskHash = hash): Uint8Array {
  const mask = sequence(objectIdentifier(OID.mgf1), hashIdentifier(maskHash))
  const salt = unsignedInteger(Uint8Array.of(saltLength >> 8, saltLength & 0xff))
  return sequence(der(0xa0, hashIdentifier(hash)), der(0xa1, mask), der(0xa2, salt))
}

function hashIdentifier(hash: SignatureHash): Uint8Array {
  return sequence(objectIdentifier(HASHES[hash]), der(0x05))
}

/** A signature of two zeros, which no DER of r and s can say, is written as it is. */
function toX509Form({ kind }: SignatureScheme, signature: Uint8Array): Uint8Array {
  return kind === 'ecdsa' ? (derFromJose(signature, signature.length / 2) ?? signature) : signature
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
    ...(keyUsage ? [extension('2.5.29.15', true, namedBits(...keyUsage))] : []),
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
  const limit = pathLength === undefined ? [] : [unsignedInteger(Uint8Array.of(pathLength))]
  return sequence(der(0x01, Uint8Array.of(0xff)), ...limit)
}
