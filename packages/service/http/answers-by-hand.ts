/**
 * Answers that the framework has no part in: to what could not be read, and to what is too much. Their headers and bodies are
 * those of every other answer, from the same places.
 */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { acceptedRequestId, rawHeaders, type StandardHeaders } from './answer-headers.ts'
import { errorBody, type WireError } from './answers/wire-errors.ts'
import { STATUS_CODES } from './node-http.ts'
import type { KnownRoutes } from './route-facts.ts'
import type { EarlyAnswer } from './server/admitting-server.ts'

export const overloaded: WireError = {
  status: 503,
  refusal: 'overloaded',
  code: 'temporarily_unavailable',
  message: 'There is too much to do at the moment; try again',
  headers: { 'retry-after': '1' },
}

/** What is told to requests that are too much, in the form of their routes. */
export function overloadTeller(
  routes: KnownRoutes,
  standard: StandardHeaders,
): (request: IncomingMessage, retryAfterSeconds: number) => EarlyAnswer {
  return (request, retryAfterSeconds) => {
    const { door, errors } = routes.of(request.method ?? '', request.url ?? '')
    const requestId = acceptedRequestId(request.headers['x-request-id']) ?? randomUUID()
    const body = JSON.stringify(errorBody(overloaded, errors, requestId))
    const headers = {
      ...rawHeaders(requestId, door, standard),
      'retry-after': `${retryAfterSeconds}`,
      'content-type': 'application/json; charset=utf-8',
      'content-length': `${Buffer.byteLength(body)}`,
    }
    return { status: overloaded.status, headers, body }
  }
}

/** Written to the socket as it is: there was no request that could be answered. */
export function brokenAnswer(code: string | undefined): string {
  const status = code === 'HPE_HEADER_OVERFLOW' ? 431 : code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
  const requestId = randomUUID()
  const body = JSON.stringify(
    errorBody({ status, message: 'The request could not be read' }, 'management', requestId),
  )
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    'x-content-type-options: nosniff',
    `x-request-id: ${requestId}`,
    'connection: close',
  ]
  return `${head.join('\r\n')}\r\n\r\n${body}`
}
