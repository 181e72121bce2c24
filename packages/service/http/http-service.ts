/**
 * An HTTP service on Fastify with what all of ours share: doors, bodies within limits, errors in one shape a route,
 * standard headers, health, the API page and one log line a request. It knows no route of a service and no session.
 * A route without a door is a bug and stops the start: nothing is open by forgetting.
 */
import { randomUUID } from 'node:crypto'
import type { RequestListener, Server } from 'node:http'
import { defined } from '@countersign/core/json'
import { LARGE_BODIES } from '@countersign/core/size-limits'
import Fastify from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { DestinationStream } from 'pino'
import type { ServiceConfig } from '../config/schema.ts'
import type { SecureAddress } from '../config/secure-address.ts'
import { type Admission, admission, LOAD_DEFAULTS, type LoadLimits } from '../operation/admission.ts'
import { isAboutHealth, LIVENESS, type ReadinessCheck, readinessProbe } from '../operation/health.ts'
import { createLogger, type Logger } from '../operation/log.ts'
import type { Exposition, Metrics } from '../operation/metrics.ts'
import { StartRefused } from '../operation/start-refused.ts'
import { VERSION } from '../operation/version.ts'
import { openDoorProblem } from './access.ts'
import { admittingServer } from './admitted-requests.ts'
import { knownAddresses } from './allowed-methods.ts'
import { acceptedRequestId, type StandardHeaders, writeStandardHeaders } from './answer-headers.ts'
import { MAX_PATH_PARAMETER } from './answers/wire-errors.ts'
import { overloadTeller } from './answers-by-hand.ts'
import { basePathOf } from './base-path.ts'
import type { CallerJudge } from './callers/caller-judge.ts'
import { managementKeeper } from './callers/management-keeper.ts'
import { answerError, answerErrors } from './error-answers.ts'
import type { MountedService, Mounts } from './mounted-services.ts'
import { showApi } from './own-routes/api-page.ts'
import { countRequests, showMetrics } from './own-routes/metrics-route.ts'
import { parseQuery, readBodies } from './request-bodies.ts'
import {
  endLongAnswersAtClose,
  guardDoors,
  knowSenders,
  limitBodies,
  limitSenders,
  logRequests,
  promiseNoTls,
  standardHeaders,
} from './request-hooks.ts'
import { type KnownRoutes, knownRoutes } from './route-facts.ts'
import { type Acceptors, listenWidely } from './server/acceptors.ts'
import { unheardServer } from './server/admitting-server.ts'
import { CONNECTION_LIMITS, type ConnectionLimits, quietConnections } from './server/connections.ts'
import { type BodyPool, bodyPool, type LargeBodyLimits } from './server/large-bodies.ts'
import { senderReader } from './server/sender.ts'
import type { ServiceApp } from './service-app.ts'
import { settleRoute } from './settled-routes.ts'

/** What a service brings: its routes, its checks and its configuration. */
export interface HttpServiceOptions {
  readonly title: string
  /** Markdown, for the API page. */
  readonly description: string
  readonly config: Pick<
    ServiceConfig,
    | 'service'
    | 'mode'
    | 'webHost'
    | 'webPort'
    | 'baseUrl'
    | 'instance'
    | 'managementApiKey'
    | 'trustedProxies'
    | 'logLevel'
    | 'features'
  > &
    Partial<LoadLimits> &
    // Absent: no limit, for tests of other things.
    Partial<Pick<ServiceConfig, 'senderRequestsPerSecond' | 'senderRequestsAtOnce' | 'managementApiKeys'>>
  /** Where others of the network reach it as well. */
  readonly secure?: SecureAddress | undefined
  /** `/` is a page of the service's own; else it leads to the API page. */
  readonly ownHome?: boolean
  /** What opens the management door beside the keys of the configuration. */
  readonly judges?: readonly CallerJudge[]
  /** Milliseconds that never go back; `performance.now` when absent. */
  readonly monotonicMs?: () => number
  /** Adds the service's routes and its own plug-ins. */
  readonly routes: (app: ServiceApp) => void | Promise<void>
  /** For `/readyz`. */
  readonly checks: readonly ReadinessCheck[]
  /** True when several instances share sessions: answers then name the instance in production too. */
  readonly clustered?: boolean
  /** How long connections may take over a request; for tests. */
  readonly connectionLimits?: ConnectionLimits
  /** What large bodies may take together; for tests. */
  readonly largeBodies?: LargeBodyLimits
  /** Default: standard output. */
  readonly logTo?: DestinationStream
  /** Counts requests, and is shown at `/metrics`; absent: neither. */
  readonly metrics?: Metrics & Exposition
  /** Services below paths of this one, behind its listener. */
  readonly mounted?: readonly MountedOptions[]
}

