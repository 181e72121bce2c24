/**
 * Which headers go on, and which belong to one connection alone (RFC 9110 §7.6.1). Nothing that a caller writes changes
 * where a message ends or who is said to have sent it: lengths are the server's own, and the address of the connection is
 * appended to what the caller says of its way.
 */
import type { IncomingHttpHeaders } from 'node:http'

const OF_THE_CONNECTION = new Set([
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
])

/** What a caller could say of the way that the message took; all but the list of addresses is ours to say. */
const OF_THE_WAY = new Set([
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'via',
])

export type Headers = Record<string, string | string[]>

export interface Way {
  /** Address of the connection. */
  readonly from: string | undefined
  /** Of the pages: `https:` or `http:`. */
  readonly protocol: string
  readonly requestId: string
  readonly hasBody: boolean
}

export function requestHeaders(headers: IncomingHttpHeaders, way: Way): Headers {
  const { 'content-length': length, ...others } = headers
  return {
    ...withoutConnection(others, OF_THE_WAY),
    ...(way.hasBody && length !== undefined && { 'content-length': length }),
    ...(way.hasBody && length === undefined && { 'transfer-encoding': 'chunked' }),
    'x-forwarded-for': forwardedFor(headers['x-forwarded-for'], way.from),
    'x-forwarded-proto': way.protocol.replace(':', ''),
    'x-request-id': way.requestId,
  }
}

/** What the answer's own server says of itself is not passed on. */
const OF_THE_SERVER = new Set(['date', 'server', 'x-instance', 'x-request-id'])

export function answerHeaders(headers: IncomingHttpHeaders): Headers {
  return withoutConnection(headers, OF_THE_SERVER)
}

function withoutConnection(headers: IncomingHttpHeaders, more: ReadonlySet<string>): Headers {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase())
  const kept = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined || OF_THE_CONNECTION.has(name) || more.has(name) || named.includes(name)
      ? []
      : [[name, value] as const],
  )
  return Object.fromEntries(kept)
}

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

function forwardedFor(told: string | string[] | undefined, from: string | undefined): string {
  const address = MAPPED.exec(from ?? '')?.[1] ?? from ?? 'unknown'
  const before = told === undefined ? '' : String(told)
  return before === '' ? address : `${before}, ${address}`
}
