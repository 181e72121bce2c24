/**
 * Certificate extensions (RFC 5280 §4.2.1) that path validation and trust decisions use. The others are told apart by
 * one thing: whether their issuer marked them critical, which forbids to go on without understanding them.
 */
import { encodeBase64url } from '../base64url.ts'
import {
  type DerElement,
  readAscii,
  readBoolean,
  readChildren,
  readDer,
  readInteger,
  readNamedBits,
  readObjectIdentifier,
  readSequence,
  TAG,
} from './der.ts'

export type KeyUsage =
  | 'digitalSignature'
  | 'nonRepudiation'
  | 'keyEncipherment'
  | 'dataEncipherment'
  | 'keyAgreement'
  | 'keyCertSign'
  | 'cRLSign'
  | 'encipherOnly'
  | 'decipherOnly'

export interface Extensions {
  /** `cA` of the basic constraints. */
  readonly isCa: boolean
  /** How many intermediate certificates may follow. */
  readonly pathLength?: number
  /** Absent: not restricted. */
  readonly keyUsage?: readonly KeyUsage[]
  /** Object identifiers; absent: not restricted. */
  readonly extendedKeyUsage?: readonly string[]
  readonly dnsNames: readonly string[]
  readonly uris: readonly string[]
  /** base64url. */
  readonly subjectKeyId?: string
  readonly authorityKeyId?: string
  /** Object identifiers of what must be understood and is not. */
  readonly unknownCritical: readonly string[]
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] }
type Draft = Mutable<Extensions>

/** Writes what it reads into the draft; false when the value is malformed. */
type ExtensionReader = (value: Uint8Array, draft: Draft) => boolean

/** Undefined when an extension is malformed or there twice; no wrapper, no extensions. */
export function readExtensions(wrapper: DerElement | undefined): Extensions | undefined {
  const draft: Draft = { isCa: false, dnsNames: [], uris: [], unknownCritical: [] }
  if (wrapper === undefined) return draft
  const list = readSequence(wrapper.contents)
  if (list === undefined || list.length === 0) return undefined
  const seen = new Set<string>()
  for (const element of list) {
    const extension = readExtension(element)
    if (extension === undefined || seen.has(extension.identifier)) return undefined
    seen.add(extension.identifier)
    if (!takeExtension(extension, draft)) return undefined
  }
  return draft
}

interface Extension {
  readonly identifier: string
  readonly critical: boolean
  readonly value: Uint8Array
}

function readExtension(element: DerElement): Extension | undefined {
  if (element.tag !== TAG.sequence) return undefined
  const [first, ...others] = readChildren(element) ?? []
  const identifier = readObjectIdentifier(first)
  const value = others.pop()
  const critical = others.length === 0 ? false : others.length === 1 ? readBoolean(others[0]) : undefined
  if (identifier === undefined || critical === undefined || value?.tag !== TAG.octetString) return undefined
  return { identifier, critical, value: value.contents }
}

/** Constrains names below a CA. We do not process it, so it counts as critical even where it is not marked. */
const NAME_CONSTRAINTS = '2.5.29.30'

function takeExtension({ identifier, critical, value }: Extension, draft: Draft): boolean {
  const reader = READERS.get(identifier)
  if (reader !== undefined) return reader(value, draft)
  if (critical || identifier === NAME_CONSTRAINTS)
    draft.unknownCritical = [...draft.unknownCritical, identifier]
  return true
}

const READERS: ReadonlyMap<string, ExtensionReader> = new Map([
  ['2.5.29.14', readSubjectKeyId],
  ['2.5.29.15', readKeyUsage],
  ['2.5.29.17', readSubjectAlternativeNames],
  ['2.5.29.19', readBasicConstraints],
  ['2.5.29.35', readAuthorityKeyId],
  ['2.5.29.37', readExtendedKeyUsage],
])

function readSubjectKeyId(value: Uint8Array, draft: Draft): boolean {
  const id = readDer(value, TAG.octetString)
  if (id === undefined) return false
  draft.subjectKeyId = encodeBase64url(id.contents)
  return true
}

const KEY_IDENTIFIER_TAG = 0x80

function readAuthorityKeyId(value: Uint8Array, draft: Draft): boolean {
  const fields = readSequence(value)
  const id = fields?.find(({ tag }) => tag === KEY_IDENTIFIER_TAG)
  if (id !== undefined) draft.authorityKeyId = encodeBase64url(id.contents)
  return fields !== undefined
}

const KEY_USAGES: readonly KeyUsage[] = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
]

function readKeyUsage(value: Uint8Array, draft: Draft): boolean {
  const bits = readNamedBits(readDer(value, TAG.bitString))
  if (bits === undefined) return false
  draft.keyUsage = KEY_USAGES.filter((_usage, bit) => bits.includes(bit))
  return true
}

function readBasicConstraints(value: Uint8Array, draft: Draft): boolean {
  const fields = readSequence(value)
  if (fields === undefined) return false
  const [first, ...others] = fields
  const flagged = first?.tag === TAG.boolean
  const isCa = flagged ? readBoolean(first) : false
  const [pathLength, ...rest] = flagged ? others : fields
  if (isCa === undefined || rest.length > 0) return false
  draft.isCa = isCa
  return pathLength === undefined || readPathLength(pathLength, draft)
}

function readPathLength(element: DerElement, draft: Draft): boolean {
  const bytes = readInteger(element)
  const [length] = bytes ?? []
  // §4.2.1.9: only a CA may have one. More than 127 would need a second byte and never limit our paths.
  if (!draft.isCa || bytes?.length !== 1 || length === undefined || length >= 0x80) return false
  draft.pathLength = length
  return true
}

function readExtendedKeyUsage(value: Uint8Array, draft: Draft): boolean {
  const purposes: string[] = []
  for (const element of readSequence(value) ?? []) {
    const identifier = readObjectIdentifier(element)
    if (identifier === undefined) return false
    purposes.push(identifier)
  }
  draft.extendedKeyUsage = purposes
  return purposes.length > 0
}

const DNS_NAME_TAG = 0x82
const URI_TAG = 0x86

function readSubjectAlternativeNames(value: Uint8Array, draft: Draft): boolean {
  const names = readSequence(value)
  if (names === undefined) return false
  const dnsNames = namesOf(names, DNS_NAME_TAG)
  const uris = namesOf(names, URI_TAG)
  if (dnsNames === undefined || uris === undefined) return false
  draft.dnsNames = dnsNames
  draft.uris = uris
  return true
}

function namesOf(names: readonly DerElement[], tag: number): readonly string[] | undefined {
  const texts: string[] = []
  for (const name of names) {
    if (name.tag !== tag) continue
    const text = readAscii(name)
    if (text === undefined) return undefined
    texts.push(text)
  }
  return texts
}
