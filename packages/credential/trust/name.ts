/** Distinguished names as text for people (RFC 4514 in spirit): never compared, never parsed again. */
import { decodeUtf8 } from '../base64url.ts'
import { type DerElement, readChildren, readObjectIdentifier, TAG } from './der.ts'

const SHORT_NAMES: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.97': 'organizationIdentifier',
}

const TEXT_TAGS: readonly number[] = [TAG.utf8String, TAG.printableString, TAG.ia5String]

/** Undefined for anything that is not a Name; empty for a name without parts. */
export function readName(name: DerElement | undefined): string | undefined {
  const sets = name?.tag === TAG.sequence ? readChildren(name) : undefined
  if (sets === undefined) return undefined
  const parts: string[] = []
  for (const set of sets) {
    const attributes = set.tag === TAG.set ? readChildren(set) : undefined
    if (attributes === undefined) return undefined
    for (const attribute of attributes) {
      const part = readAttribute(attribute)
      if (part === undefined) return undefined
      parts.push(part)
    }
  }
  return parts.join(', ')
}

function readAttribute(attribute: DerElement): string | undefined {
  if (attribute.tag !== TAG.sequence) return undefined
  const [type, value, ...rest] = readChildren(attribute) ?? []
  const identifier = readObjectIdentifier(type)
  if (identifier === undefined || value === undefined || rest.length > 0) return undefined
  const text = TEXT_TAGS.includes(value.tag) ? decodeUtf8(value.contents) : undefined
  return `${SHORT_NAMES[identifier] ?? identifier}=${printable(text ?? '?')}`
}

/** Control characters could rewrite a log line or a screen. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, '?')
}
