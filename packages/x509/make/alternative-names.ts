/**
 * Names of hosts, URIs and e-mail addresses as certificates carry them (RFC 5280 §4.2.1.6, §4.2.1.7, §4.2.1.13): which texts
 * can stand there, and their DER. What cannot throws: callers ask first. Whose names they are is not known here.
 */
import { ascii, type Der, explicit, implicit, sequence } from '../asn1/der-writer.ts'
import { extension } from './extension-writer.ts'

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

/**
 * That a CA names this host and no other (RFC 5280 §4.2.1.10): a form that is not mentioned would be free, so the other one is
 * excluded as a whole. Subdomains of a name are within it.
 */
export function hostConstraints(host: string): Der {
  const address = addressBytes(host)
  const permitted = address === undefined ? hostName(host) : implicit(7, withMask(address, 0xff))
  const excluded = address === undefined ? EVERY_ADDRESS : [EVERY_NAME]
  const subtrees = (names: readonly Der[]) => names.map((name) => sequence(name))
  const value = sequence(explicit(0, ...subtrees([permitted])), explicit(1, ...subtrees(excluded)))
  return extension('nameConstraints', true, value)
}

/** Every bit of the address counts, or none. */
function withMask(address: Uint8Array, mask: 0x00 | 0xff): Uint8Array {
  return Uint8Array.from([...address, ...Array.from(address, () => mask)])
}

const EVERY_NAME = implicit(2, ascii(''))
const EVERY_ADDRESS = [4, 16].map((length) => implicit(7, withMask(new Uint8Array(length), 0x00)))

/** A name of DNS, or an address, IPv6 with or without brackets. */
export function isHostName(name: string): boolean {
  return addressBytes(name) !== undefined || isDnsName(name)
}

function isDnsName(name: string): boolean {
  return name.length <= 253 && name.split('.').every((label) => /^(?!-)[\w-]{1,63}(?<!-)$/.test(label))
}

function hostName(name: string): Der {
  const address = addressBytes(name)
  if (address !== undefined) return implicit(7, address)
  if (!isDnsName(name)) throw new Error(`not a host name: ${name}`)
  return implicit(2, ascii(name.toLowerCase()))
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

/** Four bytes or sixteen; undefined for what is no address. A zone (`%eth0`) means something on one machine only. */
function addressBytes(name: string): Uint8Array | undefined {
  const address = name.replace(/^\[(.*)\]$/, '$1')
  const bytes = ipv4Bytes(address) ?? ipv6Bytes(address)
  return bytes && Uint8Array.from(bytes)
}

function ipv4Bytes(address: string): readonly number[] | undefined {
  const octets = address.split('.')
  return octets.length === 4 && octets.every(isOctet) ? octets.map(Number) : undefined
}

/** A leading zero is octal to some readers. */
function isOctet(text: string): boolean {
  return /^(0|[1-9]\d{0,2})$/.test(text) && Number(text) <= 255
}

/** RFC 4291 §2.2. Platforms differ in what their URL parsers take for an address, so none is asked. */
function ipv6Bytes(address: string): readonly number[] | undefined {
  const halves = address.split('::')
  if (halves.length > 2) return undefined
  const [front, back] = halves.map((half, at) => groupBytes(half, at === halves.length - 1))
  if (front === undefined || (halves.length === 2 && back === undefined)) return undefined
  if (back === undefined) return front.length === 16 ? front : undefined
  const missing = 16 - front.length - back.length
  // `::` stands for one group of zeros at least (RFC 5952 §4.2.2 wants two, readers take one).
  return missing >= 2 ? [...front, ...Array.from({ length: missing }, () => 0), ...back] : undefined
}

/** Groups between colons; the last of an address may be dotted. */
function groupBytes(half: string, isLast: boolean): readonly number[] | undefined {
  if (half === '') return []
  const groups = half.split(':')
  const bytes = groups.map((group, at) => {
    if (isLast && at === groups.length - 1 && group.includes('.')) return ipv4Bytes(group)
    const value = Number.parseInt(group, 16)
    return /^[\da-f]{1,4}$/i.test(group) ? [value >> 8, value & 0xff] : undefined
  })
  return bytes.some((part) => part === undefined) ? undefined : bytes.flatMap((part) => part ?? [])
}
