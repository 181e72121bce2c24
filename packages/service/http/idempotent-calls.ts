/**
 * Calls that make something, under a key of the caller's (`Idempotency-Key`): the first is done, and the same call under the same
 * key gets what that one was answered, to the byte. A route says by `idempotent: true` that it takes the header; what is kept
 * where is behind a port. A fault of ours is not kept: nobody was answered anything, so the call may be tried again.
 */
import { IDEMPOTENCY_KEY, withIdempotencyKey } from '@countersign/api/idempotency'
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod, RouteOptions } from 'fastify'
import { errorAnswer } from './answers/described-answers.ts'
import { errorBody, fail, type WireError, wireErrorOf } from './answers/wire-errors.ts'

/** What a call is known by, and what makes it the same. */
export interface KeyedCall {
  readonly key: string
  /** Who called: two callers may choose the same key. */
  readonly caller: string
  /** Method and pattern of the address. */
  readonly route: string
  /** Everything else that decides what is done: address, headers that the route reads, the bytes of the body. */
  readonly content: string
}

export interface GivenAnswer {
  readonly status: number
  readonly type: string
  readonly body: string
}

export type BegunCall =
  | { readonly outcome: 'begun'; readonly turn: CallTurn }
  | { readonly outcome: 'answered'; readonly answer: GivenAnswer }
  /** The key was used for something else. */
  | { readonly outcome: 'differs' }
  | { readonly outcome: 'running' }

/** The right to do a call, for a while. */
export interface CallTurn {
  /** False where the time was over and somebody else does the call: this answer must not leave. */
  keep(answer: GivenAnswer): Promise<boolean>
  /** Whoever comes next may do the call. */
  giveBack(): Promise<void>
}

export interface KeptCalls {
  begin(call: KeyedCall): Promise<BegunCall>
}

const JSON_TYPE = 'application/json; charset=utf-8'

const callDiffers: WireError = {
  status: 422,
  message:
    'This Idempotency-Key was used for another call, with another body, address or header: take a new one',
  refusal: 'idempotency_key_reused',
}

const callRunning: WireError = {
  status: 409,
  message: 'The call with this Idempotency-Key is still running; ask again',
  refusal: 'idempotent_call_running',
  headers: { 'retry-after': '1' },
}

const nothingKept: WireError = {
  status: 400,
  message:
    'Idempotency-Key cannot be kept: this service has no database that all its instances share. Leave it out, and expect that a call that is sent twice is done twice',
  refusal: 'idempotency_unavailable',
}

/** For every route that is added from here on. `kept` is absent where nothing can be kept: then the header is refused. */
export function answerOnceByKey(app: Pick<FastifyInstance, 'addHook'>, kept: KeptCalls | undefined): void {
  app.addHook('onRoute', (route) => {
    if (route.config?.idempotent !== true) return
    const { handler, schema } = route
    const headers = withIdempotencyKey(schema?.headers)
    const read = [...headers.names, 'accept']
    route.schema = { ...schema, headers: headers.schema }
    route.config = { ...route.config, answers: { ...route.config.answers, ...answersOf(route) } }
    route.handler = function (request, reply) {
      const key = request.headers[IDEMPOTENCY_KEY]
      if (typeof key !== 'string') return handler.call(this, request, reply)
      if (kept === undefined) return fail(nothingKept)
      return answerKeyed(kept, keyedCall(request, key, read), request, reply, () =>
        handler.call(this, request, reply),
      )
    }
  })
}

function answersOf({ config }: RouteOptions) {
  const running = errorAnswer('The call with this Idempotency-Key is still running', callRunning)
  return {
    422: errorAnswer('The Idempotency-Key was used for another call', callDiffers),
    409: config?.answers?.[409] ?? running,
  }
}

function keyedCall(request: FastifyRequest, key: string, read: readonly string[]): KeyedCall {
  const { bodyHash = '', caller, headers, method, routeOptions, url } = request
  return {
    key,
    caller: caller?.id ?? '',
    route: `${method} ${routeOptions.url}`,
    content: JSON.stringify([url, read.map((name) => [name, headers[name] ?? null]), bodyHash]),
  }
}

async function answerKeyed(
  kept: KeptCalls,
  call: KeyedCall,
  request: FastifyRequest,
  reply: FastifyReply,
  handle: () => ReturnType<RouteHandlerMethod>,
): Promise<FastifyReply> {
  const begun = await kept.begin(call)
  switch (begun.outcome) {
    case 'differs':
      return fail(callDiffers)
    case 'running':
      return fail(callRunning)
    case 'answered':
      return send(reply.header('idempotent-replayed', 'true'), begun.answer)
    case 'begun': {
      const answer = await answerOf(begun.turn, request, reply, handle)
      // Two of them would be two answers to one call.
      return (await begun.turn.keep(answer)) ? send(reply, answer) : fail(callRunning)
    }
  }
}

async function answerOf(
  turn: CallTurn,
  request: FastifyRequest,
  reply: FastifyReply,
  handle: () => ReturnType<RouteHandlerMethod>,
): Promise<GivenAnswer> {
  try {
    const body: unknown = await handle()
    if (reply.sent || body === reply) throw new Error('a route that is idempotent returns its answer')
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const type = reply.getHeader('content-type') ?? (text === body ? 'text/plain; charset=utf-8' : JSON_TYPE)
    return { status: reply.statusCode, type: String(type), body: text }
  } catch (error) {
    const { wire } = wireErrorOf(error, request.routeOptions.bodyLimit)
    if (wire.status >= 500) {
      // Where that fails as well, the turn is over by itself in a while.
      await turn.giveBack().catch(() => undefined)
      throw error
    }
    if (wire.refusal !== undefined) request.refusal = wire.refusal
    const body = JSON.stringify(errorBody(wire, 'management', request.id))
    return { status: wire.status, type: JSON_TYPE, body }
  }
}

function send(reply: FastifyReply, { body, status, type }: GivenAnswer): FastifyReply {
  return reply.code(status).type(type).send(body)
}
