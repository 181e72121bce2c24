/**
 * Passes calls below one prefix on to the service that is meant, so that a page asks its own origin alone. Bodies go on as they
 * come; it reads none and keeps nothing. Addresses that whoever stands behind may read in another way are refused.
 */
import { type Readable, Transform } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { addressUnknown, bodyTooLarge, fail, type WireError, WireFailure } from '../answers/wire-errors.ts'
import { BODY_LIMITS } from '../request-bodies.ts'
import { mayCarryBody } from '../route-facts.ts'
import { hasBody } from '../server/admitting-server.ts'
import type { ServiceApp } from '../service-app.ts'
import type { Upstream } from './call-upstream.ts'
import { passOn } from './pass-on.ts'
import { isAmbiguous } from './passed-address.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

const unknownCaller: WireError = {
  status: 401,
  message: 'A body of this size is read only for somebody who is logged in',
  refusal: 'caller_unknown',
}

/** `prefix`: `/wallet-api`, itself and what is below it. */
export async function forwardPrefix(app: ServiceApp, prefix: string, upstream: Upstream): Promise<void> {
  await app.register(async (scope) => {
    // The body goes on as it comes; how long it may be is counted on the way.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, body, done) => done(null, body))
    for (const url of [prefix, `${prefix}/*`])
      scope.route({
        method: [...METHODS],
        url,
        exposeHeadRoute: false,
        schema: { hide: true },
        bodyLimit: BODY_LIMITS.exchange,
        config: {
          door: 'open',
          limited: false,
          accepts: ['json', 'form', 'text'],
          // Whether it is a login that counts, the service behind decides; it stores none of the body before.
          knowsCaller: async ({ headers }, isLarge) => {
            if (isLarge && headers.cookie === undefined && headers.authorization === undefined)
              fail(unknownCaller)
          },
        },
        handler: async (request, reply) => {
          const path = request.raw.url ?? ''
          if (!isBelow(prefix, path) || isAmbiguous(path)) fail(addressUnknown)
          return passOn(request, reply, upstream, { path, body: bodyOf(request), along: 'all' })
        },
      })
  })
}

/** The router takes escapes apart, so that what it matched may begin in another way. */
function isBelow(prefix: string, url: string): boolean {
  const [path = ''] = url.split('?', 1)
  return path === prefix || path.startsWith(`${prefix}/`)
}

/** What the limits of large bodies have looked at; a body without a length is cut at the limit of the route. */
function bodyOf({ body, method, headers }: FastifyRequest): Readable | undefined {
  if (!mayCarryBody(method) || !hasBody(headers)) return undefined
  const source = body as Readable
  const counting = counted()
  source.once('error', (error) => counting.destroy(error))
  // What is still sent is passed over, so that the answer is heard.
  counting.on('error', () => source.resume())
  return source.pipe(counting)
}

function counted(): Transform {
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      if (bytes > BODY_LIMITS.exchange) done(new WireFailure(bodyTooLarge(BODY_LIMITS.exchange)))
      else done(null, chunk)
    },
  })
}
