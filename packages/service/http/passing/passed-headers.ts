/**
 * Which headers go along with a call that is passed on, and which come back. Nothing that a caller writes changes where a message
 * ends or who is said to have sent it: lengths are the server's own, what belongs to one connection stays there (RFC 9110
 * §7.6.1), and the address of the connection is appended to what the caller says of its way.
 */
import type { IncomingHttpHeaders } from 'node:http'

export type Headers = Record<string, string | string[]>

/**
 * `named`: those below and no other, so that no cookie and no `authorization` of a browser reaches a service that is not meant;
 * `all`: whoever stands behind is the one who is called, and has them all.
 */
export type Along = 'named' | 'all'

const NAMED = ['accept', 'accept-encoding', 'accept-language', 'if-none-match', 'last-event-id'] as const
const NAMED_BACK = [
  'content-type',
  'content-encoding',
  'content-language',
  'cache-control',
  'etag',
  'retry-after',
  'vary',
  'x-accel-buffering',
] as const

const OF_THE_CONNECTION = [
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** What a caller could say of the way that the message took; all but the list of addresses is ours to say. */
const OF_THE_WAY = new Set([
  ...OF_THE_CONNECTION,
  'content-length',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'via',
])

/** What the answer's own server says of itself is not passed on. */
const OF_THE_SERVER = new Set([...OF_THE_CONNECTION, 'date', 'server', 'x-instance', 'x-request-id'])

export interface PassedCaller {
  readonly headers: IncomingHttpHeaders
  /** Address of the connection. */
  readonly from: string | undefined
  readonly requestId: string
}

export function headersAlong({ from, headers, requestId }: PassedCaller, along: Along): Headers {
  return {
    ...(along === 'all' ? withoutConnection(headers, OF_THE_WAY) : picked(headers, NAMED)),
    'x-forwarded-for': forwardedFor(headers['x-forwarded-for'], from),
    'x-request-id': requestId,
  }
}

export function headersBack(headers: IncomingHttpHeaders, along: Along): Headers {
  return along === 'all' ? withoutConnection(headers, OF_THE_SERVER) : picked(headers, NAMED_BACK)
}

/** Of a body that goes on as it comes: how long it is, or that it says so itself (RFC 9112 §6). */
export function lengthAlong({ 'content-length': length }: IncomingHttpHeaders): Headers {
  return length === undefined ? { 'transfer-encoding': 'chunked' } : { 'content-length': length }
}

function picked(headers: IncomingHttpHeaders, names: readonly string[]): Headers {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name]
      return value === undefined ? [] : [[name, value] as const]
    }),
  )
}

function withoutConnection(headers: IncomingHttpHeaders, without: ReadonlySet<string>): Headers {
  const own = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase())
  return picked(
    headers,
    Object.keys(headers).filter((name) => !without.has(name) && !own.includes(name)),
  )
}

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

/** Who sent it, as far as it was told before, with our own neighbour at the end: who believes how far is up to the reader. */
function forwardedFor(told: string | string[] | undefined, from: string | undefined): string {
  const address = MAPPED.exec(from ?? '')?.[1] ?? from ?? 'unknown'
  const before = told === undefined ? '' : String(told)
  return before === '' ? address : `${before}, ${address}`
}
