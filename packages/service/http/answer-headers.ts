/**
 * Headers that every answer carries, written by one hook: what a browser may do with the answer, who answered and
 * under which request id. Cross-origin reading is allowed at the wallet's door only.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Door } from './access.ts'

const REQUEST_ID_PATTERN = /^[A-Za-z0-9._:-]{1,128}$/

/** The caller's id when it is harmless in a header and a log line. */
export function acceptedRequestId(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' && REQUEST_ID_PATTERN.test(value) ? value : undefined
}

/** What differs between deployments in the standard headers. */
export interface StandardHeaders {
  /** Shown as `x-instance`; absent when only one instance runs in production. */
  readonly instance?: string
}

/** An answer of the API is data: a browser that is shown one may do nothing with it. */
const API_POLICY = "default-src 'none'; frame-ancestors 'none'"

/** Writes the headers; what a handler has set already, like the policy of a page of its own, stays. */
export function writeStandardHeaders(
  request: FastifyRequest,
  reply: FastifyReply,
  { instance }: StandardHeaders,
): void {
  reply.header('x-content-type-options', 'nosniff')
  if (!reply.hasHeader('referrer-policy')) reply.header('referrer-policy', 'no-referrer')
  reply.header('x-frame-options', 'DENY')
  reply.header('x-request-id', request.id)
  if (instance !== undefined) reply.header('x-instance', instance)
  if (!reply.hasHeader('content-security-policy')) reply.header('content-security-policy', API_POLICY)
  if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
  if (request.routeOptions.config.door === 'wallet') void reply.headers(CROSS_ORIGIN_HEADERS)
}

/** The same for an answer that the framework has no part in. */
export function rawHeaders(
  requestId: string,
  door: Door,
  { instance }: StandardHeaders,
): Readonly<Record<string, string>> {
  return {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
    'x-request-id': requestId,
    'content-security-policy': API_POLICY,
    'cache-control': 'no-store',
    ...(instance !== undefined && { 'x-instance': instance }),
    ...(door === 'wallet' && CROSS_ORIGIN_HEADERS),
  }
}

/** Answers a preflight of a browser wallet; only for addresses of the wallet's door. */
export function writePreflightHeaders(reply: FastifyReply, door: Door, methods: readonly string[]): void {
  if (door !== 'wallet') return
  reply.header('access-control-allow-methods', methods.join(', '))
  reply.header('access-control-allow-headers', PREFLIGHT_HEADERS)
  reply.header('access-control-max-age', '600')
}

const PREFLIGHT_HEADERS = [
  'authorization',
  'content-type',
  'dpop',
  'oauth-client-attestation',
  'oauth-client-attestation-pop',
  'x-request-id',
].join(', ')

/** No cookie takes part at this door, so any origin may read what any client may read. */
const CROSS_ORIGIN_HEADERS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers':
    'dpop-nonce, oauth-client-attestation-challenge, retry-after, www-authenticate, x-request-id',
} as const
