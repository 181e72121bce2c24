/**
 * GeneralNames (RFC 5280 §4.2.1.6): the names of a subject or an issuer beside its distinguished name, sorted by form.
 * A form that we do not read is remembered by its tag, since a constraint on it must not be passed over.
 */
import { type DerElement, readAscii, readChildren, readDer, TAG } from './asn1/der.ts'
import { type DistinguishedName, readName } from './distinguished-name.ts'

export interface GeneralNames {
  readonly dnsNames: readonly string[]
  readonly uris: readonly string[]
  readonly emails: readonly string[]
  /** 4 or 16 bytes. */
  readonly addresses: readonly Uint8Array[]
  readonly directoryNames: readonly DistinguishedName[]
  /** Tags of the other forms. */
  readonly otherForms: readonly number[]
}

/** Context-specific tags of the forms; that of a directory name is explicit, since Name is a CHOICE. */
export const FORM = { email: 0x81, dnsName: 0x82, directoryName: 0xa4, uri: 0x86, address: 0x87 } as const

const OTHER_FORMS: readonly number[] = [0xa0, 0xa3, 0xa5, 0x88]

/** The names within one SEQUENCE; undefined when one is malformed or there is none. */
export function readGeneralNames(elements: readonly DerElement[] | undefined): GeneralNames | undefined {
  if (elements === undefined || elements.length === 0) return undefined
  const names = { dnsNames: [], uris: [], emails: [], addresses: [], directoryNames: [], otherForms: [] }
  return elements.every((element) => takeName(element, names)) ? names : undefined
}

interface Draft {
  readonly dnsNames: string[]
  readonly uris: string[]
  readonly emails: string[]
  readonly addresses: Uint8Array[]
  readonly directoryNames: DistinguishedName[]
  readonly otherForms: number[]
}

function takeName(element: DerElement, names: Draft): boolean {
  switch (element.tag) {
    case FORM.email:
      return takeText(element, names.emails)
    case FORM.dnsName:
      return takeText(element, names.dnsNames)
    case FORM.uri:
      return takeText(element, names.uris)
    case FORM.address:
      names.addresses.push(element.contents)
      return element.contents.length === 4 || element.contents.length === 16
    case FORM.directoryName:
      return takeDirectoryName(element, names.directoryNames)
    default:
      names.otherForms.push(element.tag)
      return OTHER_FORMS.includes(element.tag)
  }
}

/** RFC 5280 §4.2.1.6: an IA5String; an empty one names nobody. */
function takeText(element: DerElement, texts: string[]): boolean {
  const text = readAscii(element)
  if (text === undefined || text === '') return false
  texts.push(text)
  return true
}

function takeDirectoryName(element: DerElement, names: DistinguishedName[]): boolean {
  const name = readDirectoryName(element)
  if (name === undefined) return false
  names.push(name)
  return true
}

/** The Name within `[4]`. */
export function readDirectoryName(element: DerElement): DistinguishedName | undefined {
  const [inner, ...rest] = readChildren(element) ?? []
  return rest.length === 0 && inner !== undefined ? readName(readDer(inner.whole, TAG.sequence)) : undefined
}
