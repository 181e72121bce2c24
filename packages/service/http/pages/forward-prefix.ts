/**
 * Passes calls below one prefix on to an internal address, so that a page asks its own origin alone. Bodies and answers
 * stream, event streams included; whoever goes away ends the other half. It reads no body, keeps nothing and follows no
 * redirect. Addresses with `..` or an escaped slash are refused: whoever stands behind may read them in another way.
 */
import type { ClientRequest, IncomingMessage } from 'node:http'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { writeStandardHeaders } from '../answer-headers.ts'
import { addressUnknown, bodyTooLarge, fail, type WireError, WireFailure } from '../answers/wire-errors.ts'
import { BODY_LIMITS } from '../request-bodies.ts'
import { mayCarryBody } from '../route-facts.ts'
import { hasBody, leavePlace } from '../server/admitting-server.ts'
import type { ServiceApp } from '../service-app.ts'
import { answerHeaders, type Headers, requestHeaders } from './forwarded-headers.ts'

export interface ForwardOptions {
  /** `/wallet-api`: itself and what is below it. */
  readonly prefix: string
  /** Internal address, without a path. */
  readonly to: string
  /** Public address of the pages. */
  readonly baseUrl: string
  /** Milliseconds until the head of the answer is there. */
  readonly timeoutMs?: number
}

/** A wallet asks issuers and verifiers meanwhile, each within its own time. */
const ANSWER_TIMEOUT_MS = 60_000
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

const unreachable: WireError = {
  status: 502,
  code: 'temporarily_unavailable',
  message: 'The service behind this page cannot be reached at the moment; try again',
  refusal: 'behind_unreachable',
  headers: { 'retry-after': '1' },
}

const late: WireError = {
  status: 504,
  code: 'temporarily_unavailable',
  message: 'The service behind this page did not answer in time',
  refusal: 'behind_late',
}

const unknownCaller: WireError = {
  status: 401,
  message: 'A body of this size is read only for somebody who is logged in',
  refusal: 'caller_unknown',
}

export async function forwardPrefix(app: ServiceApp, options: ForwardOptions): Promise<void> {
  const behind = connectionTo(options.to)
  app.addHook('onClose', async () => behind.close())
  await app.register(async (scope) => {
    // The body goes on as it comes; how long it may be is counted on the way.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, body, done) => done(null, body))
    for (const url of [options.prefix, `${options.prefix}/*`])
      scope.route({
        method: [...METHODS],
        url,
        exposeHeadRoute: false,
        schema: { hide: true },
        bodyLimit: BODY_LIMITS.exchange,
        config: {
          door: 'open',
          limited: false,
          accepts: ['json', 'form', 'text'],
          // Whether it is a login that counts, the service behind decides; it stores none of the body before.
          knowsCaller: async ({ headers }, isLarge) => {
            if (isLarge && headers.cookie === undefined && headers.authorization === undefined)
              fail(unknownCaller)
          },
        },
        handler: async (request, reply) => passRequest(request, reply, behind, options),
      })
  })
}

interface Behind {
  begin(request: { method: string; path: string; headers: Headers }): ClientRequest
  close(): void
}

/** `node:http` read as in `node-http.ts`: naming its members would load what nobody needs. */
function connectionTo(address: string): Behind {
  const { protocol, hostname, port } = new URL(address)
  const module = process.getBuiltinModule(protocol === 'https:' ? 'node:https' : 'node:http')
  const agent = new module.Agent({ keepAlive: true, maxFreeSockets: 256 })
  return {
    begin: ({ method, path, headers }) =>
      module.request({
        hostname: hostname.replace(/^\[|\]$/g, ''),
        port: port === '' ? undefined : Number(port),
        method,
        path,
        headers,
        agent,
        setHost: false,
      }),
    close: () => agent.destroy(),
  }
}

async function passRequest(
  request: FastifyRequest,
  reply: FastifyReply,
  behind: Behind,
  options: ForwardOptions,
): Promise<FastifyReply> {
  const { method, headers, socket } = request.raw
  const path = pathBelow(options.prefix, request.raw.url ?? '')
  if (path === undefined || method === undefined) return fail(addressUnknown)
  const body = mayCarryBody(method) && hasBody(headers) ? request.raw : undefined
  const way = {
    from: socket.remoteAddress,
    protocol: new URL(options.baseUrl).protocol,
    requestId: request.id,
    hasBody: body !== undefined,
  }
  const call = { method, path, headers: requestHeaders(headers, way) }
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  const answer = await answered(() => behind.begin(call), {
    body: body === undefined ? undefined : payloadOf(request),
    timeoutMs: options.timeoutMs ?? ANSWER_TIMEOUT_MS,
    gone: gone.signal,
    mayRepeat: method === 'GET' || method === 'HEAD',
  })
  await writeAnswer(answer, request, reply)
  return reply
}

