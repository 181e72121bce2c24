/**
 * The `did:web` method as far as it is text: where the document of such a DID lies. A name has one host, which is a
 * domain and never an address, and a path without tricks; what a URL parser would read differently from what is
 * written is refused. Fetching, and whether the host may be asked at all, is the caller's.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { DidRefusal } from './did-document.ts'

const PREFIX = 'did:web:'
const MAX_LENGTH = 1024
const MAX_HOST_LENGTH = 253

/** The https URL of the DID document; did:web, "Read (Resolve)". */
export function didWebUrl(did: string): Result<string, DidRefusal> {
  if (!did.startsWith(PREFIX) || did.length > MAX_LENGTH) return refuse({ code: 'did_malformed' })
  const [authority = '', ...segments] = did.slice(PREFIX.length).split(':')
  const host = readAuthority(authority)
  if (host === undefined || !segments.every(isPlainSegment)) return refuse({ code: 'did_malformed' })
  const path = segments.length === 0 ? '.well-known' : segments.join('/')
  const url = `https://${host}/${path}/did.json`
  return URL.parse(url)?.href === withoutDefaultPort(url) ? ok(url) : refuse({ code: 'did_malformed' })
}

/**
 * The DID whose document lies at `https://<authority>/<path>/did.json`: `authority` is a host, with a port where it has
 * one; no path means the root of the host. Refuses what nobody could resolve.
 */
export function didWebAt(authority: string, path = ''): Result<string, DidRefusal> {
  const segments = path.split('/').filter((segment) => segment !== '')
  // Written as they are, their colons would be steps of the path.
  if (segments.some((segment) => segment.includes(':'))) return refuse({ code: 'did_malformed' })
  const host = authority.toLowerCase().replaceAll(/:|%3a/g, '%3A')
  const did = PREFIX + [host, ...segments].join(':')
  const url = didWebUrl(did)
  return url.ok ? ok(did) : url
}

/** Host and port in lower case. The colon before a port is written `%3A`, because a plain one starts a path. */
function readAuthority(authority: string): string | undefined {
  const [host = '', port, ...rest] = authority.toLowerCase().split('%3a')
  if (rest.length > 0 || !isDomain(host)) return undefined
  if (port === undefined) return host
  return /^[1-9]\d{0,4}$/.test(port) && Number(port) < 65_536 ? `${host}:${port}` : undefined
}

/** A parser takes a name whose last label is a number, in any notation, for an IPv4 address. */
function isDomain(host: string): boolean {
  const labels = host.split('.')
  const wellFormed = labels.every((label) => /^(?!-)[a-z0-9-]{1,63}(?<!-)$/.test(label))
  return wellFormed && host.length <= MAX_HOST_LENGTH && !/^(\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '')
}

/** Characters of DID syntax (DID Core §3.1). What is escaped stays so, and means neither a separator nor a step up. */
function isPlainSegment(segment: string): boolean {
  if (!/^([A-Za-z0-9._-]|%[0-9A-Fa-f]{2})+$/.test(segment)) return false
  const decoded = decodeEscapes(segment)
  return decoded !== undefined && !/^\.{1,2}$/.test(decoded) && !/[/\\?#%]|\p{Cc}/u.test(decoded)
}

function decodeEscapes(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}

function withoutDefaultPort(url: string): string {
  return url.replace(/^(https:\/\/[^/]+):443\//, '$1/')
}
