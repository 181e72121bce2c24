/**
 * Requests to addresses that somebody else named: an offer's issuer, a request URI, a status list. Each goes to one
 * public address over https, follows no redirect, and ends within a time and a size. The address is judged when
 * the connection is made, after name resolution, so that a name cannot change its mind in between.
 */
import { isIP, type LookupFunction } from 'node:net'
import { ok, type Result, refuse } from '@countersign/core/result'
import { FETCHED } from '@countersign/core/size-limits'
import { withTimeSignal } from '@countersign/event-loop/time-limit'
import type { Agent } from 'undici'
import type { OutgoingPurpose } from '../operation/metrics.ts'
import { askedTwice } from './name-lookup.ts'
import { classifyAddress } from './public-addresses.ts'

/** Limits of outgoing requests; the defaults are those of production. */
export interface RemoteOptions {
  /** Plain http: for development. Default false. */
  readonly allowHttp?: boolean
  /** Loopback and private networks; link-local addresses and metadata services of clouds stay refused. Default false. */
  readonly allowPrivateAddresses?: boolean
  /** Where the service itself is reached, as an address: allowed although it is private. */
  readonly ownAddress?: string | undefined
  /** For the whole exchange, in milliseconds. Default 5000. */
  readonly timeoutMs?: number
  /** Of the body of an answer whose request says nothing of it. Default: what the table has for that. */
  readonly maxBytes?: number
}

/** One request; the caller sets `accept` and `content-type`. */
export interface RemoteRequest {
  /** For figures alone. */
  readonly purpose: OutgoingPurpose
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Narrower than the limit of all requests; a wider one counts for nothing. */
  readonly timeoutMs?: number
  /** Of the answer's body: the row of `FETCHED` (core/size-limits) that it is. */
  readonly maxBytes?: number
}

/** An answer of any status, held completely. */
export interface RemoteResponse {
  /** Any status; a redirect is an answer like another and is not followed. */
  readonly status: number
  /** Names in lower case; repeated headers joined with a comma. */
  readonly headers: Readonly<Record<string, string>>
  /** As UTF-8 text. */
  readonly body: string
  /** The same as it came, for what is not text. */
  readonly bytes: Uint8Array
}

/** Why there is no answer. `reason` of `unreachable` is a code of the system or the HTTP client. */
export type RemoteRefusal =
  | { readonly code: 'url_not_allowed'; readonly reason: 'malformed' | 'scheme' | 'user_info' | 'too_long' }
  | { readonly code: 'address_not_allowed' }
  | { readonly code: 'timeout'; readonly timeoutMs: number }
  | { readonly code: 'response_too_large'; readonly maxBytes: number }
  | { readonly code: 'response_encoded'; readonly encoding: string }
  | { readonly code: 'unreachable'; readonly reason: string }

/** Never throws for what the other side or the network does: that is a refusal. */
export interface Remote {
  request(request: RemoteRequest): Promise<Result<RemoteResponse, RemoteRefusal>>
  close(): Promise<void>
}

export interface JudgingRemote extends Remote {
  /** Why nobody is ever asked at this address, as far as it can be said before a name is looked up. */
  judge(url: string): RemoteRefusal | undefined
}

type Limits = Required<Omit<RemoteOptions, 'ownAddress'>> & Pick<RemoteOptions, 'ownAddress'>

const MAX_URL_LENGTH = 8192

/** One a process: it keeps connections. The HTTP client is loaded at the first request. */
export function createRemote(options: RemoteOptions = {}): JudgingRemote {
  const limits: Limits = {
    allowHttp: options.allowHttp ?? false,
    allowPrivateAddresses: options.allowPrivateAddresses ?? false,
    ownAddress: options.ownAddress,
    timeoutMs: options.timeoutMs ?? 5000,
    maxBytes: options.maxBytes ?? FETCHED.other,
  }
  let opened: Promise<Agent> | undefined
  return {
    async request(request) {
      const url = allowedUrl(request.url, limits)
      if (!url.ok) return url
      opened ??= openAgent(limits)
      return exchange(await opened, url.value, request, narrowed(limits, request))
    },
    judge(text) {
      const url = allowedUrl(text, limits)
      return url.ok ? undefined : url.error
    },
    async close() {
      await (await opened)?.destroy()
    },
  }
}

function narrowed(limits: Limits, { maxBytes, timeoutMs }: RemoteRequest): Limits {
  if (maxBytes === undefined && timeoutMs === undefined) return limits
  return {
    ...limits,
    timeoutMs: Math.min(limits.timeoutMs, timeoutMs ?? limits.timeoutMs),
    maxBytes: maxBytes ?? limits.maxBytes,
  }
}

