/**
 * Status lists from the network, for addresses that credentials name: every hop goes through the guarded client, the
 * whole look-up ends within its time, and what comes back is handed on unread. Redirects are followed, as Token Status List
 * §8.2 wants it, a few times and never from https to http. What failed for a reason that passes is tried once more, and
 * a server that keeps silent is asked a second time while the first request waits on.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { ok, type Result, refuse } from '@countersign/core/result'
import { FETCHED } from '@countersign/core/size-limits'
import { attentiveNow } from '@countersign/event-loop/attentive-time'
import { within } from '@countersign/event-loop/time-limit'
import type {
  FetchedStatusList,
  StatusListRefusal,
  StatusListSource,
} from '@countersign/status-list/status-list'
import type { Remote, RemoteRefusal, RemoteResponse } from './guarded-client.ts'

export interface StatusListSourceOptions {
  /** For all tries and hops together, in milliseconds; 3000 at most, and when absent. */
  readonly timeoutMs?: number
  /** Of a list as it travels; 4 MiB when absent. The client's own limit holds beside it. */
  readonly maxBytes?: number
}

const MAX_TIMEOUT_MS = 3000
const MAX_REDIRECTS = 3
/** A balancer needs about this long to see that an instance is gone. */
const RETRY_AFTER_MS = 250

export function statusListSource(remote: Remote, options: StatusListSourceOptions = {}): StatusListSource {
  const { maxBytes = FETCHED.statusList } = options
  const patienceMs = Math.min(options.timeoutMs ?? MAX_TIMEOUT_MS, MAX_TIMEOUT_MS)
  return async (uri, accept, now) => {
    const walk = {
      remote,
      uri,
      headers: { accept: acceptHeader(accept) },
      maxBytes,
      deadlineMs: attentiveNow() + patienceMs,
    }
    const { found } = await triedTwice(() => walkTo(walk, now), patienceMs)
    return found
  }
}

interface Tried {
  readonly found: Result<FetchedStatusList, StatusListRefusal>
  /** Nothing was found, for a reason that may be gone in a moment. */
  readonly passes: boolean
}

/**
 * The second try begins a moment after the first one failed, or at half of the time while the first one is silent: a slow
 * server may still answer the first, and one that hangs answers the second on another connection. The better answer counts.
 */
async function triedTwice(attempt: () => Promise<Tried>, patienceMs: number): Promise<Tried> {
  const first = attempt()
  const early = await within(first, patienceMs / 2, undefined)
  if (early !== undefined) {
    if (!early.passes) return early
    await delay(Math.min(RETRY_AFTER_MS, patienceMs / 4))
    return attempt()
  }
  const second = attempt()
  const [sooner, later] = await Promise.race([
    first.then((tried) => [tried, second] as const),
    second.then((tried) => [tried, first] as const),
  ])
  return sooner.passes ? later : sooner
}

interface Walk {
  readonly remote: Remote
  readonly uri: string
  readonly headers: Readonly<Record<string, string>>
  readonly maxBytes: number
  /** In attentive time, as the client counts. */
  readonly deadlineMs: number
}

/** One try: the address, and where it leads to. */
async function walkTo({ remote, uri, headers, maxBytes, deadlineMs }: Walk, now: number): Promise<Tried> {
  let url = uri
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    // Rounded up, the sum of fractions would be a millisecond more than was asked for.
    const timeoutMs = Math.floor(deadlineMs - attentiveNow())
    if (timeoutMs <= 0) return passing({ code: 'list_unreachable', reason: 'timeout' })
    const request = { purpose: 'status_list', method: 'GET', url, headers, timeoutMs, maxBytes } as const
    const answered = await remote.request(request)
    if (!answered.ok) return ofRefusal(answered.error)
    const next = nextAddress(answered.value, url)
    if (next === undefined) return readAnswer(answered.value, now)
    if (next === 'redirect_not_allowed') return lasting({ code: 'list_unreachable', reason: next })
    url = next.href
  }
  return lasting({ code: 'list_unreachable', reason: 'too_many_redirects' })
}

/** RFC 9110 §12.5.1. */
function acceptHeader(accept: readonly string[]): string {
  return accept.map((type, at) => (at === 0 ? type : `${type};q=${(1 - at / 10).toFixed(1)}`)).join(', ')
}

const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** Where an answer points to, if it does. */
function nextAddress(
  { headers, status }: RemoteResponse,
  from: string,
): URL | 'redirect_not_allowed' | undefined {
  const { location } = headers
  if (!REDIRECTS.has(status) || location === undefined) return undefined
  const next = URL.parse(location, from)
  const downgraded = next?.protocol !== 'https:' && URL.parse(from)?.protocol === 'https:'
  return next === null || downgraded ? 'redirect_not_allowed' : next
}

function readAnswer({ bytes, headers, status }: RemoteResponse, fetchedAt: number): Tried {
  if (status >= 500) return passing({ code: 'list_http_status', reason: String(status) })
  if (status < 200 || status > 299) return lasting({ code: 'list_http_status', reason: String(status) })
  return {
    found: ok({ mediaType: headers['content-type'] ?? '', body: bytes, fetchedAt }),
    passes: false,
  }
}

function ofRefusal(refusal: RemoteRefusal): Tried {
  switch (refusal.code) {
    case 'response_too_large':
      return lasting({ code: 'list_too_large' })
    case 'unreachable':
      return passing({ code: 'list_unreachable', reason: refusal.reason })
    case 'timeout':
      return passing({ code: 'list_unreachable', reason: refusal.code })
    case 'url_not_allowed':
      return lasting({ code: 'list_unreachable', reason: refusal.reason })
    case 'address_not_allowed':
    case 'response_encoded':
      return lasting({ code: 'list_unreachable', reason: refusal.code })
  }
}

function passing(refusal: StatusListRefusal): Tried {
  return { found: refuse(refusal), passes: true }
}

function lasting(refusal: StatusListRefusal): Tried {
  return { found: refuse(refusal), passes: false }
}
