/**
 * The figures of a service at `/metrics`, and the counting of its requests. Figures tell an operator's secrets of trade, so they
 * are behind the management credential. A service that may listen for everybody without one, such as the wallet, then shows
 * them to nobody.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { ServiceConfig } from '../../config/schema.ts'
import type { Exposition, Metrics } from '../../operation/metrics.ts'
import { enter, type Knock, type ManagementKeeper, openDoorProblem } from '../access.ts'
import { fail, type WireError } from '../answers/wire-errors.ts'

const EVENT_STREAM = 'text/event-stream'

type App = FastifyInstance<Server, IncomingMessage, ServerResponse>

export function countRequests(app: App, metrics: Metrics): void {
  app.addHook('onResponse', (request, reply, done) => {
    metrics.request({
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1000,
      streamed: request.routeOptions.config.answers?.[200]?.contentType === EVENT_STREAM,
    })
    done()
  })
}

type MetricsConfig = Pick<ServiceConfig, 'mode' | 'webHost' | 'managementApiKey'>

export interface MetricsDoor {
  readonly config: MetricsConfig
  readonly keep: ManagementKeeper
}

export function showMetrics(app: App, metrics: Exposition, door: MetricsDoor): void {
  const refusalOf = refuserOf(door)
  app.get(
    '/metrics',
    { schema: { hide: true }, config: { door: 'open', limited: false } },
    async (request, reply) => {
      const refusal = await refusalOf(request)
      if (refusal !== undefined) fail(refusal)
      return reply.type(metrics.contentType).send(await metrics.text())
    },
  )
}

const CLOSED: WireError = {
  status: 403,
  refusal: 'metrics_closed',
  message: 'Without a managementApiKey figures are shown on loopback only',
}

function refuserOf({ config, keep }: MetricsDoor) {
  const isOpen = openDoorProblem(config) === undefined
  return async (knock: Knock) => (isOpen ? (await enter(keep, knock, 'operation:read')).refusal : CLOSED)
}
