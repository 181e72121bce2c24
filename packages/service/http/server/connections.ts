/**
 * Connections of a server: what becomes of those that bring nothing readable or take too long over it, and closing a
 * server without waiting for those on which nothing happens. Node closes what is idle after a request, but counts a
 * connection that never carried one as busy until its header time-out; browsers and HTTP clients open such connections in
 * advance. It looks at sockets only and never cuts an answer.
 */
import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { atEachLook } from '@countersign/event-loop/attentive-time'

/** Milliseconds. */
export interface ConnectionLimits {
  /** From the connection, or the request before, to the end of the headers. */
  readonly headersMs: number
  /** To the end of the body. */
  readonly requestMs: number
  /** How often is looked: the limits are exceeded by as much at most. */
  readonly checkMs: number
}

export const CONNECTION_LIMITS: ConnectionLimits = { headersMs: 10_000, requestMs: 30_000, checkMs: 1000 }

/** A pause of this process that is worth a thought, in milliseconds. */
const PAUSE_MS = 500

/**
 * What came while this process could not look lies unread, and its sender is not late: each pause makes the limits longer,
 * for as long as a request that met it may take. Node reads the limits whenever it looks for those that are late, so they
 * are told then, and what a framework sets is passed over. Call before the server listens.
 */
export function forgivePauses(server: Server, { headersMs, requestMs }: ConnectionLimits): Server {
  let forgivenMs = 0
  let lookedAt = performance.now()
  const stop = atEachLook((sinceLastMs) => {
    lookedAt = performance.now()
    if (sinceLastMs < PAUSE_MS) return
    forgivenMs += sinceLastMs
    setTimeout(() => {
      forgivenMs -= sinceLastMs
    }, requestMs + sinceLastMs).unref()
  })
  const allowedMs = (limitMs: number) => {
    const pauseMs = performance.now() - lookedAt
    return limitMs + forgivenMs + (pauseMs < PAUSE_MS ? 0 : pauseMs)
  }
  Object.defineProperties(server, {
    headersTimeout: { get: () => allowedMs(headersMs), set: () => {} },
    requestTimeout: { get: () => allowedMs(requestMs), set: () => {} },
  })
  return server.once('close', stop)
}

/** A peer that takes no answer has no more than this after it was written. */
const LAST_WORD_MS = 1000

/** What is said on a connection on which nothing could be read: a whole HTTP answer. `code`: of Node's error. */
export type BrokenAnswer = (code: string | undefined) => string

/**
 * Answers what the HTTP parser could not read, or what did not come in time, and destroys the connection: a half-closed
 * one would be held by its peer for as long as that likes. Where an answer went out already there is nothing to say.
 */
export function answerBrokenRequests(server: Server, brokenAnswer: BrokenAnswer): Server {
  const answers = new WeakMap<Duplex, ServerResponse>()
  server.on('request', (request, response) => answers.set(request.socket, response))
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && lasting.delete(socket)) return
    const begun = answers.get(socket)?.headersSent === true && answers.get(socket)?.req.complete === false
    if (error.code === 'ECONNRESET' || !socket.writable || begun) return void socket.destroy()
    socket.end(brokenAnswer(error.code), () => socket.destroy())
    setTimeout(() => socket.destroy(), LAST_WORD_MS).unref()
  })
  return server
}

const lasting = new WeakSet<Duplex>()

/** The request that comes there now has limits of its own for its body: Node looks once whether it is late, and is not heard. Answers how to end that. */
export function lastAsLongAsItTakes(connection: Duplex): () => void {
  lasting.add(connection)
  return () => void lasting.delete(connection)
}

/** Connections of one server, as far as closing it is concerned. */
export interface QuietConnections {
  /** Runs `close` and meanwhile ends connections as they become quiet. */
  closeAround(close: () => Promise<void>): Promise<void>
}

const SWEEP_MS = 50
/** A request may be on its way on a connection that was made just now. */
const UNUSED_GRACE_MS = 1000

/** Call before the server listens. */
export function quietConnections(server: Server): QuietConnections {
  const unused = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    unused.add(socket)
    socket.once('close', () => unused.delete(socket))
  })
  server.on('request', (request) => unused.delete(request.socket))
  return {
    async closeAround(close) {
      const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS)
      const grace = setTimeout(() => {
        for (const socket of unused) socket.destroy()
      }, UNUSED_GRACE_MS)
      try {
        await close()
      } finally {
        clearInterval(sweep)
        clearTimeout(grace)
      }
    },
  }
}
