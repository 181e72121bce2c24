/**
 * Status lists of other people, kept: verified and inflated, so that a status that is asked for again costs a look into a
 * map. Towards the end of its time to live a list is fetched again while those who ask still get the one at hand; after it
 * they wait for the newer one, and rely on the old one until its own end while that cannot be had. One fetch serves all
 * who ask meanwhile, and goes on when somebody's time is over. Failures are kept for moments only, with their reasons.
 * Bounded in entries and bytes; whose lists count is the caller's `trust`.
 */
import type { Result } from '@countersign/core/result'
import { within } from '@countersign/event-loop/time-limit'
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
  /**
   * How long what was found instead of a list is the answer to all who ask, in seconds; 5 when absent. Where nothing was
   * found, because there was no answer or one of a server in trouble, it is 1 at most: flows wait for that list, and
   * look again once a second.
   */
  readonly failureSeconds?: number
  /** However far its own end is, no copy is relied upon longer than this, in seconds; 86,400 when absent. */
  readonly maxKeptSeconds?: number
  /** Lists and failures that are kept; 1000 when absent. */
  readonly maxEntries?: number
  /** Of everything that is kept; 64 MiB when absent. */
  readonly maxKeptBytes?: number
  /** How often somebody ceased to be believed: a list that was judged before that is judged again. */
  readonly losses?: () => number
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
  const losses = options.losses ?? (() => 0)

  function entryOf(key: string): Entry | undefined {
    const entry = kept.get(key)
    return entry?.losses === losses() ? entry : undefined
  }

  async function renew(key: string, request: StatusListRequest, now: number): Promise<Found> {
    const before = losses()
    const found = await read(request, now)
    const entry = entryOf(key)
    // What is known is better than nothing, and than an older list that somebody serves again.
    if (entry?.found.ok && periods.isUsable(entry.found.value, now) && !isAsNew(found, entry.found.value)) {
      kept.put(key, { found: entry.found, losses: before, ...periods.afterFailure(found, entry, now) })
      return entry.found
    }
    kept.put(key, { found, losses: before, ...periods.of(found, now) })
    return found
  }

  function isAtHand({ found, freshUntil }: Entry, now: number): boolean {
    return now < freshUntil && (!found.ok || periods.isUsable(found.value, now))
  }

  function renewOnce(key: string, request: StatusListRequest, now: number): Promise<Found> {
    const known = underway.get(key)
    if (known !== undefined) return known
    const renewal = renew(key, request, now).finally(() => underway.delete(key))
    underway.set(key, renewal)
    return renewal
  }

  return (request, now, timeLeftMs) => {
    const key = keyOf(request)
    const entry = entryOf(key)
    if (entry !== undefined && isAtHand(entry, now) && !isTooOld(entry, request)) {
      // Nobody waits for this one: what fails now is told to whoever asks when the list is no longer fresh.
      if (now >= entry.renewFrom) renewOnce(key, request, now).catch(() => undefined)
      return entry.found
    }
    const renewal = renewOnce(key, request, now)
    if (timeLeftMs === undefined) return renewal
    // What was started for somebody with little time goes on: it is kept for those who ask then.
    const usable = entry?.found.ok && periods.isUsable(entry.found.value, now) ? entry.found : TIMED_OUT
    return within(renewal, timeLeftMs, usable)
  }
}

const TIMED_OUT: Found = { ok: false, error: { code: 'list_unreachable', reason: 'timeout' } }

function isTooOld({ found }: Entry, { newerThan }: StatusListRequest): boolean {
  return newerThan !== undefined && found.ok && found.value.fetchedAt <= newerThan
}

function isAsNew(found: Found, known: StatusList): boolean {
  return found.ok && (found.value.issuedAt ?? 0) >= (known.issuedAt ?? 0)
}

/** The length keeps apart what an issuer with a blank in its name could otherwise run together. */
function keyOf({ accept, credentialIssuer = '', mechanism, uri }: StatusListRequest): string {
  return `${mechanism} ${accept.join(',')} ${credentialIssuer.length} ${credentialIssuer} ${uri}`
}

/** Of a list's time to live: long enough before its end for several tries. */
const RENEWED_AT = 0.8

/** What says nothing about the list that is published. */
const NOTHING_FOUND: ReadonlySet<StatusListRefusal['code']> = new Set([
  'list_unreachable',
  'list_http_status',
])

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

  function secondsOf(found: Found): number {
    return found.ok || !NOTHING_FOUND.has(found.error.code) ? failureSeconds : Math.min(failureSeconds, 1)
  }

  return {
    of(found: Found, now: number): Periods {
      if (!found.ok) return { freshUntil: now + secondsOf(found), renewFrom: Number.POSITIVE_INFINITY }
      // At its own end a list is fetched again, whatever its time to live says; never more often than the minimum.
      const { expiresAt = Number.POSITIVE_INFINITY, fetchedAt } = found.value
      const freshUntil = Math.max(now + minFreshSeconds, Math.min(endOfFreshness(found.value), expiresAt))
      const renewFrom = Math.max(now + minFreshSeconds, fetchedAt + RENEWED_AT * (freshUntil - fetchedAt))
      return { freshUntil, renewFrom }
    },
    /** Of a list that could not be renewed: for as long as tries follow each other, nobody waits for one. */
    afterFailure(found: Found, { freshUntil }: Entry, now: number): Periods {
      return { freshUntil: Math.max(freshUntil, now + failureSeconds), renewFrom: now + secondsOf(found) }
    },
    /** A list that states no end ends with its time to live; every list ends with the trust in its signer. */
    isUsable(list: StatusList, now: number): boolean {
      const { trustedUntil = Number.POSITIVE_INFINITY } = list
      if (now > trustedUntil || isExpired(list, options, now)) return false
      return list.expiresAt === undefined
        ? now < endOfFreshness(list) + maxStaleSeconds
        : now < list.fetchedAt + maxKeptSeconds
    },
  }
}

interface Entry extends Periods {
  readonly found: Found
  /** How often somebody had ceased to be believed when it was judged. */
  readonly losses: number
}

interface Periods {
  /** Epoch seconds: from then on it is fetched again beside those who ask; they wait for that from the second on. */
  readonly renewFrom: number
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
