/**
 * Management calls that change something, written down before they are done: a call that cannot be written down is not done. What
 * it was about is its address, never its body. How it ended is added afterwards; where that is missing nobody knows.
 */
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'

export interface AuditedCall {
  /** By the credential that he showed; empty where none is needed. */
  readonly caller: string
  /** What operators call him; absent where no credential is needed. */
  readonly callerName?: string | undefined
  readonly method: string
  /** Pattern of the address. */
  readonly route: string
  /** The address itself, without its query. */
  readonly path: string
  readonly requestId: string
  readonly idempotencyKey?: string | undefined
}

export interface AuditLog {
  /** Answers how to say how it ended. */
  begin(call: AuditedCall): Promise<(status: number) => Promise<void>>
}

/** For every route that is added from here on. */
export function auditCalls(app: FastifyInstance, log: AuditLog): void {
  const begun = new WeakMap<FastifyRequest, (status: number) => Promise<void>>()
  app.addHook('onRoute', (route) => {
    if (!isAudited(route)) return
    const before = [route.preHandler ?? []].flat()
    route.preHandler = [
      ...before,
      async (request) => {
        begun.set(request, await log.begin(callOf(request)))
      },
    ]
  })
  app.addHook('onResponse', (request, reply, done) => {
    // The caller has his answer: what goes wrong here is nobody's to hear, and the row says that its end is not known.
    begun
      .get(request)?.(reply.statusCode)
      .catch(() => undefined)
    done()
  })
}

function isAudited({ config, method }: RouteOptions): boolean {
  return config?.door === 'management' && ![method].flat().every((one) => one === 'GET' || one === 'HEAD')
}

function callOf({ caller, headers, id, method, routeOptions, url }: FastifyRequest): AuditedCall {
  const key = headers['idempotency-key']
  return {
    caller: caller?.id ?? '',
    callerName: caller?.name,
    method,
    route: routeOptions.url ?? '',
    path: url.split('?', 1)[0] ?? '',
    requestId: id,
    idempotencyKey: typeof key === 'string' ? key : undefined,
  }
}
