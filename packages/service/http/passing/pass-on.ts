/**
 * Passes a request on to another service and its answer back, both as they come. The sender goes along as `x-forwarded-for`, and
 * the request id, so that both logs tell of one call; what else goes along, `passed-headers.ts` says. Whoever goes away ends the
 * other half. An event stream is one of as many as an instance serves, and ends with this instance: whoever follows it comes
 * back to another.
 */
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { fail, type WireError, type WireErrors, wireError } from '../answers/wire-errors.ts'
import { answerByHand, streamByHand, takeStreamPlace } from '../event-streams.ts'
import { callUpstream, type Upstream, type UpstreamRefusal } from './call-upstream.ts'
import { type Along, type Headers, headersAlong, headersBack, lengthAlong } from './passed-headers.ts'

export interface PassedRequest {
  /** Path and query at the other service. */
  readonly path: string
  /** JSON of ours, or the caller's as it comes. */
  readonly body?: string | Readable | undefined
  /** Beside those that go along: a credential of ours. */
  readonly headers?: Readonly<Record<string, string>>
  /** Of the caller's headers, and of those that come back. Default: those that are named. */
  readonly along?: Along
  /** What is told when the other service refuses our credential (401, 403): it is no matter of whoever called. */
  readonly keyRefused?: WireError
}

/** Call it at the end of a handler with `return`. */
export async function passOn(
  request: FastifyRequest,
  reply: FastifyReply,
  upstream: Upstream,
  passed: PassedRequest,
): Promise<FastifyReply> {
  const asked = await ask(request, reply, upstream, passed)
  const setHead = () =>
    reply
      .code(asked.answer.statusCode ?? 502)
      .headers(headersBack(asked.answer.headers, passed.along ?? 'named'))
  if (isEventStream(asked.answer)) return passStream(request, setHead, asked)
  asked.answer.pipe(answerByHand(request, setHead()))
  return reply
}

/** The answer, held completely; for callers who look into it. At most `maxBytes`. */
export async function askUpstream(
  request: FastifyRequest,
  reply: FastifyReply,
  upstream: Upstream,
  passed: PassedRequest,
  maxBytes: number,
): Promise<{ readonly status: number; readonly text: string }> {
  // What is looked into comes as it is.
  const headers = { ...passed.headers, 'accept-encoding': 'identity' }
  const { answer } = await ask(request, reply, upstream, { ...passed, headers })
  void reply.headers(headersBack(answer.headers, passed.along ?? 'named'))
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > maxBytes) fail(silent(upstream.name))
    chunks.push(chunk)
  }
  return { status: answer.statusCode ?? 502, text: Buffer.concat(chunks).toString('utf8') }
}

const UPSTREAM_ERRORS: WireErrors<UpstreamRefusal> = {
  upstream_silent: ({ name }) => ({
    status: 503,
    code: 'temporarily_unavailable',
    message: `The ${name} does not answer at the moment; try again`,
    headers: { 'retry-after': '2' },
  }),
  // Nobody knows whether it was done.
  upstream_late: ({ name }) => ({
    status: 504,
    code: 'temporarily_unavailable',
    message: `The ${name} did not answer in time`,
  }),
}

/** A service of the deployment is away: whoever waits may ask again. */
export function silent(name: string): WireError {
  return wireError(UPSTREAM_ERRORS, { code: 'upstream_silent', name })
}

export function late(name: string): WireError {
  return wireError(UPSTREAM_ERRORS, { code: 'upstream_late', name })
}

interface Asked {
  readonly answer: IncomingMessage
  readonly ending: AbortController
}

async function ask(
  request: FastifyRequest,
  reply: FastifyReply,
  upstream: Upstream,
  passed: PassedRequest,
): Promise<Asked> {
  const ending = new AbortController()
  // Whoever asked is gone: nobody waits for the rest.
  reply.raw.once('close', () => ending.abort())
  const { body, path } = passed
  const headers = headersFor(request, passed)
  const called = await callUpstream(upstream, { method: request.method, path, headers, body }, ending.signal)
  if (!called.ok) return fail(wireError(UPSTREAM_ERRORS, called.error))
  const answer = called.value
  // The head was sent, so there is nothing left to say; what was ended by us is complete.
  answer.on('error', () => reply.raw.writableEnded || reply.raw.destroy())
  const { keyRefused } = passed
  if (keyRefused !== undefined && (answer.statusCode === 401 || answer.statusCode === 403)) {
    answer.resume()
    fail(keyRefused)
  }
  return { answer, ending }
}

function headersFor(request: FastifyRequest, { along = 'named', body, headers }: PassedRequest): Headers {
  const caller = { headers: request.headers, from: request.socket.remoteAddress, requestId: request.id }
  return {
    ...headersAlong(caller, along),
    ...(typeof body === 'string' && { 'content-type': 'application/json' }),
    ...(typeof body === 'object' && lengthAlong(request.headers)),
    ...headers,
  }
}

function isEventStream({ headers }: IncomingMessage): boolean {
  return headers['content-type']?.startsWith('text/event-stream') ?? false
}

function passStream(
  request: FastifyRequest,
  setHead: () => FastifyReply,
  { answer, ending }: Asked,
): FastifyReply {
  const leave = placeOr(request, () => ending.abort())
  const reply = setHead()
  const raw = streamByHand(request, reply)
  const { stopping } = request.server
  const end = () => {
    raw.end()
    ending.abort()
  }
  stopping.addEventListener('abort', end)
  raw.once('close', () => {
    stopping.removeEventListener('abort', end)
    leave()
  })
  // A reader who is slow holds the other end back: nothing is heaped up here.
  answer.pipe(raw)
  return reply
}

function placeOr(request: FastifyRequest, otherwise: () => void): () => void {
  try {
    return takeStreamPlace(request)
  } catch (error) {
    otherwise()
    throw error
  }
}
