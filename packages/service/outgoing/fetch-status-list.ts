/**
 * Status lists from the network, for addresses that credentials name: every hop goes through the guarded client, the
 * whole walk ends within its time, and what comes back is handed on unread. Redirects are followed, as Token Status List
 * §8.2 wants it, a few times and never from https to http.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import type {
  FetchedStatusList,
  StatusListRefusal,
  StatusListSource,
} from '@countersign/status-list/status-list'
import type { Remote, RemoteRefusal, RemoteResponse } from './guarded-client.ts'

export interface StatusListSourceOptions {
  /** For all hops together, in milliseconds; 3000 at most, and when absent. */
  readonly timeoutMs?: number
  /** Of a list as it travels; 4 MiB when absent. The client's own limit holds beside it. */
  readonly maxBytes?: number
}

const MAX_TIMEOUT_MS = 3000
const MAX_BYTES = 4 * 2 ** 20
const MAX_REDIRECTS = 3

export function statusListSource(remote: Remote, options: StatusListSourceOptions = {}): StatusListSource {
  const { maxBytes = MAX_BYTES } = options
  const patienceMs = Math.min(options.timeoutMs ?? MAX_TIMEOUT_MS, MAX_TIMEOUT_MS)
  return async (uri, accept, now) => {
    const deadline = performance.now() + patienceMs
    const headers = { accept: acceptHeader(accept) }
    let url = uri
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const timeoutMs = Math.ceil(deadline - performance.now())
      if (timeoutMs <= 0) return unreachable('timeout')
      const answered = await remote.request({
        purpose: 'status_list',
        method: 'GET',
        url,
        headers,
        timeoutMs,
        maxBytes,
      })
      if (!answered.ok) return refuse(toRefusal(answered.error))
      const next = nextAddress(answered.value, url)
      if (next === undefined) return readAnswer(answered.value, now)
      if (next === 'redirect_not_allowed') return unreachable(next)
      url = next.href
    }
    return unreachable('too_many_redirects')
  }
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
  const downgraded = next?.protocol !== 'https:' && from.startsWith('https:')
  return next === null || downgraded ? 'redirect_not_allowed' : next
}

function readAnswer(
  { bytes, headers, status }: RemoteResponse,
  fetchedAt: number,
): Result<FetchedStatusList, StatusListRefusal> {
  if (status < 200 || status > 299) return refuse({ code: 'list_http_status', reason: String(status) })
  return ok({ mediaType: headers['content-type'] ?? '', body: bytes, fetchedAt })
}

function toRefusal(refusal: RemoteRefusal): StatusListRefusal {
  switch (refusal.code) {
    case 'response_too_large':
      return { code: 'list_too_large' }
    case 'unreachable':
    case 'url_not_allowed':
      return { code: 'list_unreachable', reason: refusal.reason }
    case 'address_not_allowed':
    case 'response_encoded':
    case 'timeout':
      return { code: 'list_unreachable', reason: refusal.code }
  }
}

function unreachable(reason: string): Result<never, StatusListRefusal> {
  return refuse({ code: 'list_unreachable', reason })
}
