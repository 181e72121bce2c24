/**
 * An HTTP service on Fastify with what all of ours share: doors, bodies within limits, errors in one shape a route,
 * standard headers, health, the API page and one log line a request. It knows no route of a service and no session.
 * A route without a door is a bug and stops the start: nothing is open by forgetting.
 */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RouteOptions,
} from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { DestinationStream } from 'pino'
import type { ServiceConfig } from '../config/schema.ts'
import { type Acceptors, listenWidely } from '../operation/acceptors.ts'
import { type Admission, admission, LOAD_DEFAULTS, type LoadLimits } from '../operation/admission.ts'
import { LIVENESS, type ReadinessCheck, readinessProbe } from '../operation/health.ts'
import { createLogger, errorFacts, type Logger } from '../operation/log.ts'
import type { Exposition, Metrics } from '../operation/metrics.ts'
import { StartRefused } from '../operation/start-refused.ts'
import { tokenBuckets } from '../operation/token-buckets.ts'
import { VERSION } from '../operation/version.ts'
import {
  type Door,
  type DoorKeeper,
  managementDoor,
  managementDoorKeeper,
  openDoorProblem,
} from './access.ts'
import { admittingServers } from './admitting-server.ts'
import { type KnownAddresses, knownAddresses } from './allowed-methods.ts'
import { acceptedRequestId, type StandardHeaders, writeStandardHeaders } from './answer-headers.ts'
import {
  answerBrokenRequests,
  CONNECTION_LIMITS,
  type ConnectionLimits,
  forgivePauses,
  quietConnections,
} from './connections.ts'
import type { DescribedAnswers } from './described-answers.ts'
import { countRequests, showMetrics } from './metrics-route.ts'
import { describeApi, SWAGGER_PREFIX, showApi } from './openapi.ts'
import { type BodyKind, readBodies, requireBodyLength, requireContentType } from './request-bodies.ts'
import { type KnownRoutes, knownRoutes } from './route-facts.ts'
import { type SenderOf, senderReader, tooManyRequests } from './sender.ts'
import { addressUnknown, type ErrorShape, errorBody, type WireError, wireErrorOf } from './wire-errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Needed on every route. */
    door?: Door
    /** Default: `oauth` at the wallet's door, `management` elsewhere. */
    errors?: ErrorShape
    /**
     * Whether calls count for the token bucket of their sender: those that cost a signature or make something. Needed at
     * the doors that want no credential.
     */
    limited?: boolean
    /** Kinds of body that the route reads. Default: JSON. How large it may be, the route's own `bodyLimit` says. */
    accepts?: readonly BodyKind[]
    /** OAuth error code for a body that cannot be read or has another shape. Default: `invalid_request`. */
    malformed?: string
    /** It begins something: under load it is refused before steps of what runs. */
    begins?: boolean
    /** What the route answers, by status: for the OpenAPI document alone. */
    answers?: DescribedAnswers
  }
  interface FastifyRequest {
    /** Whom the request counts for, in limits. */
    readonly sender: string
    /** Code of the refusal that was answered, for the log line. */
    refusal?: string
  }
  interface FastifyInstance {
    /** Aborted when the listener closes: long answers end then. */
    stopping: AbortSignal
    /** Event streams that are served at a time. */
    maxEventStreams: number
    /** What every answer's headers say; for answers that are written by hand. */
    standardHeaders: StandardHeaders
  }
}

/** Fastify with zod schemas: `app.route({ method, url, schema: { body: z.object(…) }, config: { door }, handler })`. */
export type ServiceApp = FastifyInstance<
  Server,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>

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
    Partial<Pick<ServiceConfig, 'senderRequestsPerSecond' | 'senderRequestsAtOnce'>>
  /** Adds the service's routes and its own plug-ins. */
  readonly routes: (app: ServiceApp) => void | Promise<void>
  /** For `/readyz`. */
  readonly checks: readonly ReadinessCheck[]
  /** True when several instances share sessions: answers then name the instance in production too. */
  readonly clustered?: boolean
  /** How long connections may take over a request; for tests. */
  readonly connectionLimits?: ConnectionLimits
  /** Default: standard output. */
  readonly logTo?: DestinationStream
  /** Counts requests, and is shown at `/metrics`; absent: neither. */
  readonly metrics?: Metrics & Exposition
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
  const { config } = options
  const log = createLogger({
    service: config.service,
    instance: config.instance,
    level: config.logLevel,
    destination: options.logTo,
  })
  const state: ServiceState = { draining: false, managed: false, lastRequestAt: Number.NEGATIVE_INFINITY }
  const addresses = knownAddresses()
  const routes = knownRoutes()
  const places = admission({ ...LOAD_DEFAULTS, ...config })
  const app = bareServer(options, log, { routes, places })
  app.addHook('onClose', async () => places.stop())
  readBodies(app)
  endLongAnswersAtClose(app)
  logRequests(app, log)
  if (options.metrics !== undefined) countRequests(app, options.metrics)
  standardHeaders(app, options)
  answerErrors(app, log)
  knowSenders(app, senderReader(config.trustedProxies))
  guardDoors(app, managementDoorKeeper(managementDoor(config)))
  limitSenders(app, config)
  app.addHook('onRequest', async (request) => {
    if (!isAboutHealth(request)) state.lastRequestAt = performance.now()
  })
  app.addHook('onRoute', (route) => {
    if (settleRoute(route, addresses, routes) === 'management') state.managed = true
  })
  const openapi = config.features.includes('openapi')
  if (openapi) await describeApi(app, { ...options, version: VERSION, ...apiFacts(config) })
  await options.routes(app)
  addHealth(
    app,
    readinessProbe(options.checks, () => state.draining, log),
  )
  if (options.metrics !== undefined) showMetrics(app, options.metrics, config)
  if (openapi) await showApi(app)
  addresses.refuseOtherMethods(app)
  await app.ready()
  return serviceOf(app, log, config, state)
}

