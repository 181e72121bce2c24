/**
 * Distinguished names: as text for people, and in the form in which names are compared (RFC 5280 §7.1): case and white
 * space do not count, nor which string type was chosen. Text for people is never parsed again.
 */
import { decodeUtf8 } from '@countersign/core/base64url'
import { type DerElement, readChildren, readObjectIdentifier, TAG } from './asn1/der.ts'

export interface DistinguishedName {
  readonly der: Uint8Array
  /** For people, e.g. `CN=Example CA, C=DE`. */
  readonly text: string
  /** From the root of the directory downwards; each is one text that equals that of an equal part. */
  readonly comparable: readonly string[]
  readonly attributes: readonly NameAttribute[]
}

export interface NameAttribute {
  /** Object identifier. */
  readonly type: string
  /** Absent: written in a string type that we do not read. */
  readonly value?: string | undefined
}

export const ATTRIBUTE = {
  commonName: '2.5.4.3',
  country: '2.5.4.6',
  stateOrProvince: '2.5.4.8',
  organization: '2.5.4.10',
  emailAddress: '1.2.840.113549.1.9.1',
} as const

const SHORT_NAMES: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.97': 'organizationIdentifier',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
}

const TEXT_TAGS: readonly number[] = [TAG.utf8String, TAG.printableString, TAG.ia5String]

/** Undefined for anything that is not a Name; one without parts has none. */
export function readName(name: DerElement | undefined): DistinguishedName | undefined {
  const sets = name?.tag === TAG.sequence ? readChildren(name) : undefined
  if (name === undefined || sets === undefined) return undefined
  const attributes: Attribute[] = []
  const comparable: string[] = []
  for (const set of sets) {
    const part = readRelativeName(set)
    if (part === undefined) return undefined
    attributes.push(...part)
    comparable.push(part.map(toComparable).sort().join('\u0001'))
  }
  const text = attributes.map(toText).join(', ')
  return { der: name.whole, text, comparable, attributes }
}

export function sameName(a: DistinguishedName, b: DistinguishedName): boolean {
  return a.comparable.length === b.comparable.length && isWithinName(a, b)
}

/** Whether the name lies in the subtree that `subtree` is the root of (RFC 5280 §4.2.1.10). */
export function isWithinName(name: DistinguishedName, subtree: DistinguishedName): boolean {
  return subtree.comparable.every((part, at) => name.comparable[at] === part)
}

export function attributeValues(name: DistinguishedName, type: string): readonly string[] {
  return name.attributes.flatMap((attribute) =>
    attribute.type === type && attribute.value !== undefined ? [attribute.value] : [],
  )
}

interface Attribute extends NameAttribute {
  readonly element: DerElement
}

function readRelativeName(set: DerElement): readonly Attribute[] | undefined {
  const elements = set.tag === TAG.set ? readChildren(set) : undefined
  if (elements === undefined || elements.length === 0) return undefined
  const attributes: Attribute[] = []
  for (const element of elements) {
    const attribute = readAttribute(element)
    if (attribute === undefined) return undefined
    attributes.push(attribute)
  }
  return attributes
}

function readAttribute(attribute: DerElement): Attribute | undefined {
  if (attribute.tag !== TAG.sequence) return undefined
  const [identifier, element, ...rest] = readChildren(attribute) ?? []
  const type = readObjectIdentifier(identifier)
  if (type === undefined || element === undefined || rest.length > 0) return undefined
  const value = TEXT_TAGS.includes(element.tag) ? decodeUtf8(element.contents) : undefined
  return { type, element, value }
}

/** RFC 5280 §7.1: stringprep in short. A value that is no text of ours only equals the same bytes. */
function toComparable({ type, value, element }: Attribute): string {
  if (value === undefined) return `${type}#${Array.from(element.whole).join(',')}`
  const folded = value.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()
  return `${type}=${folded.replaceAll('\u0001', '\u0001\u0001')}`
}

/** Separators are escaped (RFC 4514 §2.4), so that a name within a name is not taken for more of its parts. */
function toText({ type, value }: Attribute): string {
  const escaped = printable(value ?? '?').replace(/[,+"\\<>;]/g, '\\$&')
  return `${SHORT_NAMES[type] ?? type}=${escaped}`
}

/** Control characters could rewrite a log line or a screen. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, '?')
}
