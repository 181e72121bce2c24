/**
 * An X.509 v3 certificate (RFC 5280 §4) as DER: the names of subject and issuer, and the whole that is signed. Who may get
 * which certificate is not decided here. What cannot stand in a certificate throws: callers check first. Serial numbers
 * are the engine's random bytes, the signature is a `Signer`'s.
 */
import { derFromJose } from '@countersign/crypto/ecdsa-der'
import type { CryptoEngine, Signer } from '@countersign/crypto/engine'
import type { PublicJwk } from '@countersign/crypto/jwk'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import {
  bitString,
  type Der,
  explicit,
  nullValue,
  objectIdentifier,
  printableString,
  sequence,
  set,
  time,
  unsignedInteger,
  utf8String,
} from '../asn1/der-writer.ts'
import { OID } from '../asn1/object-identifiers.ts'
import { subjectPublicKeyInfo } from './subject-public-key.ts'

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
export const BACKDATE_SECONDS = 300

interface CertificateSignature {
  readonly oid: string
  /** ECDSA: bytes of r and of s. */
  readonly width?: number
}

/** Algorithms that sign certificates. */
const SIGNATURES: { readonly [Algorithm in SignatureAlgorithm]?: CertificateSignature } = {
  ES256: { oid: OID.ecdsaWithSha256, width: 32 },
  ES384: { oid: OID.ecdsaWithSha384, width: 48 },
  ES512: { oid: OID.ecdsaWithSha512, width: 66 },
  EdDSA: { oid: OID.ed25519 },
  RS256: { oid: OID.rsaWithSha256 },
  RS384: { oid: OID.rsaWithSha384 },
  RS512: { oid: OID.rsaWithSha512 },
}

export function canSignCertificates(algorithm: SignatureAlgorithm): boolean {
  return SIGNATURES[algorithm] !== undefined
}

/** What is signed. The serial number is fresh, so the same facts never make the same certificate. */
export function toBeSigned(
  facts: CertificateFacts,
  algorithm: SignatureAlgorithm,
  crypto: Pick<CryptoEngine, 'randomBytes'>,
): Der {
  return sequence(
    explicit(0, unsignedInteger(Uint8Array.of(2))),
    unsignedInteger(serialNumber(crypto)),
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
export async function signCertificate(
  facts: CertificateFacts,
  signer: Signer,
  crypto: Pick<CryptoEngine, 'randomBytes'>,
): Promise<Der> {
  const { algorithm } = signer
  const tbs = toBeSigned(facts, algorithm, crypto)
  const signature = await signer.sign(tbs)
  const width = SIGNATURES[algorithm]?.width
  const encoded = width === undefined ? signature : derFromJose(signature, width)
  if (encoded === undefined) throw new Error('the signer answered with something that is no signature')
  return assembleCertificate(tbs, algorithm, encoded)
}

function algorithmIdentifier(algorithm: SignatureAlgorithm): Der {
  const signature = SIGNATURES[algorithm]
  if (signature === undefined) throw new Error(`certificates are not signed with ${algorithm}`)
  return sequence(objectIdentifier(signature.oid), ...(algorithm.startsWith('RS') ? [nullValue()] : []))
}

/** 158 random bits: positive, never zero, within the 20 octets of RFC 5280 §4.1.2.2 whatever the bits are. */
function serialNumber(crypto: Pick<CryptoEngine, 'randomBytes'>): Uint8Array {
  const bytes = Uint8Array.from(crypto.randomBytes(20))
  bytes[0] = (bytes[0]! & 0x7f) | 0x40
  return bytes
}

export interface SubjectName {
  /** ISO 3166-1 alpha-2, in capitals. */
  readonly country?: string | undefined
  readonly stateOrProvince?: string | undefined
  readonly organization?: string | undefined
  readonly commonName: string
}

const ATTRIBUTES = {
  commonName: '2.5.4.3',
  country: '2.5.4.6',
  stateOrProvince: '2.5.4.8',
  organization: '2.5.4.10',
} as const

/** Upper bounds of RFC 5280 appendix A.1, in characters. */
const MAX_LENGTHS = { commonName: 64, country: 2, stateOrProvince: 128, organization: 64 } as const

const ATTRIBUTE_ORDER = ['country', 'stateOrProvince', 'organization', 'commonName'] as const

/** The attribute that cannot stand in a certificate. */
export function findNameFault(name: SubjectName): keyof SubjectName | undefined {
  return ATTRIBUTE_ORDER.find((attribute) => {
    const value = name[attribute]
    if (value === undefined) return false
    if (attribute === 'country') return !/^[A-Z]{2}$/.test(value)
    return value.length === 0 || value.length > MAX_LENGTHS[attribute] || /\p{C}/u.test(value)
  })
}

/** A country is a printable string (RFC 5280 appendix A.1). */
export function distinguishedName(name: SubjectName): Der {
  const fault = findNameFault(name)
  if (fault !== undefined) throw new Error(`${fault}: not what a certificate can carry`)
  const attributes = ATTRIBUTE_ORDER.flatMap((attribute) => {
    const value = name[attribute]
    if (value === undefined) return []
    const text = attribute === 'country' ? printableString(value) : utf8String(value)
    return [set(sequence(objectIdentifier(ATTRIBUTES[attribute]), text))]
  })
  return sequence(...attributes)
}
