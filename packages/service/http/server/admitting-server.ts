/**
 * The HTTP server in front of the framework: what is too much is refused here, by its head alone, before a router, a hook or
 * a body reader has done anything for it. A body that comes slowly gives its place back until it is complete, so that slow
 * senders keep nobody out; of too many of them the slowest is cut. It knows no address and no form of errors: how a request
 * ranks, and what a refused one is told, is handed in.
 */
import type { IncomingHttpHeaders, IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import type { Admission, Places, Precedence, RefusedFor } from '../../operation/admission.ts'
import type { Logger } from '../../operation/log.ts'
import { createServer } from '../node-http.ts'
import type { ConnectionLimits } from './connections.ts'
import { slowBodies } from './slow-bodies.ts'

/** A whole answer, its length among the headers. */
export interface EarlyAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface AdmittingOptions {
  readonly admission: Admission
  /** Which of its places a request may take, by the first line alone; any of them when absent. */
  readonly placesOf?: ((request: IncomingMessage) => Places) | undefined
  /** By the first line alone; `always`: it is never refused. */
  readonly precedenceOf: (request: IncomingMessage) => Precedence | 'always'
  /** What is told to a request that is too much. */
  readonly refusal: (request: IncomingMessage, retryAfterSeconds: number) => EarlyAnswer
  readonly maxSlowBodies: number
  readonly log: Logger
  /** For figures. */
  readonly onRefused?:
    | ((reason: RefusedFor | 'slow_bodies', precedence: Precedence, request?: IncomingMessage) => void)
    | undefined
  readonly timeouts: ConnectionLimits & { readonly keepAliveMs: number }
}

/** Makes servers that share one admission: a name may stand for several addresses. */
export function admittingServers(options: AdmittingOptions): (handler: RequestListener) => Server {
  const { admission, onRefused, placesOf = () => admission, precedenceOf, refusal, timeouts } = options
  const told = refusalsTold(options)
  const bodies = slowBodies(options.maxSlowBodies, () => {
    told()
    onRefused?.('slow_bodies', 'running')
  })
  const admit = (request: IncomingMessage, response: ServerResponse, serve: () => void) => {
    const precedence = precedenceOf(request)
    if (precedence === 'always') return serve()
    const own = placesOf(request)
    const reason = own.tooMuch(precedence)
    if (reason === undefined) {
      takePlace(own, request, response)
      // Who has gone while it waited is not served.
      return own.start(precedence, () => response.destroyed || serve())
    }
    told()
    onRefused?.(reason, precedence, request)
    refuse(request, response, refusal(request, admission.retryAfterSeconds(precedence)))
  }
  const takePlace = (own: Places, request: IncomingMessage, response: ServerResponse) => {
    const leave = own.take()
    places.set(request, leave)
    response.on('close', leave)
    if (hasBody(request.headers)) bodies.watch(request, response, { leave, take: own.take })
  }
  return (handler) => {
    const server = createServer(nodeTimeouts(timeouts), (request, response) =>
      admit(request, response, () => handler(request, response)),
    )
    // RFC 9110 §10.1.1: whoever asks before sending a body hears the refusal without having sent it.
    server.on('checkContinue', (request, response) =>
      admit(request, response, () => {
        response.writeContinue()
        handler(request, response)
      }),
    )
    server.once('close', bodies.stop)
    return server
  }
}

/** For an application behind the listener of another. */
export function unheardServer(handler: RequestListener): Server {
  return createServer({}, handler)
}

/** Node looks at them every half a minute unless told otherwise, and so would let a request of 30 s last a minute. */
function nodeTimeouts({ checkMs, headersMs, keepAliveMs, requestMs }: AdmittingOptions['timeouts']) {
  return {
    connectionsCheckingInterval: checkMs,
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    keepAliveTimeout: keepAliveMs,
  }
}

const places = new WeakMap<IncomingMessage, () => void>()

/** For an answer that lasts and costs nothing meanwhile, such as an event stream: it has a limit of its own. */
export function leavePlace(request: IncomingMessage): void {
  places.get(request)?.()
}

function refuse(request: IncomingMessage, response: ServerResponse, answer: EarlyAnswer): void {
  const close = !isSmall(request)
  response.writeHead(answer.status, { ...answer.headers, ...(close && { connection: 'close' }) })
  response.end(request.method === 'HEAD' ? undefined : answer.body, () => {
    if (close) request.socket.destroySoon()
  })
}

/** A small body is on its way already, and is passed over; waiting for a large one would be work. */
const PASSED_OVER_BYTES = 65_536

function isSmall(request: IncomingMessage): boolean {
  if (!hasBody(request.headers)) return true
  const length = Number(request.headers['content-length'])
  return length <= PASSED_OVER_BYTES && request.headers.expect === undefined
}

/** RFC 9112 §6: a body is announced by one of the two. */
export function hasBody(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

const TELL_EVERY_MS = 1_000

/** A line a second, not one a request: writing them would be the work that is refused. */
function refusalsTold({ log, admission }: AdmittingOptions): () => void {
  let refused = 0
  return () => {
    refused += 1
    if (refused > 1) return
    setTimeout(() => {
      log.warn({ refused, inFlight: admission.inFlight() }, 'too much to do: requests were refused')
      refused = 0
    }, TELL_EVERY_MS).unref()
  }
}