interface ServiceState {
  draining: boolean
  /** Some route is at the management door. */
  managed: boolean
  /** `performance.now()` of the last request that was not about health. */
  lastRequestAt: number
}

const ABOUT_HEALTH: readonly unknown[] = ['/livez', '/readyz', '/metrics']

function isAboutHealth({ routeOptions }: FastifyRequest): boolean {
  return ABOUT_HEALTH.includes(routeOptions.url)
}

function serviceOf(
  app: ServiceApp,
  log: Logger,
  config: HttpServiceOptions['config'],
  state: ServiceState,
): HttpService {
  const connections = quietConnections(app.server)
  let acceptors: Acceptors | undefined
  return {
    app,
    log,
    async listen() {
      const problem = state.managed ? openDoorProblem(config) : undefined
      if (problem !== undefined) throw new StartRefused(problem)
      const at = { host: config.webHost, port: config.webPort, backlog: BACKLOG }
      acceptors = await listenWidely(app.server, at, (options) => app.listen(options))
      const address = app.server.address()
      const port = typeof address === 'object' && address !== null ? address.port : config.webPort
      log.info({ host: config.webHost, port, baseUrl: config.baseUrl, mode: config.mode }, 'listening')
      return { port }
    },
    drain() {
      state.draining = true
    },
    quietMs: () => performance.now() - state.lastRequestAt,
    async close() {
      state.draining = true
      await connections.closeAround(async () => {
        await Promise.all([acceptors?.close(), app.close()])
      })
    },
    cut() {
      app.server.closeAllConnections()
    },
  }
}

interface AdmissionParts {
  readonly routes: KnownRoutes
  readonly places: Admission
}

function bareServer(options: HttpServiceOptions, log: Logger, parts: AdmissionParts): ServiceApp {
  const limits = options.connectionLimits ?? CONNECTION_LIMITS
  const serverOf = admittingServerOf(options, log, { ...parts, limits })
  const app = Fastify({
    logger: false,
    serverFactory: (handler) => forgivePauses(answerBrokenRequests(serverOf(handler)), limits),
    requestTimeout: limits.requestMs,
    genReqId: (request) => acceptedRequestId(request.headers['x-request-id']) ?? randomUUID(),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 2048 },
    // While it drains, a request that came over an open connection is answered, and the connection closed.
    return503OnClosing: false,
    // No hook runs for an address that cannot be decoded.
    frameworkErrors: (error, request, reply) => {
      writeStandardHeaders(request, reply, app.standardHeaders)
      answerError(error, request, reply, log)
    },
    // In place of Fastify's: `answerBrokenRequests` knows what was answered on the connection already.
    clientErrorHandler: () => {},
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  return app
}

const KEEP_ALIVE_MS = 72_000
/** As many connections may wait to be taken as the system allows (net.core.somaxconn): it lowers this to its own number. */
const BACKLOG = 65_535

function admittingServerOf(
  options: HttpServiceOptions,
  log: Logger,
  { routes, places, limits }: AdmissionParts & { readonly limits: ConnectionLimits },
) {
  const { config, metrics } = options
  return admittingServers({
    admission: places,
    routes,
    maxSlowBodies: config.maxSlowBodies ?? LOAD_DEFAULTS.maxSlowBodies,
    headers: headersNamed(options),
    log,
    onRefused: metrics && ((reason, precedence) => metrics.refused(reason, precedence)),
    timeouts: { keepAliveMs: KEEP_ALIVE_MS, ...limits },
  })
}

function apiFacts(config: HttpServiceOptions['config']) {
  return { baseUrl: config.baseUrl, managementKey: config.managementApiKey !== undefined }
}

function endLongAnswersAtClose(app: FastifyInstance<Server, IncomingMessage, ServerResponse>): void {
  const closing = new AbortController()
  app.decorate('stopping', closing.signal)
  app.addHook('preClose', async () => closing.abort())
}

/** The pattern, not the address: that has ids and codes in it. */
function logRequests(app: ServiceApp, log: Logger): void {
  app.addHook('onResponse', async (request, reply) => {
    log.info({
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      requestId: request.id,
      refusal: request.refusal,
    })
  })
}

function headersNamed({ config, clustered }: HttpServiceOptions): StandardHeaders {
  return config.mode === 'development' || clustered === true ? { instance: config.instance } : {}
}

function standardHeaders(app: ServiceApp, options: HttpServiceOptions): void {
  const headers = headersNamed(options)
  app.decorate('standardHeaders', headers)
  app.decorate('maxEventStreams', options.config.maxEventStreams ?? LOAD_DEFAULTS.maxEventStreams)
  app.addHook('onSend', async (request, reply) => {
    writeStandardHeaders(request, reply, headers)
    if (app.stopping.aborted) reply.header('connection', 'close')
  })
}

function answerErrors(app: ServiceApp, log: Logger): void {
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply, log))
  app.setNotFoundHandler((request, reply) => answer(addressUnknown, request, reply))
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply, log: Logger): void {
  const { wire, fault } = wireErrorOf(error)
  if (fault) log.error({ requestId: request.id, ...errorFacts(error) }, 'request failed')
  const { malformed } = request.routeOptions.config
  const unnamed = wire.status === 400 && wire.code === undefined && malformed !== undefined
  answer(unnamed ? { ...wire, code: malformed } : wire, request, reply)
}

