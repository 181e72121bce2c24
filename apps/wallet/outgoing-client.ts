/**
 * The way out to issuers and verifiers, patient with what a cluster does when an instance dies: an answer that was cut
 * off, or that a balancer made up (502, 503, 504), is asked for again, and a service that has too much to do (503, 429) at
 * the time that it names. That is safe because every request of ours can be repeated: the other side sees the same body
 * again. It knows no protocol and follows no redirect.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { type JsonObject, parseJsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type {
  Remote,
  RemoteRefusal,
  RemoteRequest,
  RemoteResponse,
} from '@countersign/service/outgoing/guarded-client'

export interface OutgoingClient {
  /**
   * Tries up to three times, and as often as it is told when to come back, for ten seconds. `maxBytes`: of the answer's body,
   * a row of `FETCHED`.
   */
  get(url: string, accept: string, maxBytes: number): Promise<Result<RemoteResponse, OutgoingRefusal>>
  /** Up to two tries, or as above, with the same body; `headers` is asked before each, for proofs that may be used once. */
  post(request: OutgoingPost): Promise<Result<RemoteResponse, OutgoingRefusal>>
}

export interface OutgoingPost {
  readonly url: string
  /** It is absent where there is no body. */
  readonly contentType?: string | undefined
  readonly accept: string
  readonly body: string
  /** Of the answer's body, a row of `FETCHED`. */
  readonly maxBytes: number
  readonly headers?: () => Promise<Readonly<Record<string, string>>>
}

export type OutgoingRefusal =
  | { readonly code: 'outgoing_unreachable'; readonly host: string; readonly reason: string }
  | { readonly code: 'outgoing_timeout'; readonly host: string }
  | { readonly code: 'outgoing_unavailable'; readonly host: string; readonly status: number }
  | { readonly code: 'outgoing_not_allowed'; readonly host: string; readonly reason: string }
  | { readonly code: 'outgoing_answer_refused'; readonly host: string; readonly reason: string }
  | { readonly code: 'outgoing_answer_too_large'; readonly host: string; readonly maxBytes: number }

/** An answer that is there and says nothing that can be used. */
export interface UnusableAnswer {
  readonly code: 'outgoing_answer_refused'
  readonly host: string
  readonly reason: string
}

/** Waits after the try with this number (1, 2 …), for as long as the other side asked for at least. */
export type Pause = (attempt: number, askedForMs: number) => Promise<void>

const GET_TRIES = 3
const POST_TRIES = 2
/** Whoever waits in front of the wallet waits no longer than this for a service that says when it will be there. */
const PATIENCE_MS = 10_000

/**
 * A balancer needs a moment to notice that an instance is gone. Part of the time is random, so that wallets that were cut
 * off together do not come back together.
 */
const jitteredPause: Pause = (attempt, askedForMs) => {
  const usualMs = 400 * attempt * (0.75 + 0.5 * Math.random())
  return delay(askedForMs === 0 ? usualMs : askedForMs * (1 + 0.5 * Math.random()))
}

export function openOutgoingClient(remote: Remote, pause: Pause = jitteredPause): OutgoingClient {
  const patiently = async (tries: number, request: () => Promise<RemoteRequest>) => {
    let askedForMs = 0
    for (let attempt = 1; ; attempt++) {
      const made = await request()
      const answered = await remote.request(made)
      const judged = judge(answered, hostOf(made.url))
      const comeBackMs = answered.ok ? retryAfterMs(answered.value) : undefined
      if (comeBackMs !== undefined && askedForMs + comeBackMs <= PATIENCE_MS) {
        askedForMs += comeBackMs
        await pause(attempt, comeBackMs)
      } else {
        if (judged.ok || !isWorthAnotherTry(judged.error) || attempt >= tries) return judged
        await pause(attempt, 0)
      }
    }
  }
  return {
    get: (url, accept, maxBytes) =>
      patiently(GET_TRIES, async () => ({
        purpose: 'protocol',
        method: 'GET',
        url,
        headers: { accept },
        maxBytes,
      })),
    post: ({ url, contentType, accept, body, maxBytes, headers }) =>
      patiently(POST_TRIES, async () => ({
        purpose: 'protocol' as const,
        method: 'POST',
        url,
        body,
        maxBytes,
        headers: { accept, ...(contentType && { 'content-type': contentType }), ...(await headers?.()) },
      })),
  }
}

/** RFC 9110 §10.2.3, in seconds: what services say that have too much to do. A date says when somebody repairs one. */
function retryAfterMs({ status, headers }: RemoteResponse): number | undefined {
  const seconds = headers['retry-after'] ?? ''
  if ((status !== 503 && status !== 429) || !/^\d{1,4}$/.test(seconds)) return undefined
  return Math.max(1, Number(seconds)) * 1_000
}

/** For sentences; an address that cannot be read is shown as it is, shortened. */
export function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url.slice(0, 60)
}

/** A JSON object of at most `maxBytes`, whatever the media type says. */
export function readJsonAnswer(
  response: Pick<RemoteResponse, 'body'>,
  url: string,
  maxBytes: number,
): Result<JsonObject, UnusableAnswer> {
  const json = parseJsonObject(response.body, { maxBytes })
  return json.ok ? json : unusable(url, json.error.code)
}

export function unusable(url: string, reason: string): Result<never, UnusableAnswer> {
  return refuse({ code: 'outgoing_answer_refused', host: hostOf(url), reason })
}

function judge(
  answered: Result<RemoteResponse, RemoteRefusal>,
  host: string,
): Result<RemoteResponse, OutgoingRefusal> {
  if (!answered.ok) return refuse(refusalOf(answered.error, host))
  const { status } = answered.value
  const isAbsent = status === 502 || status === 503 || status === 504
  return isAbsent ? refuse({ code: 'outgoing_unavailable', host, status }) : ok(answered.value)
}

function refusalOf(error: RemoteRefusal, host: string): OutgoingRefusal {
  switch (error.code) {
    case 'unreachable':
      return { code: 'outgoing_unreachable', host, reason: error.reason }
    case 'timeout':
      return { code: 'outgoing_timeout', host }
    case 'url_not_allowed':
      return { code: 'outgoing_not_allowed', host, reason: error.reason }
    case 'address_not_allowed':
      return { code: 'outgoing_not_allowed', host, reason: 'address' }
    case 'response_too_large':
      return { code: 'outgoing_answer_too_large', host, maxBytes: error.maxBytes }
    case 'response_encoded':
      return { code: 'outgoing_answer_refused', host, reason: error.code }
  }
}

function isWorthAnotherTry(refusal: OutgoingRefusal): boolean {
  return (
    refusal.code === 'outgoing_unreachable' ||
    refusal.code === 'outgoing_timeout' ||
    refusal.code === 'outgoing_unavailable'
  )
}