/** A service below a path of another: `baseUrl` of its configuration is where it is. Health and figures are the other's to tell. */
export interface MountedOptions
  extends Pick<HttpServiceOptions, 'title' | 'description' | 'config' | 'routes' | 'judges'> {
  /** The first segment of its addresses below the path of the whole. */
  readonly name: string
  readonly metrics?: Metrics
}

/** A service that was built; nothing listens before `listen`. */
export interface HttpService {
  readonly app: ServiceApp
  readonly log: Logger
  /** Starts listening on `webHost`:`webPort`; answers the real port. Throws `StartRefused` for an unguarded door. */
  listen(): Promise<{ readonly port: number }>
  /** From here on `/readyz` is 503; requests are still served. */
  drain(): void
  /** Milliseconds since the last request that was not about health. */
  quietMs(): number
  /** No new connection; long answers end; resolves when requests in flight are done. */
  close(): Promise<void>
  /** Cuts what is still connected. */
  cut(): void
}

/** Builds the service ready to listen; `app.inject` works on it without listening. */
export async function createHttpService(options: HttpServiceOptions): Promise<HttpService> {
  const { config, metrics, mounted = [] } = options
  const places = admission({ ...LOAD_DEFAULTS, ...config })
  const bodies = bodyPool(options.largeBodies ?? LARGE_BODIES)
  const mounts = mounted.length === 0 ? undefined : await mountAll(mounted, options, { bodies, places })
  const log = loggerOf(options)
  const routes = knownRoutes(basePathOf(config.baseUrl))
  const own = mounts === undefined ? places : places.share('')
  metrics?.inFlight(own.inFlight)
  const built = await buildApp(options, {
    log,
    routes,
    bodies: mounts === undefined ? bodies : bodies.share(),
    serverFactory: admittingServer({
      admission: places,
      own,
      routes,
      mounts,
      metrics,
      log,
      headers: headersNamed(options),
      limits: options.connectionLimits ?? CONNECTION_LIMITS,
      maxSlowBodies: config.maxSlowBodies ?? LOAD_DEFAULTS.maxSlowBodies,
    }),
    whole: { stop: () => places.stop(), names: mounted.map(({ name }) => name) },
  })
  return serviceOf(built.app, log, options, built.state, mounts)
}

async function mountAll(
  mounted: readonly MountedOptions[],
  whole: HttpServiceOptions,
  { bodies, places }: { readonly bodies: BodyPool; readonly places: Admission },
) {
  const { mountsOf } = await import('./mounted-services.ts')
  const basePath = basePathOf(whole.config.baseUrl)
  const mount = async ({ name, metrics, ...one }: MountedOptions): Promise<MountedService> => {
    const { clustered, largeBodies, logTo, monotonicMs, secure } = whole
    const options = {
      ...one,
      ...defined({ clustered, largeBodies, logTo, monotonicMs, secure }),
      checks: [],
      tenant: name,
    }
    const routes = knownRoutes(basePathOf(one.config.baseUrl), `/${name}`)
    const own = places.share(name)
    metrics?.inFlight(own.inFlight)
    const { app, state } = await buildApp(options, {
      log: loggerOf(options),
      routes,
      bodies: bodies.share(),
      serverFactory: unheardServer,
      counted: metrics,
    })
    return {
      name,
      app,
      routes,
      places: own,
      metrics,
      lastRequestAt: () => state.lastRequestAt,
      problem: () => (state.managed ? openDoorProblem(one.config) : undefined),
      refusal: overloadTeller(routes, headersNamed(options)),
    }
  }
  return mountsOf(await Promise.all(mounted.map(mount)), basePath)
}

