/**
 * One request to another service of the deployment, by its internal address: the answer is a stream. A GET whose connection broke
 * before there was an answer is sent once more: an instance that dies in the middle of one is replaced by the balancer in front.
 * Requests that change something have a connection of their own, so that none is lost to one that was kept too long.
 */
import type { Agent, IncomingMessage, RequestOptions } from 'node:http'
import { ok, type Result, refuse } from '@countersign/core/result'

export interface UpstreamRequest {
  readonly method: string
  /** Path and query, as the other service names them. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
}

export interface Upstream {
  /** For people: `issuer`. */
  readonly name: string
  /** Internal address, without a slash at the end. */
  readonly url: string
}

export interface UpstreamSilent {
  readonly code: 'upstream_silent'
  readonly name: string
}

/** Until its head is there, in milliseconds; and between two pieces of its body. */
const ANSWER_MS = 30_000

/** Ends with `signal`, also while the body of the answer is read. */
export async function callUpstream(
  upstream: Upstream,
  request: UpstreamRequest,
  signal: AbortSignal,
): Promise<Result<IncomingMessage, UpstreamSilent>> {
  const tries = request.method === 'GET' || request.method === 'HEAD' ? 2 : 1
  for (let made = 1; made <= tries && !signal.aborted; made += 1) {
    const answer = await send(upstream, request, signal).catch(() => undefined)
    if (answer !== undefined) return ok(answer)
  }
  return refuse({ code: 'upstream_silent', name: upstream.name })
}

function send(
  upstream: Upstream,
  { body, headers, method, path }: UpstreamRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const url = new URL(`${upstream.url}${path}`)
  const { agent, request } = clientFor(url.protocol)
  const safe = method === 'GET' || method === 'HEAD'
  const options: RequestOptions = {
    method,
    headers: body === undefined ? headers : { ...headers, 'content-length': Buffer.byteLength(body) },
    agent: safe ? agent : false,
    timeout: ANSWER_MS,
  }
  return new Promise((resolve, reject) => {
    const sent = request(url, options, resolve)
    // Not the option `signal`: that one goes on to the connection, which outlives the call.
    const end = () => sent.destroy()
    signal.addEventListener('abort', end)
    sent.once('close', () => signal.removeEventListener('abort', end))
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')))
    sent.on('error', reject)
    sent.end(body)
  })
}

interface Client {
  readonly agent: Agent
  readonly request: typeof import('node:http').request
}

const clients = new Map<string, Client>()

/** Loaded at the first call; connections are kept between calls. */
function clientFor(protocol: string): Client {
  const known = clients.get(protocol)
  if (known !== undefined) return known
  const module = process.getBuiltinModule(protocol === 'https:' ? 'node:https' : 'node:http')
  const agent = new module.Agent({ keepAlive: true, maxSockets: 256, timeout: ANSWER_MS })
  const client = { agent, request: module.request as Client['request'] }
  clients.set(protocol, client)
  return client
}
