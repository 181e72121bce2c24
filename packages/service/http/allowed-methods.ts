/**
 * Answers a known address that is asked with the wrong method: 405 with `Allow`, or the answer to a preflight. The
 * router keeps one tree for each method and would say 404, which sends people looking for a wrong address.
 */
import type { FastifyInstance } from 'fastify'
import type { Door } from './access.ts'
import { writePreflightHeaders } from './answer-headers.ts'
import { fail } from './answers/wire-errors.ts'
import { BODY_LIMITS } from './request-bodies.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
type Method = (typeof METHODS)[number]

interface Address {
  /** As first registered, so that a parameter has one name in the router. */
  readonly url: string
  readonly door: Door
  readonly errors: 'management' | 'oauth'
  readonly methods: Set<string>
}

/** Every address of the service with the methods it answers. */
export interface KnownAddresses {
  add(url: string, methods: string | readonly string[], door: Door, errors: 'management' | 'oauth'): void
  /** Adds the refusing routes; call once after the service's own routes. */
  refuseOtherMethods(app: FastifyInstance): void
}

/** Starts empty; `add` is called for each route as it is registered. */
export function knownAddresses(): KnownAddresses {
  const addresses = new Map<string, Address>()
  return {
    add(url, methods, door, errors) {
      const pattern = url.replace(/:[A-Za-z0-9_]+/g, ':p')
      const address = addresses.get(pattern) ?? { url, door, errors, methods: new Set<string>() }
      for (const method of [methods].flat()) address.methods.add(method.toUpperCase())
      addresses.set(pattern, address)
    },
    refuseOtherMethods(app) {
      for (const address of addresses.values()) refuseOthers(app, address)
    },
  }
}

function refuseOthers(app: FastifyInstance, { url, door, errors, methods }: Address): void {
  const allowed = [...new Set([...methods, 'OPTIONS'])]
  const others: Method[] = METHODS.filter((method) => !methods.has(method))
  if (others.length === 0) return
  app.route({
    method: others,
    url,
    exposeHeadRoute: false,
    schema: { hide: true },
    // The answer is the same for everybody and gives away no more than the address: no credential is asked for.
    config: { door: door === 'wallet' ? 'wallet' : 'open', errors, limited: false },
    bodyLimit: BODY_LIMITS.message,
    onRequest: async (request, reply) => {
      reply.header('allow', allowed.join(', '))
      if (request.method !== 'OPTIONS')
        fail({
          status: 405,
          message: `The method ${request.method} is not allowed here`,
          refusal: 'method_not_allowed',
        })
      writePreflightHeaders(reply, door, allowed)
      return reply.code(204).send()
    },
    handler: async () => undefined,
  })
}
