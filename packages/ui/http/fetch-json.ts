/**
 * Calls of a page to its own server: JSON in, JSON out. What went wrong is a value with what a page needs to say so - was the
 * call answered at all, with which code, and under which correlation id it stands in the log - and never a sentence to show
 * as it is. State-changing calls carry the page's token, so that no other site can make them.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import { askedAhead, jsonHeaders, type Told } from './ahead.ts'

export interface CallFailure {
  /** `unreachable`: no answer, so nobody knows whether it was done; `late`: given up after the time; else it was answered. */
  readonly kind: 'unreachable' | 'late' | 'refused' | 'failed'
  /** HTTP status; 0 without an answer. */
  readonly status: number
  /** The code of our error shapes, when one was named. */
  readonly code?: string
  /** What the service says, in English; for technical details. */
  readonly message: string
  /** Under which the request stands in the log. */
  readonly correlationId?: string
  readonly retryAfterSeconds?: number
}

export type Answer<T> = Result<T, CallFailure>

export interface CallOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Written as JSON. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Milliseconds until it is given up. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

const TIMEOUT_MS = 30_000

let heard: (instance: string | undefined) => void = () => {}

/** `listener` is told of every answer which instance gave it; undefined where it does not say. */
export function onAnswer(listener: (instance: string | undefined) => void): void {
  heard = listener
}

/** The answer's JSON as `T`: our own server's word, whose types are those of its API. */
export async function fetchJson<T>(address: string, options: CallOptions = {}): Promise<Answer<T>> {
  const late = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS)
  const signal = options.signal === undefined ? late : AbortSignal.any([late, options.signal])
  try {
    const response = await responseTo(address, options, signal)
    heard(response.headers.get('x-instance') ?? undefined)
    if (response.ok) return ok((await readBody(response)) as T)
    return refuse(await failureIn(response))
  } catch (error) {
    return refuse({ ...unreachable(error), ...(late.aborted && { kind: 'late' }) })
  }
}

/** Nobody answered. */
export function unreachable(error: unknown): CallFailure {
  return { kind: 'unreachable', status: 0, message: error instanceof Error ? error.message : 'no answer' }
}

async function responseTo(
  address: string,
  { body, headers: more, method = body === undefined ? 'GET' : 'POST' }: CallOptions,
  signal: AbortSignal,
): Promise<Told> {
  const headers = {
    ...jsonHeaders(),
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...more,
  }
  const ahead = method === 'GET' ? askedAhead(address, headers, signal) : undefined
  if (ahead !== undefined) return ahead
  return fetch(address, {
    method,
    headers,
    credentials: 'same-origin',
    redirect: 'error',
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal,
  })
}

/** `undefined` for an answer without one; text that is no JSON is kept as text. */
async function readBody(response: Told): Promise<unknown> {
  const text = await response.text()
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** What an answer that is no success says. */
export async function failureIn(response: Told): Promise<CallFailure> {
  const body = await readBody(response)
  const { error, code, message, error_description, correlationId } = membersOf(body)
  const named = textOf(error) ?? textOf(code)
  const id = textOf(correlationId) ?? response.headers.get('x-request-id') ?? undefined
  const wait = Number(response.headers.get('retry-after') ?? Number.NaN)
  return {
    kind: response.status >= 500 ? 'failed' : 'refused',
    status: response.status,
    message: textOf(message) ?? textOf(error_description) ?? response.statusText,
    ...(named !== undefined && { code: named }),
    ...(id !== undefined && { correlationId: id }),
    ...(Number.isFinite(wait) && { retryAfterSeconds: wait }),
  }
}

function membersOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null ? { ...body } : {}
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