function loggerOf({ config, logTo, tenant }: HttpServiceOptions & { readonly tenant?: string }): Logger {
  const { service, instance, logLevel: level } = config
  return createLogger({ service, instance, tenant, level, destination: logTo })
}

interface AppParts {
  readonly log: Logger
  readonly routes: KnownRoutes
  readonly serverFactory: (handler: RequestListener) => Server
  readonly bodies: BodyPool
  /** For one that is shown elsewhere. */
  readonly counted?: Metrics | undefined
  /** Absent for a part of another service. */
  readonly whole?: { readonly stop: () => void; readonly names: readonly string[] }
}

async function buildApp(options: HttpServiceOptions, parts: AppParts) {
  const { config, metrics } = options
  const { counted = metrics, log, routes, whole } = parts
  const state: ServiceState = { draining: false, managed: false, lastRequestAt: Number.NEGATIVE_INFINITY }
  const addresses = knownAddresses()
  const urls: string[] = []
  const app = bareServer(options, parts)
  if (whole !== undefined) app.addHook('onClose', async () => whole.stop())
  readBodies(app)
  endLongAnswersAtClose(app)
  logRequests(app, log)
  if (counted !== undefined) countRequests(app, counted)
  app.decorate('maxEventStreams', config.maxEventStreams ?? LOAD_DEFAULTS.maxEventStreams)
  standardHeaders(app, headersNamed(options))
  if (options.secure !== undefined) promiseNoTls(app)
  answerErrors(app, log)
  knowSenders(app, senderReader(config.trustedProxies))
  const doors = doorConfig(options)
  const keep = managementKeeper(doors, {
    judges: options.judges ?? [],
    nowMs: options.monotonicMs ?? (() => performance.now()),
  })
  guardDoors(app, keep)
  const senders = {
    perSecond: config.senderRequestsPerSecond ?? 0,
    atOnce: config.senderRequestsAtOnce ?? 1,
  }
  limitSenders(app, senders)
  const { bodyMs } = options.largeBodies ?? LARGE_BODIES
  limitBodies(app, senders.perSecond > 0, { bodyMs, pool: parts.bodies })
  app.addHook('onRequest', (request, _reply, done) => {
    if (!isAboutHealth(request.routeOptions.url)) state.lastRequestAt = performance.now()
    done()
  })
  app.addHook('onRoute', (route) => {
    const door = settleRoute(route, addresses, routes)
    urls.push(route.url)
    if (door === 'management' && route.config?.closedWithoutKey !== true) state.managed = true
  })
  if (config.features.includes('openapi')) showApi(app, { ...options, version: VERSION, ...apiFacts(config) })
  await options.routes(app)
  if (whole !== undefined)
    addHealth(
      app,
      readinessProbe(options.checks, () => state.draining, log),
    )
  if (metrics !== undefined) showMetrics(app, metrics, { config: doors, keep })
  addresses.refuseOtherMethods(app)
  await app.ready()
  if (whole !== undefined && whole.names.length > 0)
    (await import('./mounted-services.ts')).refuseTakenNames(whole.names, urls)
  return { app, state }
}

/**
 * On loopback the name that a service has in its network counts for nothing: any neighbour may answer to it, and let it lead to
 * loopback under a page of his.
 */
function doorConfig({ config, secure }: HttpServiceOptions): HttpServiceOptions['config'] {
  return secure === undefined ? config : { ...config, baseUrl: 'http://localhost' }
}

interface ServiceState {
  draining: boolean
  /** Some route is at the management door, and the service does not start with it closed. */
  managed: boolean
  /** `performance.now()` of the last request that was not about health. */
  lastRequestAt: number
}

