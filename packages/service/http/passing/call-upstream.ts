/**
 * One request to another service of the deployment, by its internal address: the answer is a stream. A question whose connection
 * broke before there was an answer is asked once more: an instance that dies in the middle of one is replaced by the balancer in
 * front, and a kept connection may be closed at the very moment of its next use. Requests that change something have a
 * connection of their own, so that none is lost to one that was kept too long. It follows no redirect.
 */
import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import type { Readable } from 'node:stream'
import { ok, type Result, refuse } from '@countersign/core/result'
import { WireFailure } from '../answers/wire-errors.ts'
import type { Headers } from './passed-headers.ts'

export interface Upstream {
  /** For people: `issuer`. */
  readonly name: string
  /** Internal address, without a slash at the end. */
  readonly url: string
  /** How long it may say nothing, before its answer and within it, in milliseconds. */
  readonly silenceMs?: number
}

export interface UpstreamRequest {
  readonly method: string
  /** Path and query, as the other service names them. */
  readonly path: string
  readonly headers: Headers
  /** Text of ours, or what comes from a caller: the headers say how long that is. */
  readonly body?: string | Readable | undefined
}

export type UpstreamRefusal =
  | { readonly code: 'upstream_silent'; readonly name: string }
  | { readonly code: 'upstream_late'; readonly name: string }

/** A wallet asks issuers and verifiers meanwhile, each within its own time. */
const SILENCE_MS = 60_000

/** Ends with `signal`, also while the body of the answer is read. Throws what is wrong with the body that was handed in. */
export async function callUpstream(
  upstream: Upstream,
  request: UpstreamRequest,
  signal: AbortSignal,
): Promise<Result<IncomingMessage, UpstreamRefusal>> {
  const { name } = upstream
  for (let tries = isQuestion(request) ? 2 : 1; tries > 0 && !signal.aborted; tries -= 1) {
    try {
      return ok(await send(upstream, request, signal))
    } catch (error) {
      if (error instanceof WireFailure) throw error
      if (error instanceof Silence) return refuse({ code: 'upstream_late', name })
    }
  }
  return refuse({ code: 'upstream_silent', name })
}

class Silence extends Error {}

/** RFC 9110 §9.2.1: asked twice it is the same. */
function isQuestion({ method }: UpstreamRequest): boolean {
  return method === 'GET' || method === 'HEAD'
}

async function send(
  upstream: Upstream,
  call: UpstreamRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { body, headers } = call
  const { request, ...options } = optionsFor(upstream, call)
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const length = typeof body === 'string' ? { 'content-length': `${Buffer.byteLength(body)}` } : {}
  // We close it, where it has one call: whoever answers before all of a body went, and closes, takes the answer along.
  const all = { ...headers, ...length, connection: 'keep-alive' }
  const sent = request({ ...options, headers: all }, resolve)
  // Not the option `signal`: that one goes on to the connection, which outlives the call.
  const end = () => sent.destroy()
  signal.addEventListener('abort', end)
  sent.on('timeout', () => sent.destroy(new Silence()))
  sent.on('error', reject)
  sent.once('close', () => {
    signal.removeEventListener('abort', end)
    reject(new Error('closed without an answer'))
  })
  if (typeof body === 'object') sendAlong(body, sent, reject)
  else sent.end(body)
  return promise
}

/** An answer may come before all of the body went: the rest of it is passed over, or the caller's connection would stand still. */
function sendAlong(body: Readable, sent: ClientRequest, onError: (error: Error) => void): void {
  body.once('error', (error) => {
    onError(error)
    sent.destroy()
  })
  body.pipe(sent)
  sent.once('close', () => body.resume())
}

/** The path as it is: read once more as an address it could become another one. */
function optionsFor({ silenceMs, url }: Upstream, call: UpstreamRequest) {
  const { hostname, pathname, port, protocol } = new URL(url)
  const { agent, request } = clientFor(protocol)
  const options: RequestOptions = {
    hostname: hostname.replace(/^\[|\]$/g, ''),
    ...(port !== '' && { port: Number(port) }),
    method: call.method,
    path: `${pathname.replace(/\/$/, '')}${call.path}`,
    agent: isQuestion(call) ? agent : false,
    timeout: silenceMs ?? SILENCE_MS,
  }
  return { request, ...options }
}

interface Client {
  readonly agent: Agent
  readonly request: typeof import('node:http').request
}

const clients = new Map<string, Client>()

/** Loaded at the first call, and read as in `node-http.ts`: naming its members would load what nobody needs. */
function clientFor(protocol: string): Client {
  const known = clients.get(protocol)
  if (known !== undefined) return known
  const module = process.getBuiltinModule(protocol === 'https:' ? 'node:https' : 'node:http')
  // Event streams hold theirs for as long as they last: how many there are is limited where they come in.
  const agent = new module.Agent({ keepAlive: true, maxFreeSockets: 256, timeout: SILENCE_MS })
  const client = { agent, request: module.request as Client['request'] }
  clients.set(protocol, client)
  return client
}