function allowedUrl(text: string, limits: Limits): Result<URL, RemoteRefusal> {
  if (text.length > MAX_URL_LENGTH) return refuse({ code: 'url_not_allowed', reason: 'too_long' })
  const url = URL.parse(text)
  if (url === null) return refuse({ code: 'url_not_allowed', reason: 'malformed' })
  const secure = url.protocol === 'https:' || (limits.allowHttp && url.protocol === 'http:')
  if (!secure) return refuse({ code: 'url_not_allowed', reason: 'scheme' })
  if (url.username !== '' || url.password !== '')
    return refuse({ code: 'url_not_allowed', reason: 'user_info' })
  // A literal address is connected to without a lookup, so it is judged here.
  const literal = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const refused = isIP(literal) !== 0 && !isAllowed(literal, limits)
  return refused ? refuse({ code: 'address_not_allowed' }) : ok(url)
}

function isAllowed(address: string, limits: Limits): boolean {
  const found = classifyAddress(address)
  if (found === 'private' && address === limits.ownAddress) return true
  return found === 'public' || (found === 'private' && limits.allowPrivateAddresses)
}

async function openAgent(limits: Limits): Promise<Agent> {
  const undici = await import('undici')
  return new undici.Agent({
    connect: { lookup: guardedLookup(limits), timeout: limits.timeoutMs },
    headersTimeout: limits.timeoutMs,
    bodyTimeout: limits.timeoutMs,
    connections: 16,
    pipelining: 1,
    maxHeaderSize: 16_384,
  })
}

/** Resolves a name to its allowed addresses; the connection is made to exactly these. */
export function guardedLookup(
  limits: Pick<Limits, 'allowPrivateAddresses' | 'ownAddress'>,
  resolve = askedTwice(),
): LookupFunction {
  const judged: Limits = { allowHttp: false, timeoutMs: 0, maxBytes: 0, ...limits }
  return (hostname, options, callback) => {
    resolve(
      hostname,
      { family: options.family ?? 0, hints: options.hints ?? 0, all: true },
      (error, addresses) => {
        if (error !== null) return callback(error, '', 0)
        const allowed = addresses.filter(({ address }) => isAllowed(address, judged))
        const [first] = allowed
        if (first === undefined) return callback(new AddressNotAllowed(), '', 0)
        return options.all === true ? callback(null, allowed) : callback(null, first.address, first.family)
      },
    )
  }
}

class AddressNotAllowed extends Error {
  override readonly name = 'AddressNotAllowed'
}

class TooLarge extends Error {
  override readonly name = 'TooLarge'
}

async function exchange(
  agent: Agent,
  url: URL,
  request: RemoteRequest,
  limits: Limits,
): Promise<Result<RemoteResponse, RemoteRefusal>> {
  return withTimeSignal(limits.timeoutMs, (signal) => exchangeUntil(signal, agent, url, request, limits))
}

async function exchangeUntil(
  signal: AbortSignal,
  agent: Agent,
  url: URL,
  { method, headers, body }: RemoteRequest,
  limits: Limits,
): Promise<Result<RemoteResponse, RemoteRefusal>> {
  try {
    const answer = await agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers: { 'accept-encoding': 'identity', ...headers },
      body: body ?? null,
      signal,
    })
    const received = joinedHeaders(answer.headers)
    const encoding = received['content-encoding'] ?? 'identity'
    if (encoding.toLowerCase() !== 'identity') {
      answer.body.on('error', () => undefined).destroy()
      return refuse({ code: 'response_encoded', encoding: encoding.slice(0, 40) })
    }
    const bytes = await limitedBytes(answer.body, limits.maxBytes)
    return ok({ status: answer.statusCode, headers: received, body: bytes.toString('utf8'), bytes })
  } catch (error) {
    return refuse(refusalOf(error, signal, limits))
  }
}

/** Leaving the loop by the throw destroys the connection, so no more than the limit is ever held. */
async function limitedBytes(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > maxBytes) throw new TooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}

function joinedHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const joined: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) joined[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value
  }
  return joined
}

const TIMEOUT_CODES = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])

function refusalOf(error: unknown, signal: AbortSignal, limits: Limits): RemoteRefusal {
  if (error instanceof TooLarge) return { code: 'response_too_large', maxBytes: limits.maxBytes }
  if (isNotAllowed(error)) return { code: 'address_not_allowed' }
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
  if (signal.aborted || (typeof code === 'string' && TIMEOUT_CODES.has(code))) {
    return { code: 'timeout', timeoutMs: limits.timeoutMs }
  }
  return { code: 'unreachable', reason: typeof code === 'string' ? code : 'failed' }
}

/** A connection attempt over several addresses wraps what its lookup said. */
function isNotAllowed(error: unknown): boolean {
  if (error instanceof AddressNotAllowed) return true
  return error instanceof Error && error.cause !== undefined && isNotAllowed(error.cause)
}
