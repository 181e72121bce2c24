/**
 * What a page may call of issuer, verifier and repository: this list and nothing else. The portal adds the key, the page never sees it;
 * what the other service answers comes back as it is. A call that is not here is not there: whoever adds a page adds its calls.
 */
import { addressUnknown, fail } from '@countersign/service/http/answers/wire-errors'
import { passOn } from '@countersign/service/http/passing/pass-on'
import { isAmbiguous } from '@countersign/service/http/passing/passed-address'
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import type { FastifyRequest } from 'fastify'
import { credentialOf, type Upstreams } from '../upstreams.ts'
import type { OperatorDoor } from './operator-door.ts'
import { keyRefused } from './wire.ts'

export interface PassedCall {
  readonly upstream: keyof Upstreams
  readonly method: 'GET' | 'POST'
  /** At the other service; `:name` is one part of a path. The portal has it below `/api/issuer` and so on. */
  readonly path: string
  /** In bytes, of what has a body. */
  readonly bodyLimit?: number
  /** It begins something new, which a service that has too much to do refuses first. */
  readonly begins?: true
  /** Headers of the page that go along. */
  readonly headers?: readonly string[]
}

export const PASSED_CALLS: readonly PassedCall[] = [
  ...(['sdjwt', 'jwt', 'mdoc'] as const).map((family) => ({
    upstream: 'issuer' as const,
    method: 'POST' as const,
    path: `/openid4vc/${family}/issue`,
    bodyLimit: BODY_LIMITS.exchange,
    begins: true as const,
    headers: ['sessionttl'],
  })),
  { upstream: 'issuer', method: 'GET', path: '/.well-known/openid-credential-issuer' },
  { upstream: 'issuer', method: 'GET', path: '/openid4vc/session/:id' },
  { upstream: 'issuer', method: 'GET', path: '/openid4vc/session/:id/events' },
  { upstream: 'issuer', method: 'GET', path: '/openid4vc/sessions' },
  { upstream: 'issuer', method: 'GET', path: '/openid4vc/credentials' },
  { upstream: 'issuer', method: 'GET', path: '/openid4vc/credentials/log' },
  {
    upstream: 'issuer',
    method: 'POST',
    path: '/openid4vc/session/:id/deferred',
    bodyLimit: BODY_LIMITS.message,
  },
  {
    upstream: 'issuer',
    method: 'POST',
    path: '/openid4vc/credentials/:id/status',
    bodyLimit: BODY_LIMITS.message,
  },
  ...(['issuer', 'verifier'] as const).flatMap((upstream) =>
    ['/trust', '/cluster/instances', '/cluster/counts'].map((path) => ({
      upstream,
      method: 'GET' as const,
      path,
    })),
  ),
  { upstream: 'verifier', method: 'GET', path: '/openid4vc/session/:id' },
  { upstream: 'verifier', method: 'GET', path: '/openid4vc/session/:id/events' },
  { upstream: 'verifier', method: 'GET', path: '/openid4vc/sessions' },
  { upstream: 'verifier', method: 'GET', path: '/openid4vc/transaction-data-profiles' },
  { upstream: 'repository', method: 'GET', path: '/api/types' },
  { upstream: 'repository', method: 'GET', path: '/api/schema/:name' },
  { upstream: 'repository', method: 'GET', path: '/api/mapping/:name' },
  { upstream: 'repository', method: 'GET', path: '/api/vc/:name' },
  { upstream: 'repository', method: 'GET', path: '/api/sdjwt-vc/:name' },
  { upstream: 'repository', method: 'GET', path: '/api/mdoc/:name' },
]

export function passedRoutes(app: ServiceApp, upstreams: Upstreams, door: OperatorDoor): void {
  for (const call of PASSED_CALLS) {
    const upstream = upstreams[call.upstream]
    app.route({
      method: call.method,
      url: `/api/${call.upstream}${call.path}`,
      onRequest: door.keep,
      // They are described where they are served.
      schema: { hide: true },
      ...(call.bodyLimit !== undefined && { bodyLimit: call.bodyLimit }),
      config: { door: 'open', limited: false, begins: call.begins === true, knowsCaller: nobodyElse },
      handler: (request, reply) =>
        passOn(request, reply, upstream, {
          path: localPath(request.raw.url ?? '', call),
          body: call.method === 'POST' ? JSON.stringify(request.body) : undefined,
          headers: { ...named(request, call.headers ?? []), ...credentialOf(upstream) },
          keyRefused: keyRefused(upstream.name),
        }),
    })
  }
}

/** The door has let nobody else in, before any of the body is read. */
export async function nobodyElse(): Promise<void> {}

/**
 * The address as it came, escapes and query and all, behind the portal's own beginning. The router matched its parts; what another
 * router might read as more or fewer of them is no id of anything, and goes nowhere.
 */
function localPath(url: string, { upstream }: PassedCall): string {
  const start = `/api/${upstream}`
  const path = url.slice(url.indexOf(start) + start.length)
  return isAmbiguous(path) ? fail(addressUnknown) : path
}

function named(request: FastifyRequest, names: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {}
  for (const name of names) {
    const value = request.headers[name]
    if (typeof value === 'string') found[name] = value
  }
  return found
}