function serviceOf(
  app: ServiceApp,
  log: Logger,
  options: HttpServiceOptions,
  state: ServiceState,
  mounts: Mounts | undefined,
): HttpService {
  const { config } = options
  const connections = quietConnections(app.server)
  const acceptors: Acceptors[] = []
  const closeAll = async () =>
    void (await Promise.all([app, ...acceptors, ...(mounts ? [mounts] : [])].map((one) => one.close())))
  return {
    app,
    log,
    async listen() {
      const problem = state.managed ? openDoorProblem(config) : undefined
      if (problem !== undefined) throw new StartRefused(problem)
      mounts?.judge()
      const port = await listenAt(app, options, acceptors).catch(async (error: unknown) => {
        await closeAll()
        throw error
      })
      log.info({ host: config.webHost, port, baseUrl: config.baseUrl, mode: config.mode }, 'listening')
      return { port }
    },
    drain() {
      state.draining = true
    },
    quietMs: () =>
      performance.now() - Math.max(state.lastRequestAt, mounts?.lastRequestAt() ?? state.lastRequestAt),
    async close() {
      state.draining = true
      await connections.closeAround(closeAll)
    },
    cut() {
      app.server.closeAllConnections()
    },
  }
}

/** On `webHost` and, where others of the network are served, for them; `acceptors` are to be closed with the app. */
async function listenAt(
  app: ServiceApp,
  { config, connectionLimits, secure }: HttpServiceOptions,
  acceptors: Acceptors[],
): Promise<number> {
  const at = { host: config.webHost, port: config.webPort, backlog: BACKLOG }
  acceptors.push(await listenWidely(app.server, at, (options) => app.listen(options)))
  const address = app.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : config.webPort
  if (secure === undefined) return port
  const { listenSecurely } = await import('./server/secure-listener.ts')
  const { headersMs } = connectionLimits ?? CONNECTION_LIMITS
  const patience = { port, backlog: BACKLOG, handshakeTimeout: headersMs }
  acceptors.push(await listenSecurely(app.server, secure, patience))
  return port
}

function bareServer(options: HttpServiceOptions, { log, routes, serverFactory }: AppParts): ServiceApp {
  const limits = options.connectionLimits ?? CONNECTION_LIMITS
  const app = Fastify({
    logger: false,
    serverFactory,
    requestTimeout: limits.requestMs,
    rewriteUrl: ({ method = '', url = '/' }) => routes.local(method, url),
    genReqId: (request) => acceptedRequestId(request.headers['x-request-id']) ?? randomUUID(),
    routerOptions: {
      ignoreTrailingSlash: true,
      maxParamLength: MAX_PATH_PARAMETER,
      querystringParser: parseQuery,
    },
    // While it drains, a request that came over an open connection is answered, and the connection closed.
    return503OnClosing: false,
    // No hook runs for an address that cannot be decoded.
    frameworkErrors: (error, request, reply) => {
      writeStandardHeaders(request, reply, app.standardHeaders)
      answerError(error, request, reply, log)
    },
    // In place of Fastify's: `answerBrokenRequests` knows what was answered on the connection already.
    clientErrorHandler: () => {},
    schemaController: { compilersFactory: { buildValidator: noCompiler, buildSerializer: noCompiler } },
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  return app
}

/** In place of Fastify's own compilers: it would load their hundred files, and zod's are set in the next breath. */
function noCompiler(): never {
  throw new Error('schemas are compiled by zod')
}

/** As many connections may wait to be taken as the system allows (net.core.somaxconn): it lowers this to its own number. */
const BACKLOG = 65_535

function headersNamed({ config, clustered }: HttpServiceOptions): StandardHeaders {
  return config.mode === 'development' || clustered === true ? { instance: config.instance } : {}
}

function apiFacts(config: HttpServiceOptions['config']) {
  return { managementKey: config.managementApiKey !== undefined }
}

function addHealth(app: ServiceApp, probe: ReturnType<typeof readinessProbe>): void {
  const open = { schema: { hide: true }, config: { door: 'open', limited: false } } as const
  app.get('/livez', open, async () => LIVENESS)
  app.get('/readyz', open, async (_request, reply) => {
    const readiness = await probe()
    return reply.code(readiness.ready ? 200 : 503).send(readiness)
  })
}
