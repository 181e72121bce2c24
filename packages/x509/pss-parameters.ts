/**
 * Parameters of RSASSA-PSS (RFC 4055 §3.1), which keys and signatures carry: one hash, for the text and for the mask, and
 * how long the salt is. SHA-1, which every default means, is none.
 */
import type { SignatureHash } from '@countersign/crypto/signature-algorithm'
import { type DerElement, readChildren, readInteger, readObjectIdentifier, TAG } from './asn1/der.ts'
import { OID } from './asn1/object-identifiers.ts'

export interface PssParameters {
  readonly hash: SignatureHash
  /** Bytes. */
  readonly saltLength: number
}

const HASHES: Readonly<Record<string, SignatureHash>> = {
  [OID.sha256]: 'sha-256',
  [OID.sha384]: 'sha-384',
  [OID.sha512]: 'sha-512',
}

const FIELD = { hash: 0xa0, mask: 0xa1, salt: 0xa2, trailer: 0xa3 } as const
const DEFAULT_SALT_BYTES = 20

/** Another hash for the mask is allowed and not spoken: neither is it by WebCrypto. */
export function readPssParameters(parameters: DerElement | undefined): PssParameters | undefined {
  const fields = parameters?.tag === TAG.sequence ? readChildren(parameters) : undefined
  const tags = fields?.map(({ tag }) => tag) ?? []
  if (tags.some((tag, at) => tag <= (tags[at - 1] ?? 0) || !KNOWN_FIELDS.includes(tag))) return undefined
  const field = (tag: number) => readExplicit(fields?.find((one) => one.tag === tag))
  const name = readHashName(field(FIELD.hash))
  const hash = name === undefined ? undefined : HASHES[name]
  const [maskName, maskHash] = childrenOf(field(FIELD.mask))
  const saltLength = tags.includes(FIELD.salt) ? readSmallNumber(field(FIELD.salt)) : DEFAULT_SALT_BYTES
  const isAsExpected =
    readObjectIdentifier(maskName) === OID.mgf1 &&
    readHashName(maskHash) === name &&
    // The one trailer that there is may be written out.
    (!tags.includes(FIELD.trailer) || readSmallNumber(field(FIELD.trailer)) === 1)
  return hash === undefined || saltLength === undefined || !isAsExpected ? undefined : { hash, saltLength }
}

const KNOWN_FIELDS: readonly number[] = Object.values(FIELD)

/** RFC 4055 §5: NULL; some leave it out, and it says nothing either way. */
export function isAbsentOrNull(parameters: DerElement | undefined): boolean {
  return parameters === undefined || (parameters.tag === NULL_TAG && parameters.contents.length === 0)
}

const NULL_TAG = 0x05

function readExplicit(element: DerElement | undefined): DerElement | undefined {
  const [inner, ...rest] = readChildren(element) ?? []
  return rest.length === 0 ? inner : undefined
}

/** Of an AlgorithmIdentifier without parameters. */
function readHashName(element: DerElement | undefined): string | undefined {
  const [name, parameters, ...rest] = childrenOf(element)
  return isAbsentOrNull(parameters) && rest.length === 0 ? readObjectIdentifier(name) : undefined
}

function childrenOf(element: DerElement | undefined): readonly DerElement[] {
  return (element?.tag === TAG.sequence && readChildren(element)) || []
}

/** Not negative, of two bytes at most: no modulus has room for a longer salt. */
function readSmallNumber(element: DerElement | undefined): number | undefined {
  const bytes = readInteger(element)
  if (bytes === undefined || bytes.length > 2 || (bytes[0] ?? 0) >= 0x80) return undefined
  return bytes.reduce((number, byte) => number * 256 + byte, 0)
}
