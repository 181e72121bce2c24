/**
 * What every request passes before and after its handler: the doors, the limits of its sender and its body, the headers of
 * its answer and its line in the log. All of it is judged by the head of the request. Hooks that wait for nothing call back: a
 * promise for each would cost more than what they do.
 */
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isAboutHealth } from '../operation/health.ts'
import { type Logger, requestLines } from '../operation/log.ts'
import { tokenBuckets } from '../operation/token-buckets.ts'
import { type Entered, enter, type ManagementKeeper } from './access.ts'
import { type StandardHeaders, writeStandardHeaders } from './answer-headers.ts'
import {
  bodyTooLarge,
  fail,
  largeBodiesFull,
  requestLate,
  tooManyRequests,
  WireFailure,
} from './answers/wire-errors.ts'
import { answer } from './error-answers.ts'
import { BODY_LIMITS, isStreamed, requireBodyLength, requireContentType } from './request-bodies.ts'
import { mayCarryBody } from './route-facts.ts'
import { lastAsLongAsItTakes } from './server/connections.ts'
import { type BodyPool, type LargeBodyLimits, limitedBody } from './server/large-bodies.ts'
import type { SenderOf } from './server/sender.ts'
import { STREAMED_BODIES, streamedBody } from './server/streamed-bodies.ts'
import type { ServiceApp } from './service-app.ts'

export function endLongAnswersAtClose(app: FastifyInstance<Server, IncomingMessage, ServerResponse>): void {
  const closing = new AbortController()
  app.decorate('stopping', closing.signal)
  app.addHook('preClose', async () => closing.abort())
}

/**
 * The pattern, not the address: that has ids and codes in it. What is asked about health has a line when its answer is
 * another than the last one: a balancer asks ten times a second.
 */
export function logRequests(app: ServiceApp, log: Logger): void {
  const answered = new Map<string, number>()
  const isNews = (method: string, url: string, status: number) => {
    const known = answered.get(`${method} ${url}`)
    answered.set(`${method} ${url}`, status)
    return known !== status
  }
  const write = requestLines(log)
  app.addHook('onResponse', (request, reply, done) => {
    const { url } = request.routeOptions
    if (!isAboutHealth(url) || isNews(request.method, url ?? '', reply.statusCode))
      write({
        method: request.method,
        route: url ?? 'unknown',
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        requestId: request.id,
        refusal: request.refusal,
      })
    done()
  })
}

export function standardHeaders(app: ServiceApp, headers: StandardHeaders): void {
  app.decorate('standardHeaders', headers)
  app.addHook('onSend', (request, reply, payload, done) => {
    writeStandardHeaders(request, reply, headers)
    if (app.stopping.aborted) reply.header('connection', 'close')
    done(null, payload)
  })
}

/** The name of a machine in its network is also that of what else it serves, which a browser would then ask over TLS for a year. */
export function promiseNoTls(app: ServiceApp): void {
  app.addHook('onSend', (_request, reply, payload, done) => {
    void reply.removeHeader('strict-transport-security')
    done(null, payload)
  })
}

export function guardDoors(app: ServiceApp, keepManagement: ManagementKeeper): void {
  app.decorateRequest('caller', undefined)
  const tell = (entered: Entered, request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    if (entered.refusal !== undefined) return answer(entered.refusal, request, reply)
    request.caller = entered.caller
    done()
  }
  app.addHook('onRequest', (request, reply, done) => {
    const { door, scope } = request.routeOptions.config
    if (door !== 'management') return done()
    const entered = enter(keepManagement, request, scope)
    if (!(entered instanceof Promise)) return tell(entered, request, reply, done)
    entered.then((found) => tell(found, request, reply, done), done)
  })
}

/**
 * By the head alone, before any of the body is read: its kind, its length, who sends it, and whether there is room for it.
 * `countSenders`: a sender who has no management credential has a part of the room.
 */
