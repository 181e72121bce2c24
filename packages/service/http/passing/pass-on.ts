/**
 * Passes a request on to another service and its answer back: what a page of ours may call stands in a list of routes, and this
 * is what each of them does. Of the headers those go along that are named here: never a cookie and never an `authorization`
 * of the browser, unless the caller adds one itself. The sender goes along as `x-forwarded-for`, and the request id, so that both logs tell of
 * one call. An event stream is passed on as it comes, piece by piece, and ends with the first of its two ends.
 */
import type { IncomingMessage, Server } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { writeStandardHeaders } from '../answer-headers.ts'
import { fail, type WireError } from '../answers/wire-errors.ts'
import { leavePlace } from '../server/admitting-server.ts'
import { callUpstream, type Upstream } from './call-upstream.ts'

export interface PassedRequest {
  /** Path and query at the other service. */
  readonly path: string
  readonly body?: string | undefined
  /** Beside those that go along by themselves: a credential of ours, what the body is. */
  readonly headers?: Readonly<Record<string, string>>
  /** Headers of the answer that come back beside those of every answer. */
  readonly answerHeaders?: readonly string[]
  /** What is told when the other service refuses our credential (401, 403): it is no matter of whoever called. */
  readonly keyRefused?: WireError
}

const REQUEST_HEADERS = ['accept', 'accept-language', 'last-event-id'] as const
const ANSWER_HEADERS = [
  'content-type',
  'content-language',
  'cache-control',
  'etag',
  'retry-after',
  'vary',
  'x-accel-buffering',
] as const

/** Call it at the end of a handler with `return`. */
export async function passOn(
  request: FastifyRequest,
  reply: FastifyReply,
  upstream: Upstream,
  passed: PassedRequest,
): Promise<FastifyReply> {
  const { ending, answer } = await ask(request, reply, upstream, passed)
  const status = answer.statusCode ?? 502
  copyHeaders(answer, reply, passed.answerHeaders ?? [])
  if (status === 200 && answer.headers['content-type']?.startsWith('text/event-stream'))
    return passStream(request, reply, answer, ending)
  return reply.code(status).send(request.method === 'HEAD' ? drained(answer) : answer)
}

/** The answer, held completely; for callers who look into it. At most `maxBytes`. */
export async function askUpstream(
  request: FastifyRequest,
  reply: FastifyReply,
  upstream: Upstream,
  passed: PassedRequest,
  maxBytes: number,
): Promise<{ readonly status: number; readonly text: string }> {
  const { answer } = await ask(request, reply, upstream, passed)
  copyHeaders(answer, reply, passed.answerHeaders ?? [])
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > maxBytes) fail(silent(upstream.name))
    chunks.push(chunk)
  }
  return { status: answer.statusCode ?? 502, text: Buffer.concat(chunks).toString('utf8') }
}

/** A service of the deployment is away: whoever waits may ask again. */
export function silent(name: string): WireError {
  return {
    status: 503,
    code: 'temporarily_unavailable',
    message: `The ${name} does not answer at the moment; try again`,
    refusal: 'upstream_silent',
    headers: { 'retry-after': '2' },
  }
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
  if (!called.ok) return fail(silent(upstream.name))
  const answer = called.value
  answer.on('error', () => reply.raw.destroy())
  const { keyRefused } = passed
  if (keyRefused !== undefined && (answer.statusCode === 401 || answer.statusCode === 403)) {
    answer.resume()
    fail(keyRefused)
  }
  return { answer, ending }
}

function headersFor(request: FastifyRequest, passed: PassedRequest): Readonly<Record<string, string>> {
  const own: Record<string, string> = {}
  for (const name of REQUEST_HEADERS) {
    const value = request.headers[name]
    if (typeof value === 'string') own[name] = value
  }
  return {
    ...own,
    ...(passed.body !== undefined && { 'content-type': 'application/json' }),
    ...passed.headers,
    'x-request-id': request.id,
    'x-forwarded-for': forwardedFor(request),
  }
}

/** Who sent it, as far as it was told before, with our own neighbour at the end: who believes how far is up to the reader. */
function forwardedFor(request: FastifyRequest): string {
  const told = request.headers['x-forwarded-for']
  const heard = request.socket.remoteAddress ?? 'unknown'
  return told === undefined ? heard : `${String(told)}, ${heard}`
}

function copyHeaders(answer: IncomingMessage, reply: FastifyReply, more: readonly string[]): void {
  for (const name of [...ANSWER_HEADERS, ...more]) {
    const value = answer.headers[name]
    if (value !== undefined) reply.header(name, value)
  }
}

function drained(answer: IncomingMessage): undefined {
  answer.resume()
}

const openStreams = new WeakMap<Server, number>()

function passStream(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: IncomingMessage,
  ending: AbortController,
): FastifyReply {
  const { maxEventStreams, server, stopping } = request.server
  const open = openStreams.get(server) ?? 0
  if (open >= maxEventStreams) {
    ending.abort()
    fail(tooManyStreams)
  }
  openStreams.set(server, open + 1)
  writeStandardHeaders(request, reply, request.server.standardHeaders)
  // It lasts and costs nothing meanwhile: it has a limit of its own.
  leavePlace(request.raw)
  reply.hijack()
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) reply.raw.setHeader(name, value)
  reply.raw.writeHead(200)
  const end = () => {
    ending.abort()
    reply.raw.end()
  }
  stopping.addEventListener('abort', end)
  reply.raw.once('close', () => {
    stopping.removeEventListener('abort', end)
    openStreams.set(server, (openStreams.get(server) ?? 1) - 1)
  })
  // A reader who is slow holds the other end back: nothing is heaped up here.
  answer.pipe(reply.raw)
  return reply
}

const tooManyStreams: WireError = {
  status: 503,
  message: 'Too many event streams are open here',
  refusal: 'event_streams_too_many',
  headers: { 'retry-after': '2' },
}
