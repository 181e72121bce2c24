/**
 * The events of one session of a store as a stream: what the event routes of all services do. It knows the ports that
 * sessions lie behind, and nothing of what a session holds: what a reader may see, the service says.
 */
import { isSessionId } from '@countersign/core/session-id'
import type { Signals } from '@countersign/stores/ports'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { fail, type WireError } from '../http/answers/wire-errors.ts'
import { type SessionView, serveSessionEvents } from './event-stream.ts'

export interface FollowedSessions<T> {
  readonly sessions: { get(id: string): Promise<{ readonly value: T } | undefined> }
  readonly signals: Pick<Signals, 'watch'>
}

export interface Following<T> {
  /** What is answered where there is no such session. */
  readonly unknown: WireError
  /** What a reader may see of the session now. */
  view(session: T): SessionView
  /** Of the stream: in which language its states are, say. */
  readonly headers?: Readonly<Record<string, string>>
}

/** Ends a handler with the stream; call it with `return`. */
export async function followSession<T>(
  { sessions, signals }: FollowedSessions<T>,
  id: string,
  request: FastifyRequest,
  reply: FastifyReply,
  { headers = {}, unknown, view }: Following<T>,
): Promise<FastifyReply> {
  if (!isSessionId(id)) fail(unknown)
  return serveSessionEvents(request, reply, {
    unknown,
    headers,
    read: async () => {
      const found = await sessions.get(id)
      return found === undefined ? undefined : view(found.value)
    },
    watch: (onSignal) => signals.watch(id, onSignal),
  })
}
