/** A service on its runtime: listens, looks at what is due, answers for its health, and stops in good order with all of it. */
import { setTimeout as delay } from 'node:timers/promises'
import { clusterRoutes } from '../cluster/cluster-routes.ts'
import type { ServiceConfig } from '../config/schema.ts'
import type { CallerJudge } from '../http/callers/caller-judge.ts'
import { createHttpService, type MountedOptions } from '../http/http-service.ts'
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
  /** What opens the management door beside the keys of the configuration. */
  readonly judges?: readonly CallerJudge[]
  /** What is done about sessions that nobody asks for; absent: nothing. */
  readonly dueWork?: DueWork | undefined
  /** What else is done though nobody asks for it; begun when the service listens. */
  readonly alsoWorking?: ((log: Logger) => Drainable) | undefined
}

/** One of several identities of a service, below a path of its address. */
export interface TenantParts {
  readonly name: string
  readonly runtime: Runtime
  readonly parts: ServiceParts
}

/** Listens; on failure everything is closed again. `checks`: beside those of the session store and the identity. */
export async function runService(
  runtime: Runtime,
  { alsoWorking, dueWork, ...parts }: ServiceParts,
  checks: readonly ReadinessCheck[] = [],
  tenants: readonly TenantParts[] = [],
): Promise<RunningService> {
  const { cluster, config, engine, log, metrics, monotonicMs, secure } = runtime
  try {
    const sessions = sessionsCheck(engine, { monotonicMs, metrics, warn: (message) => log.warn(message) })
    const http = await createHttpService({
      ...parts,
      routes: async (app) => {
        await parts.routes(app)
        clusterRoutes(app, cluster)
        tellTrust(app, runtime)
      },
      mounted: tenants.map(mountedTenant),
      config,
      monotonicMs,
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
    const all = [
      { alsoWorking, dueWork, log },
      ...tenants.map((one) => ({ ...one.parts, log: one.runtime.log })),
    ]
    const working = all.flatMap((one) => [
      ...(one.dueWork === undefined ? [] : [startDueWork({ ...one.dueWork, log: one.log })]),
      ...(one.alsoWorking === undefined ? [] : [one.alsoWorking(one.log)]),
    ])
    const services = [http, ...working, { ...NOTHING_TO_CLOSE, drain: cluster.stopping }]
    const stop = gracefulStop({ services, drainSeconds: config.drainSeconds, close, log })
    return { name: config.service, url: `http://localhost:${port}`, config, close: stop }
  } catch (error) {
    await closeWithinASecond(runtime)
    throw error
  }
}

function mountedTenant({ name, parts, runtime }: TenantParts): MountedOptions {
  const { config, metrics } = runtime
  return {
    name,
    title: parts.title,
    description: parts.description,
    judges: parts.judges ?? [],
    config,
    metrics,
    routes: async (app) => {
      await parts.routes(app)
      tellTrust(app, runtime)
    },
  }
}

/** Whoever signs with no key of its own and believes nobody has nothing to tell. */
function tellTrust(app: ServiceApp, { config, now, trust }: Runtime): void {
  if (trust.keys.length > 0 || trust.sources() !== undefined)
    trustRoutes(app, { telling: trust, baseUrl: config.baseUrl, now })
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