export function limitBodies(
  app: ServiceApp,
  countSenders: boolean,
  { bodyMs, pool }: Pick<LargeBodyLimits, 'bodyMs'> & { readonly pool: BodyPool },
): void {
  const large = (request: FastifyRequest, reply: FastifyReply, payload: Readable, announced: number) => {
    const isManaged = request.routeOptions.config.door === 'management'
    const room = pool.open(countSenders && !isManaged ? request.sender : undefined)
    reply.raw.once('close', room.leave)
    if (Number.isFinite(announced) && !room.growTo(announced)) fail(largeBodiesFull)
    return limitedBody(payload, {
      room,
      freeBytes: BODY_LIMITS.message,
      bodyMs,
      full: () => new WireFailure(largeBodiesFull),
      late: () => new WireFailure(requestLate),
    })
  }
  const limited = (request: FastifyRequest, reply: FastifyReply, payload: Readable) => {
    const { bodyLimit, config, url } = request.routeOptions
    if (!mayCarryBody(request.method) || url === undefined) return payload
    requireContentType(request.headers, config.accepts ?? ['json'])
    requireBodyLength(request.headers['content-length'], bodyLimit)
    if (isStreamed(config.accepts ?? [])) return streamed(request, reply, payload)
    const announced = announcedLength(request.headers)
    const isLarge = Math.min(announced, bodyLimit) > BODY_LIMITS.message
    const judged = config.knowsCaller?.(request, isLarge)
    const body = () => (isLarge ? large(request, reply, payload, announced) : payload)
    return judged === undefined ? body() : judged.then(body)
  }
  app.addHook('preParsing', (request, reply, payload, done) => {
    calledBack(() => limited(request, reply, payload), done)
  })
}

/** For a hook that waits now and then, and may throw. */
function calledBack<T>(run: () => T | Promise<T>, done: (error: Error | null, value?: T) => void): void {
  let value: T | Promise<T>
  try {
    value = run()
  } catch (error) {
    done(error as Error)
    return
  }
  if (value instanceof Promise) value.then((late) => done(null, late), done)
  else done(null, value)
}

/** A reader who answers before the end leaves the rest to be passed over; a body that broke leaves nothing to be asked there. */
function streamed(request: FastifyRequest, reply: FastifyReply, payload: Readable): Readable {
  const { bodyLimit } = request.routeOptions
  const body = streamedBody(payload, {
    ...STREAMED_BODIES,
    maxBytes: bodyLimit,
    tooLarge: () => new WireFailure(bodyTooLarge(bodyLimit)),
    late: () => new WireFailure(requestLate),
  })
  body.once('error', () => void reply.header('connection', 'close'))
  reply.raw.once('finish', () => body.destroy())
  reply.raw.once('close', lastAsLongAsItTakes(request.raw.socket))
  return body
}

/** Infinite where a body is announced without a length (RFC 9112 §6.1). */
function announcedLength(headers: IncomingHttpHeaders): number {
  if (headers['transfer-encoding'] !== undefined) return Number.POSITIVE_INFINITY
  return Number(headers['content-length'] ?? 0)
}

export function knowSenders(app: ServiceApp, senderOf: SenderOf): void {
  app.decorateRequest('sender', {
    getter() {
      return senderOf(this.raw)
    },
  })
}

/** Requests of one sender; 0 a second: no limit. */
export interface SenderLimits {
  readonly perSecond: number
  readonly atOnce: number
}

/** After the doors: who has a credential is not counted. */
export function limitSenders(app: ServiceApp, { perSecond, atOnce }: SenderLimits): void {
  if (perSecond === 0) return
  const buckets = tokenBuckets({ perSecond, atOnce })
  app.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.config.limited !== true) return done()
    const waitSeconds = buckets.take(request.sender)
    if (waitSeconds === undefined) return done()
    answer(tooManyRequests(waitSeconds), request, reply)
  })
}
