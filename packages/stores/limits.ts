/**
 * What may be a namespace, an id, a lifetime and a value, for every engine alike. Ids reach us from the network, so
 * routes check their shape and answer "not found"; what arrives here and does not fit is a bug and throws.
 */

import { KEPT } from '@countersign/core/size-limits'

/** Ten years, in seconds. */
const MAX_TTL_SECONDS = 315_360_000

/** More than somebody can look at while the leases last. */
const MAX_LEASES = 1_000
const MAX_LEASE_MS = 3_600_000

const ID = /^[A-Za-z0-9_.:-]{1,256}$/
// No colon: it ends the namespace in a key, so `a` + `b:c` and `a:b` + `c` would be one key.
const NAMESPACE = /^[A-Za-z0-9_.-]{1,64}$/

/** True when the text can be an id; what comes from the network is asked first. */
function isStoreId(text: string): boolean {
  return ID.test(text)
}

export function checkId(id: string): void {
  if (!isStoreId(id)) throw new RangeError('a store id is 1 to 256 characters of A-Z a-z 0-9 _ . : -')
}

export function checkNamespace(namespace: string): string {
  if (NAMESPACE.test(namespace)) return namespace
  throw new RangeError('a store namespace is 1 to 64 characters of A-Z a-z 0-9 _ . -')
}

export function checkValue(value: Uint8Array): void {
  if (value.length > KEPT.sealed) throw new RangeError(`a stored value of ${value.length} bytes`)
}

/** Whole milliseconds, at least one. */
export function checkedTtlMs(ttlSeconds: number): number {
  if (ttlSeconds > 0 && ttlSeconds <= MAX_TTL_SECONDS) return Math.max(1, Math.round(ttlSeconds * 1000))
  throw new RangeError(`a time to live of ${ttlSeconds} seconds`)
}

/** Whole milliseconds from now until something is due; zero is now. */
export function checkedDueMs(inMs: number): number {
  if (inMs >= 0 && inMs <= MAX_TTL_SECONDS * 1000) return Math.round(inMs)
  throw new RangeError(`due in ${inMs} milliseconds`)
}

export function checkLeasing(max: number, leaseMs: number): void {
  if (!Number.isInteger(max) || max < 1 || max > MAX_LEASES) throw new RangeError(`${max} leases at once`)
  if (!Number.isInteger(leaseMs) || leaseMs < 1 || leaseMs > MAX_LEASE_MS)
    throw new RangeError(`a lease of ${leaseMs} milliseconds`)
}

/** Entries of a list, at once. */
const MAX_LISTED = 1_000
/** The longest that an entry is kept: what is read of an index is bounded by it. */
export const LISTED_HOURS = 32 * 24
const HOUR_SECONDS = 3_600
/** The year 9999: beyond it there are no hours. */
const LAST_SECOND = 253_402_300_799

/** Entries lie together by the hour of their session. */
export function hourOf(createdAt: number): number {
  return Math.floor(createdAt / HOUR_SECONDS)
}

export function checkedCreatedAt(createdAt: number): number {
  if (createdAt >= 0 && createdAt <= LAST_SECOND) return Math.floor(createdAt)
  throw new RangeError(`a session made at ${createdAt}`)
}

/** Whole milliseconds, 32 days at most. */
export function checkedListedMs(ttlSeconds: number): number {
  return Math.min(checkedTtlMs(ttlSeconds), LISTED_HOURS * HOUR_SECONDS * 1000)
}

export function checkListing({ createdAt, id }: { createdAt: number; id?: string | undefined }, max: number) {
  checkedCreatedAt(createdAt)
  if (id !== undefined) checkId(id)
  if (!Number.isInteger(max) || max < 1 || max > MAX_LISTED) throw new RangeError(`${max} entries at once`)
}

/** How many instances tell of themselves; the next one is not kept. */
export const MAX_INSTANCES = 1_000
const MAX_TOLD = 16_384

export function checkTold(instance: string, told: string): void {
  checkId(instance)
  if (told.length > MAX_TOLD || !told.isWellFormed())
    throw new RangeError(`an instance tells ${told.length} characters of itself`)
}
