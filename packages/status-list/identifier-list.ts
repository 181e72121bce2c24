/**
 * Identifier lists (ISO/IEC 18013-5 second edition §12.3.6): a CWT that names the documents that are no longer good. They
 * are read and not written: each list tells how many were revoked and when. Their map has byte strings as keys, which the
 * CBOR reader of this project has no room for, so that one claim is taken out first and walked through here; the other
 * claims are read like those of every list.
 */
import { decodeUtf8, encodeBase64url } from '@countersign/core/base64url'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { CLAIM, readCwtClaims, readSignedCwt } from './signed-cwt.ts'
import { malformed, type SignedStatusList } from './signed-list.ts'
import { LIST_MEDIA_TYPES, type StatusListRefusal } from './status-list.ts'

/** A list may have this many identifiers, because a verifier holds them all in memory. */
const MAX_IDENTIFIERS = 250_000

export function readIdentifierListCwt(
  body: Uint8Array,
  crypto: Pick<CryptoEngine, 'verify'>,
): Result<SignedStatusList, StatusListRefusal> {
  const cwt = readSignedCwt(body, LIST_MEDIA_TYPES.identifierCwt, crypto)
  if (!cwt.ok) return cwt
  const taken = takeOutList(cwt.value.payload)
  if (taken === undefined) return malformed('identifier_list')
  const read = readCwtClaims(taken.rest)
  if (!read.ok) return read
  const { claims, facts, issuer } = read.value
  // §12.3.6.3-4: an end there must be, and one token is a list of one kind.
  if (facts.expiresAt === undefined) return malformed('exp')
  if (claims.has(CLAIM.statusList)) return malformed('status_list')
  const identifiers = readIdentifiers(taken.list)
  if (identifiers === undefined) return malformed('identifiers')
  if (identifiers === 'too_many') return refuse({ code: 'list_too_large' })
  const { signer, verify } = cwt.value
  return ok({
    ...facts,
    packed: { mechanism: 'identifier_list', identifiers },
    signer: { ...signer, issuer },
    verify,
  })
}

/** The claims without the list, and the list. */
function takeOutList(
  payload: Uint8Array,
): { readonly rest: Uint8Array; readonly list: Uint8Array } | undefined {
  const entries = readEntries(payload)
  if (entries === undefined || entries.length > 24) return undefined
  const [found, ...more] = entries.filter(({ key }) => isIdentifierListLabel(key))
  if (found === undefined || more.length > 0) return undefined
  const others = entries.filter((entry) => entry !== found)
  const parts = others.flatMap(({ key, value }) => [key, value])
  const rest = new Uint8Array(1 + parts.reduce((sum, part) => sum + part.length, 0))
  rest[0] = (MAP << 5) | others.length
  let at = 1
  for (const part of parts) {
    rest.set(part, at)
    at += part.length
  }
  return { rest, list: found.value }
}

function isIdentifierListLabel(key: Uint8Array): boolean {
  const head = readHead(key, 0)
  return head?.major === UNSIGNED && head.argument === CLAIM.identifierList
}

/** base64url of each key of `identifiers`. What else is said of one is reserved for the future. */
function readIdentifiers(list: Uint8Array): ReadonlySet<string> | 'too_many' | undefined {
  const members = readEntries(list)?.filter(({ key }) => readText(key) === 'identifiers') ?? []
  const [member, ...more] = members
  const entries = member === undefined || more.length > 0 ? undefined : readEntries(member.value)
  if (entries === undefined) return undefined
  if (entries.length > MAX_IDENTIFIERS) return 'too_many'
  const identifiers = new Set<string>()
  for (const { key, value } of entries) {
    const head = readHead(key, 0)
    if (head?.major !== BYTES || readHead(value, 0)?.major !== MAP) return undefined
    identifiers.add(encodeBase64url(key.subarray(head.end)))
  }
  return identifiers
}

function readText(item: Uint8Array): string | undefined {
  const head = readHead(item, 0)
  return head?.major === TEXT ? decodeUtf8(item.subarray(head.end)) : undefined
}

/** Major types of CBOR items (RFC 8949 §3.1). */
const [UNSIGNED, BYTES, TEXT, ARRAY, MAP, TAG] = [0, 2, 3, 4, 5, 6] as const

interface MapEntry {
  /** The identifiers as encoded CBOR, in the order in which they are written. */
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** Undefined for what is not exactly one map of definite length. */
function readEntries(bytes: Uint8Array): readonly MapEntry[] | undefined {
  const head = readHead(bytes, 0)
  if (head?.major !== MAP || head.argument > bytes.length) return undefined
  const entries: MapEntry[] = []
  let at = head.end
  for (let left = head.argument; left > 0; left--) {
    const middle = endOfItem(bytes, at)
    const end = middle === undefined ? undefined : endOfItem(bytes, middle)
    if (middle === undefined || end === undefined) return undefined
    entries.push({ key: bytes.subarray(at, middle), value: bytes.subarray(middle, end) })
    at = end
  }
  return at === bytes.length ? entries : undefined
}

/** Counts what is still to come instead of descending, so that no nesting is too deep. */
function endOfItem(bytes: Uint8Array, from: number): number | undefined {
  let at = from
  for (let pending = 1; pending > 0; pending--) {
    const head = readHead(bytes, at)
    if (head === undefined) return undefined
    const { argument, end, major } = head
    if (major >= BYTES && major <= MAP && argument > bytes.length) return undefined
    at = major === BYTES || major === TEXT ? end + argument : end
    if (at > bytes.length) return undefined
    if (major === ARRAY) pending += argument
    if (major === MAP) pending += argument * 2
    if (major === TAG) pending += 1
  }
  return at
}

interface Head {
  readonly major: number
  /** Inexact beyond 2^53; no length is that large. */
  readonly argument: number
  readonly end: number
}

/** Undefined for indefinite lengths. */
function readHead(bytes: Uint8Array, at: number): Head | undefined {
  const initial = bytes[at]
  if (initial === undefined) return undefined
  const [major, information] = [initial >> 5, initial & 0x1f]
  if (information < 24) return { major, argument: information, end: at + 1 }
  if (information > 27) return undefined
  const end = at + 1 + (1 << (information - 24))
  if (end > bytes.length) return undefined
  let argument = 0
  for (let place = at + 1; place < end; place++) argument = argument * 256 + (bytes[place] ?? 0)
  return { major, argument, end }
}
