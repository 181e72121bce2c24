/** Errors of handlers, hooks and the framework as answers, in the one shape of their route; what nobody foresaw is logged. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { errorFacts, type Logger } from '../operation/log.ts'
import { addressUnknown, errorBody, type WireError, wireErrorOf } from './answers/wire-errors.ts'
import type { ServiceApp } from './service-app.ts'

export function answerErrors(app: ServiceApp, log: Logger): void {
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply, log))
  app.setNotFoundHandler((request, reply) => answer(addressUnknown, request, reply))
}

export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply, log: Logger): void {
  const { wire, fault } = wireErrorOf(error, request.routeOptions.bodyLimit)
  if (fault) log.error({ requestId: request.id, ...errorFacts(error) }, 'request failed')
  const { malformed } = request.routeOptions.config
  const unnamed = wire.status === 400 && wire.code === undefined && malformed !== undefined
  // The framework closes under a body that it did not read to its end, and the answer may be lost with the connection. What is
  // still sent is passed over, for as long as a request may take.
  void reply.removeHeader('connection')
  answer(unnamed ? { ...wire, code: malformed } : wire, request, reply)
}

export function answer(wire: WireError, request: FastifyRequest, reply: FastifyReply): void {
  const { door, errors } = request.routeOptions.config
  const shape = errors ?? (door === 'wallet' ? 'oauth' : 'management')
  if (wire.refusal !== undefined) request.refusal = wire.refusal
  void reply
    .code(wire.status)
    .headers(wire.headers ?? {})
    .type('application/json; charset=utf-8')
    // Serialised here: a response schema of the route describes its success, not this.
    .serializer(JSON.stringify)
    .send(errorBody(wire, shape, request.id))
}
