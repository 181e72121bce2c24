/**
 * A session's events as server-sent events (WHATWG HTML §9.2), from any instance. Events are read from the session,
 * where they were committed; a signal only says "look again", so a lost one costs a delay and never an event. The
 * stream ends after a final state, when the session is gone and when the service stops; `Last-Event-ID` resumes it.
 */
import type { SessionEvent } from '@countersign/protocol/session-event'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { fail, type WireError } from '../http/answers/wire-errors.ts'
import { streamByHand, takeStreamPlace } from '../http/event-streams.ts'

/** A session as one reader may see it. */
export interface SessionView {
  /** All events of the session, in order. */
  readonly events: readonly SessionEvent[]
  /** True when nothing will follow. */
  readonly final: boolean
  /** What the reader may know of the session now; JSON. */
  readonly state: unknown
}

/** Where a stream gets its session from, and its limits; all durations in milliseconds. */
export interface EventSource {
  /** The session as committed; undefined when it is not there (any more). */
  read(): Promise<SessionView | undefined>
  /** Calls `onSignal` when the session may have changed; `Signals.watch` of the store. */
  watch(onSignal: () => void): Promise<{ close(): Promise<void> | void }>
  /** What is answered where there is no such session. */
  readonly unknown: WireError
  /** Of the stream, beside those of every answer. */
  readonly headers?: Readonly<Record<string, string>>
  /** How often to look without a signal, in milliseconds. Default 2000. */
  readonly pollMs?: number
  /** How often a comment keeps proxies from closing the stream, in milliseconds. Default 15000. */
  readonly heartbeatMs?: number
  /** How many streams one service serves at a time; above it is 503. Default: as configured. */
  readonly maxStreams?: number
}

const RETRY_MS = 1000
const MAX_FAILED_READS = 5
/** A reader who leaves more than this behind is let go; what was written last does not count: a state may have pictures in it. */
const MAX_UNSENT_BYTES = 1_000_000

/**
 * Serves the stream; call it at the end of a handler with `return`. First comes `event: state` with the state, then
 * every event after `Last-Event-ID` (or `?after=`) with its sequence as `id`; the state comes again before later
 * events. An unknown session is refused as the source says, and a reader who has seen all of a final session gets 204, which tells a
 * browser's EventSource not to come back.
 */
export async function serveSessionEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  source: EventSource,
): Promise<FastifyReply> {
  const leave = takeStreamPlace(request, source.maxStreams)
  const bell = newBell()
  try {
    // Watching starts before reading, or what happens in between would wait for the next poll.
    const watching = await source.watch(bell.ring)
    try {
      const first = await source.read()
      if (first === undefined) fail(source.unknown)
      const after = startingPoint(request)
      const seenAll = first.final && after > 0 && after >= lastSequence(first)
      if (seenAll) return await reply.code(204).send()
      if (request.method === 'HEAD') return await reply.type('text/event-stream').send()
      await stream(request, reply, source, bell, first, after)
      return reply
    } finally {
      await watching.close()
    }
  } finally {
    leave()
  }
}

async function stream(
  request: FastifyRequest,
  reply: FastifyReply,
  source: EventSource,
  bell: Bell,
  first: SessionView,
  after: number,
): Promise<void> {
  const raw = openStream(request, reply, source)
  const { stopping } = request.server
  stopping.addEventListener('abort', bell.ring)
  raw.on('close', bell.ring)
  const heartbeat = setInterval(() => raw.write(':\n\n'), source.heartbeatMs ?? 15_000)
  let lastBytes = 0
  const write = (text: string) => {
    lastBytes = Buffer.byteLength(text)
    raw.write(text)
  }
  const isBehind = () => raw.writableLength > MAX_UNSENT_BYTES + lastBytes
  const isOver = () => raw.destroyed || stopping.aborted || isBehind()
  try {
    write(frames(first, after))
    let sent = Math.max(after, lastSequence(first))
    let view: SessionView | undefined = first
    let failures = 0
    while (view?.final !== true && !isOver()) {
      await bell.rung(source.pollMs ?? 2000)
      if (isOver()) break
      const next = await readOrFailure(source)
      failures = next === FAILED ? failures + 1 : 0
      if (failures >= MAX_FAILED_READS) break
      if (next === FAILED) continue
      if (next === undefined) break
      if (lastSequence(next) > sent || next.final) write(frames(next, sent))
      sent = Math.max(sent, lastSequence(next))
      view = next
    }
  } finally {
    clearInterval(heartbeat)
    stopping.removeEventListener('abort', bell.ring)
    if (isBehind()) raw.destroy()
    else raw.end()
  }
}

const FAILED = Symbol('failed')

/** A store that is away for a moment must not end the stream; the reader would only come back and ask again. */
async function readOrFailure(source: EventSource): Promise<SessionView | undefined | typeof FAILED> {
  try {
    return await source.read()
  } catch {
    return FAILED
  }
}

function openStream(request: FastifyRequest, reply: FastifyReply, { headers = {} }: EventSource) {
  reply.headers(headers)
  reply.header('content-type', 'text/event-stream; charset=utf-8')
  // Some proxies hold answers back until they are complete; this header tells them not to.
  reply.header('x-accel-buffering', 'no')
  const raw = streamByHand(request, reply)
  raw.write(`retry: ${RETRY_MS}\n\n`)
  return raw
}

/** State first, then what the reader has not seen. */
function frames(view: SessionView, after: number): string {
  const fresh = view.events.filter((event) => event.sequence > after)
  const state = `event: state\ndata: ${JSON.stringify(view.state)}\n\n`
  return state + fresh.map(eventFrame).join('')
}

function eventFrame(event: SessionEvent): string {
  const name = event.type.replace(/[\r\n]/g, ' ')
  return `id: ${event.sequence}\nevent: ${name}\ndata: ${JSON.stringify(event)}\n\n`
}

function lastSequence(view: SessionView): number {
  return view.events.at(-1)?.sequence ?? 0
}

/** The header wins: a browser that reconnects sends it, with the address as it was at first. */
function startingPoint(request: FastifyRequest): number {
  const header = request.headers['last-event-id']
  const { query } = request
  const asked = typeof query === 'object' && query !== null && 'after' in query ? query.after : undefined
  const text = typeof header === 'string' && header !== '' ? header : asked
  if (typeof text === 'number' && Number.isSafeInteger(text)) return Math.max(0, text)
  return typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : 0
}

interface Bell {
  ring(): void
  /** Resolves at the next ring, at once when it rang since the last wait, or after the time in milliseconds. */
  rung(timeoutMs: number): Promise<void>
}

function newBell(): Bell {
  let hasRung = false
  let wake: (() => void) | undefined
  return {
    ring() {
      hasRung = true
      wake?.()
    },
    async rung(timeoutMs) {
      if (!hasRung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, timeoutMs)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
        wake = undefined
      }
      hasRung = false
    },
  }
}