/** Undefined for what is not below the prefix, or might be read as somewhere else. */
function pathBelow(prefix: string, url: string): string | undefined {
  const [path = ''] = url.split('?', 1)
  if (path !== prefix && !path.startsWith(`${prefix}/`)) return undefined
  if (/\\|%2f|%5c|%00|\/\//i.test(path)) return undefined
  const steps = path.split('/').map((step) => step.replaceAll(/%2e/gi, '.'))
  return steps.some((step) => step === '.' || step === '..') ? undefined : url
}

/** As the framework gives it to a handler: what the limits of large bodies have looked at. */
function payloadOf({ body }: FastifyRequest): Readable | undefined {
  return body as Readable | undefined
}

interface CallParts {
  readonly body: Readable | undefined
  readonly timeoutMs: number
  /** Aborted when the caller went away. */
  readonly gone: AbortSignal
  readonly mayRepeat: boolean
}

async function answered(begin: () => ClientRequest, parts: CallParts): Promise<IncomingMessage> {
  try {
    return await answerOf(begin(), parts)
  } catch (error) {
    // A kept connection may be closed at the very moment of its next use; a question is asked again over a new one.
    if (!(error instanceof StaleConnection) || !parts.mayRepeat) throw failureOf(error)
    return await answerOf(begin(), parts).catch((second) => {
      throw failureOf(second)
    })
  }
}

class StaleConnection extends Error {}

async function answerOf(call: ClientRequest, { body, timeoutMs, gone }: CallParts): Promise<IncomingMessage> {
  let isLate = false
  const end = () => call.destroy()
  const timer = setTimeout(() => {
    isLate = true
    end()
  }, timeoutMs)
  gone.addEventListener('abort', end)
  try {
    const head = new Promise<IncomingMessage>((resolve, reject) => {
      call.once('response', resolve)
      call.once('error', (error) => reject(isStale(call, error) ? new StaleConnection() : error))
      call.once('close', () => reject(new Error('closed without an answer')))
    })
    // An answer may come before all of the body went: then the rest of it is of no use.
    const sent = body === undefined ? Promise.resolve(call.end()) : pipeline(body, counted(), call)
    const answer = await Promise.race([head, sent.then(() => head)])
    answer.once('close', () => gone.removeEventListener('abort', end))
    return answer
  } catch (error) {
    call.destroy()
    if (isLate) throw new WireFailure(late)
    throw error
  } finally {
    clearTimeout(timer)
  }
}

/** A body without a length is cut at the limit. */
function counted(): Transform {
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      if (bytes > BODY_LIMITS.exchange) done(new WireFailure(bodyTooLarge(BODY_LIMITS.exchange)))
      else done(null, chunk)
    },
  })
}

function isStale(call: ClientRequest, error: Error): boolean {
  return call.reusedSocket && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
}

function failureOf(error: unknown): WireFailure {
  return error instanceof WireFailure ? error : new WireFailure(unreachable)
}

async function writeAnswer(
  answer: IncomingMessage,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  void reply.code(answer.statusCode ?? 502).headers(answerHeaders(answer.headers))
  writeStandardHeaders(request, reply, request.server.standardHeaders)
  const isEndless = (answer.headers['content-type'] ?? '').startsWith('text/event-stream')
  if (isEndless) leavePlace(request.raw)
  reply.hijack()
  const { raw } = reply
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) raw.setHeader(name, value)
  }
  raw.statusCode = reply.statusCode
  raw.flushHeaders()
  const { stopping } = request.server
  // A stream ends with this instance; whoever follows it comes back to another.
  const stop = () => answer.destroy()
  if (isEndless) stopping.addEventListener('abort', stop)
  try {
    await pipeline(answer, raw)
  } catch {
    // One of the two went away, and the head was sent: there is nothing left to say.
    raw.destroy()
  } finally {
    stopping.removeEventListener('abort', stop)
  }
}
