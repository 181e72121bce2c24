/** Answers that last: written past the framework, with the headers of every answer, and counted a server. */
import type { Server, ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { writeStandardHeaders } from './answer-headers.ts'
import { fail, type WireError } from './answers/wire-errors.ts'
import { leavePlace } from './server/admitting-server.ts'

const tooManyStreams: WireError = {
  status: 503,
  message: 'Too many event streams are open here',
  refusal: 'event_streams_too_many',
  headers: { 'retry-after': '2' },
}

const openStreams = new WeakMap<Server, number>()

/** Answers how to give the place back; 503 where as many streams are open as an instance serves, or as `limit` says. */
export function takeStreamPlace({ server }: FastifyRequest, limit = server.maxEventStreams): () => void {
  const open = openStreams.get(server.server) ?? 0
  if (open >= limit) fail(tooManyStreams)
  openStreams.set(server.server, open + 1)
  return () => openStreams.set(server.server, (openStreams.get(server.server) ?? 1) - 1)
}

/** It costs nothing while it lasts, so that it leaves its place among the requests: streams have a limit of their own. */
export function streamByHand(request: FastifyRequest, reply: FastifyReply): ServerResponse {
  leavePlace(request.raw)
  return answerByHand(request, reply)
}

/** The answer with the status and the headers that were set so far; what follows is the caller's. */
export function answerByHand(request: FastifyRequest, reply: FastifyReply): ServerResponse {
  const { standardHeaders, stopping } = request.server
  writeStandardHeaders(request, reply, standardHeaders)
  if (stopping.aborted) reply.header('connection', 'close')
  reply.hijack()
  const { raw } = reply
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) raw.setHeader(name, value)
  raw.flushHeaders()
  return raw
}
