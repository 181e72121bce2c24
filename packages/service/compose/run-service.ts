/** A service on its runtime: listens, looks at what is due, answers for its health, and stops in good order with all of it. */
import { setTimeout as delay } from 'node:timers/promises'
import { clusterRoutes } from '../cluster/cluster-routes.ts'
import type { ServiceConfig } from '../config/schema.ts'
import { createHttpService } from '../http/http-service.ts'
import type { ServiceApp } from '../http/service-app.ts'
import type { ReadinessCheck } from '../operation/health.ts'
import { type Drainable, gracefulStop } from '../operation/lifecycle.ts'
import type { Logger } from '../operation/log.ts'
import { type DueWork, startDueWork } from '../sessions/due-work.ts'
import { trustRoutes } from '../trust/trust-telling.ts'
import { identityCheck, sessionsCheck } from './readiness-checks.ts'
import type { Runtime } from './runtime.ts'

/** A service that listens. `close` drains, lets requests in flight end and closes the stores; it may be called twice. */
export interface RunningService {
  readonly name: string
  /** Where it listens, e.g. `http://localhost:7003`. */
  readonly url: string
  /** Its configuration, for announcements at start. */
  readonly config: ServiceConfig
  close(): Promise<void>
}

/** What makes a service this one. */
export interface ServiceParts {
  readonly title: string
  /** Markdown, for the API page. */
  readonly description: string
  /** `/` is a page of the service's own; else it leads to the API page. */
  readonly ownHome?: boolean
  readonly routes: (app: ServiceApp) => void | Promise<void>
  /** What is done about sessions that nobody asks for; absent: nothing. */
  readonly dueWork?: DueWork | undefined
  /** What else is done though nobody asks for it; begun when the service listens. */
  readonly alsoWorking?: ((log: Logger) => Drainable) | undefined
}

/** Listens; on failure everything is closed again. `checks`: beside those of the session store and the identity. */
export async function runService(
  runtime: Runtime,
  { alsoWorking, dueWork, ...parts }: ServiceParts,
  checks: readonly ReadinessCheck[] = [],
): Promise<RunningService> {
  const { cluster, config, engine, log, metrics, monotonicMs, secure } = runtime
  try {
    const sessions = sessionsCheck(engine, { monotonicMs, metrics, warn: (message) => log.warn(message) })
    const http = await createHttpService({
      ...parts,
      routes: async (app) => {
        await parts.routes(app)
        clusterRoutes(app, cluster)
        if (hasTrust(runtime))
          trustRoutes(app, { telling: runtime.trust, baseUrl: config.baseUrl, now: runtime.now })
      },
      config,
      secure,
      checks: [
        sessions,
        identityCheck(runtime.deployment, monotonicMs),
        ...(runtime.certificates.check ? [runtime.certificates.check] : []),
        ...checks,
      ],
      clustered: engine.shared,
      metrics,
    })
    const { port } = await http.listen()
    // What a probe would find out is said at the start; that the store is there was seen when the identity was opened.
    void sessions.check().catch(() => undefined)
    cluster.begin()
    // What was counted to the end is told before the store is closed.
    const close = [() => cluster.stopped(), () => runtime.close()]
    const working = [
      ...(dueWork === undefined ? [] : [startDueWork({ ...dueWork, log })]),
      ...(alsoWorking === undefined ? [] : [alsoWorking(log)]),
    ]
    const services = [http, ...working, { ...NOTHING_TO_CLOSE, drain: cluster.stopping }]
    const stop = gracefulStop({ services, drainSeconds: config.drainSeconds, close, log })
    return { name: config.service, url: `http://localhost:${port}`, config, close: stop }
  } catch (error) {
    await closeWithinASecond(runtime)
    throw error
  }
}

/** Whoever signs with no key of its own and believes nobody has nothing to tell. */
function hasTrust({ trust }: Runtime): boolean {
  return trust.keys.length > 0 || trust.sources() !== undefined
}

/** Who hears of the stop, and has nothing in flight. */
const NOTHING_TO_CLOSE = { close: async () => {}, cut: () => {} }

/** Opens the parts of a service on its runtime; when one cannot be opened, what was opened before is closed again. */
export async function openedOn<T>(runtime: Runtime, open: () => Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (error) {
    await closeWithinASecond(runtime)
    throw error
  }
}

/** Why a start failed is not held back by a store that does not let itself be closed. */
async function closeWithinASecond(runtime: Runtime): Promise<void> {
  const late = new AbortController()
  await Promise.race([runtime.close(), delay(1000, undefined, { signal: late.signal }).catch(() => {})])
  late.abort()
}
