/**
 * Status lists of other people, kept: verified and inflated, so that a status that is asked for again costs a look into a
 * map. A list is fetched again when its time to live is over, once for all who ask at the same moment, and relied upon
 * until its own end while a newer one cannot be had. Failures are kept for moments only, with their reasons. Bounded in
 * entries and bytes; whose lists count is the caller's `trust`.
 */
import type { Result } from '@countersign/core/result'
import {
  isExpired,
  type OpenStatusListOptions,
  readStatusLists,
} from '@countersign/status-list/open-status-list'
import type {
  StatusList,
  StatusListContent,
  StatusListRefusal,
  StatusListRequest,
  StatusListSource,
  StatusLists,
} from '@countersign/status-list/status-list'
import { type StatusListSourceOptions, statusListSource } from './fetch-status-list.ts'
import type { Remote } from './guarded-client.ts'

export interface KeptListsOptions extends OpenStatusListOptions {
  /** Bounds of a list's own time to live, in seconds; 1 and 86,400 when absent (Token Status List §11.5). */
  readonly minFreshSeconds?: number
  readonly maxFreshSeconds?: number
  /** For a list that states no time to live; 300 when absent. */
  readonly defaultFreshSeconds?: number
  /** How long a failure is the answer to all who ask, in seconds; 5 when absent. */
  readonly failureSeconds?: number
  /** However far its own end is, no copy is relied upon longer than this, in seconds; 86,400 when absent. */
  readonly maxKeptSeconds?: number
  /** Lists and failures that are kept; 1000 when absent. */
  readonly maxEntries?: number
  /** Of everything that is kept; 64 MiB when absent. */
  readonly maxKeptBytes?: number
}

export type StatusListsOptions = KeptListsOptions & StatusListSourceOptions

export function openStatusLists(remote: Remote, options: StatusListsOptions): StatusLists {
  return keepStatusLists(statusListSource(remote, options), options)
}

type Found = Result<StatusList, StatusListRefusal>

/** The same over any source. */
export function keepStatusLists(source: StatusListSource, options: KeptListsOptions): StatusLists {
  const read = readStatusLists(source, options)
  const periods = periodsOf(options)
  const kept = boundedEntries(options.maxEntries ?? 1000, options.maxKeptBytes ?? 64 * 2 ** 20)
  const underway = new Map<string, Promise<Found>>()

  async function renew(key: string, request: StatusListRequest, now: number): Promise<Found> {
    const found = await read(request, now)
    const known = kept.get(key)?.found
    // What is known is better than nothing, and than an older list that somebody serves again.
    if (known?.ok && periods.isUsable(known.value, now) && !isAsNew(found, known.value)) {
      kept.put(key, { found: known, freshUntil: now + periods.failureSeconds })
      return known
    }
    const freshUntil = found.ok ? periods.freshUntil(found.value, now) : now + periods.failureSeconds
    kept.put(key, { found, freshUntil })
    return found
  }

  function isAtHand({ found, freshUntil }: Entry, now: number): boolean {
    return now < freshUntil && (!found.ok || periods.isUsable(found.value, now))
  }

  return (request, now) => {
    const key = keyOf(request)
    const entry = kept.get(key)
    if (entry !== undefined && isAtHand(entry, now)) return entry.found
    const known = underway.get(key)
    if (known !== undefined) return known
    const renewal = renew(key, request, now).finally(() => underway.delete(key))
    underway.set(key, renewal)
    return renewal
  }
}

function isAsNew(found: Found, known: StatusList): boolean {
  return found.ok && (found.value.issuedAt ?? 0) >= (known.issuedAt ?? 0)
}

/** The length keeps apart what an issuer with a blank in its name could otherwise run together. */
function keyOf({ accept, credentialIssuer = '', mechanism, uri }: StatusListRequest): string {
  return `${mechanism} ${accept.join(',')} ${credentialIssuer.length} ${credentialIssuer} ${uri}`
}

function periodsOf(options: KeptListsOptions) {
  const {
    minFreshSeconds = 1,
    maxFreshSeconds = 86_400,
    maxKeptSeconds = 86_400,
    maxStaleSeconds = 0,
  } = options
  const { defaultFreshSeconds = 300, failureSeconds = 5 } = options

  function endOfFreshness({ fetchedAt, ttlSeconds = defaultFreshSeconds }: StatusList): number {
    return fetchedAt + Math.min(Math.max(ttlSeconds, minFreshSeconds), maxFreshSeconds)
  }

  return {
    failureSeconds,
    /** At its own end a list is fetched again, whatever its time to live says; never more often than the minimum. */
    freshUntil(list: StatusList, now: number): number {
      const { expiresAt = Number.POSITIVE_INFINITY } = list
      return Math.max(now + minFreshSeconds, Math.min(endOfFreshness(list), expiresAt))
    },
    /** A list that states no end ends with its time to live. */
    isUsable(list: StatusList, now: number): boolean {
      if (isExpired(list, options, now)) return false
      return list.expiresAt === undefined
        ? now < endOfFreshness(list) + maxStaleSeconds
        : now < list.fetchedAt + maxKeptSeconds
    },
  }
}

interface Entry {
  readonly found: Found
  /** Epoch seconds; until then nobody asks again. */
  readonly freshUntil: number
}

/** Least recently used first. An entry that is larger than everything together is not kept. */
function boundedEntries(maxEntries: number, maxBytes: number) {
  const entries = new Map<string, Entry & { readonly bytes: number }>()
  let total = 0

  function drop(key: string): void {
    total -= entries.get(key)?.bytes ?? 0
    entries.delete(key)
  }

  return {
    get(key: string): Entry | undefined {
      const entry = entries.get(key)
      if (entry !== undefined) {
        entries.delete(key)
        entries.set(key, entry)
      }
      return entry
    },
    put(key: string, entry: Entry): void {
      drop(key)
      const bytes = key.length + (entry.found.ok ? bytesOf(entry.found.value.content) : 0)
      if (bytes > maxBytes) return
      total += bytes
      entries.set(key, { ...entry, bytes })
      for (const oldest of entries.keys()) {
        if (total <= maxBytes && entries.size <= maxEntries) return
        drop(oldest)
      }
    },
  }
}

/** What a short text costs in a set, beside its characters. */
const TEXT_OVERHEAD_BYTES = 64

function bytesOf(content: StatusListContent): number {
  switch (content.mechanism) {
    case 'token_status_list':
      return content.statuses.bytes.length
    case 'bitstring_status_list':
      return content.bytes.length
    case 'identifier_list':
      return content.identifiers.values().reduce((sum, text) => sum + text.length + TEXT_OVERHEAD_BYTES, 0)
  }
}