function answer(wire: WireError, request: FastifyRequest, reply: FastifyReply): void {
  const { door, errors } = request.routeOptions.config
  const shape = errors ?? (door === 'wallet' ? 'oauth' : 'management')
  if (wire.refusal !== undefined) request.refusal = wire.refusal
  void reply
    .code(wire.status)
    .headers(wire.headers ?? {})
    .type('application/json; charset=utf-8')
    // Serialised here: a response schema of the route describes its success, not this.
    .serializer(JSON.stringify)
    .send(errorBody(wire, shape, request.id))
}

function guardDoors(app: ServiceApp, keepManagement: DoorKeeper): void {
  app.addHook('onRequest', async (request, reply) => {
    const { door } = request.routeOptions.config
    const refusal = door === 'management' ? keepManagement(request.headers) : undefined
    if (refusal === undefined) return undefined
    answer(refusal, request, reply)
    return reply
  })
  // Before a route's own hooks, which may ask a store, and before any of the body is read.
  app.addHook('preParsing', async (request) => {
    const { bodyLimit, config, url } = request.routeOptions
    if (!mayCarryBody(request.method) || url === undefined) return
    requireContentType(request.headers, config.accepts ?? ['json'])
    requireBodyLength(request.headers['content-length'], bodyLimit)
  })
}

function knowSenders(app: ServiceApp, senderOf: SenderOf): void {
  app.decorateRequest('sender', {
    getter() {
      return senderOf(this.raw)
    },
  })
}

/** After the doors: who has a credential is not counted. */
function limitSenders(app: ServiceApp, config: HttpServiceOptions['config']): void {
  const { senderRequestsPerSecond: perSecond = 0, senderRequestsAtOnce: atOnce = 1 } = config
  if (perSecond === 0) return
  const buckets = tokenBuckets({ perSecond, atOnce })
  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.config.limited !== true) return undefined
    const waitSeconds = buckets.take(request.sender)
    if (waitSeconds === undefined) return undefined
    answer(tooManyRequests(waitSeconds), request, reply)
    return reply
  })
}

function mayCarryBody(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD'
}

/** Gives the API page's own routes their door, and refuses to start with a route that names none. */
function settleRoute(route: RouteOptions, addresses: KnownAddresses, routes: KnownRoutes): Door {
  const ofApiPage = route.url.startsWith(SWAGGER_PREFIX)
  const door = route.config?.door ?? (ofApiPage ? 'open' : undefined)
  if (door === undefined) throw new Error(`the route ${route.url} names no door`)
  const errors = route.config?.errors ?? (door === 'wallet' ? 'oauth' : 'management')
  if (ofApiPage) return door
  settleLimits(route, door)
  addresses.add(route.url, route.method, door, errors)
  const precedence = ABOUT_HEALTH.includes(route.url) ? 'always' : route.config?.begins ? 'new' : 'running'
  routes.add(route.url, route.method, { door, errors, precedence })
  return door
}

/** A limit is chosen for each route: one for all would be that of the largest body and of the dearest call. */
function settleLimits({ method, url, bodyLimit, config }: RouteOptions, door: Door): void {
  if ([method].flat().some(mayCarryBody) && bodyLimit === undefined)
    throw new Error(`the route ${url} names no bodyLimit`)
  if (door !== 'management' && config?.limited === undefined)
    throw new Error(`the route ${url} does not say whether it is limited`)
}

function addHealth(app: ServiceApp, probe: ReturnType<typeof readinessProbe>): void {
  const open = { schema: { hide: true }, config: { door: 'open', limited: false } } as const
  app.get('/livez', open, async () => LIVENESS)
  app.get('/readyz', open, async (_request, reply) => {
    const readiness = await probe()
    return reply.code(readiness.ready ? 200 : 503).send(readiness)
  })
}
