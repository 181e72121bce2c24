/**
 * What a service stands on, opened from its configuration: the session engine, the deployment's identity, a clock and
 * a log. Each service's `main.ts` begins here and puts its own parts on top; this and they are the only places where
 * a port meets its adapter. A service that cannot start says why in one sentence (`StartRefused`).
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Signer } from '@countersign/crypto/engine'
import { type Deployment, openDeployment } from '@countersign/keys/deployment/deployment'
import {
  directoryShelf,
  type IdentityShelf,
  layeredShelf,
  sharedShelf,
} from '@countersign/keys/deployment/identity-store'
import { openMemoryEngine } from '@countersign/stores/memory'
import type { SessionStore, Signals, StoreEngine } from '@countersign/stores/ports'
import { sealedSessions } from '@countersign/stores/sealed'
import { type Certificate, parsePemCertificates, parseX5cEntry } from '@countersign/x509/certificate'
import type { ServiceConfig, SessionsSetting } from '../config/schema.ts'
import { createHttpService, type ServiceApp } from '../http/http-service.ts'
import { type CertificateWatch, certificateWatch } from '../operation/certificate-watch.ts'
import type { CheckAnswer, ReadinessCheck } from '../operation/health.ts'
import { gracefulStop } from '../operation/lifecycle.ts'
import { createLogger, type Logger } from '../operation/log.ts'
import type { SessionKind } from '../operation/metrics.ts'
import { type PrometheusMetrics, prometheusMetrics } from '../operation/prometheus.ts'
import { StartRefused } from '../operation/start-refused.ts'
import { observedCreations, observedEngine, observedSigner } from './observed.ts'

/** A service that listens. `close` drains, lets requests in flight end and closes the stores; it may be called twice. */
export interface RunningService {
  readonly name: string
  /** Where it listens, e.g. `http://localhost:7003`. */
  readonly url: string
  /** Its configuration, for announcements at start. */
  readonly config: ServiceConfig
  close(): Promise<void>
}

export interface StepPorts<T> {
  readonly sessions: SessionStore<T>
  readonly signals: Signals
  readonly observe: (before: T, after: T) => void
}

export interface Runtime {
  readonly config: ServiceConfig
  readonly log: Logger
  readonly metrics: PrometheusMetrics
  readonly engine: StoreEngine
  readonly deployment: Deployment
  /** Trust anchors of the development CA; none in production. */
  readonly developmentAnchors: readonly Certificate[]
  /** Those of the development IACA, for mdocs. */
  readonly developmentIacas: readonly Certificate[]
  /** Of the service's signers. */
  readonly certificates: CertificateWatch
  /** Where this machine keeps things; absent in production unless configured. */
  readonly dataDir?: string
  /** Epoch seconds. */
  readonly now: () => number
  /** Sessions that are stepped: their store, who watches them, and the figures of their steps. */
  sessionPorts<T extends { readonly state: string }>(kind: SessionKind, schemaVersion: number): StepPorts<T>
  /** Sessions of a namespace, sealed under the deployment secret. */
  sessions<T>(namespace: string, schemaVersion: number): SessionStore<T>
  /** What was opened for the service beside its stores; closed after the last request, before them. */
  closeAtEnd(close: () => Promise<void>): void
  close(): Promise<void>
}

export async function openRuntime(config: ServiceConfig): Promise<Runtime> {
  const log = createLogger({ service: config.service, instance: config.instance, level: config.logLevel })
  const warn = (message: string) => log.warn(message)
  const metrics = prometheusMetrics(config.service)
  const engine = observedEngine(await openEngine(config.sessions, config.keyPrefix, warn), metrics)
  const dataDir = config.dataDir ?? (config.mode === 'development' ? resolve('data') : undefined)
  const now = () => Math.floor(Date.now() / 1000)
  const opened: (() => Promise<void>)[] = []
  const certificates = certificateWatch(log, now)
  try {
    const deployment = await identity(config, engine, dataDir, now(), warn)
    if (!engine.shared) log.info('sessions are kept in this process: a second instance would not find them')
    const sessions = <T>(namespace: string, schemaVersion: number): SessionStore<T> => {
      const seal = deployment.sealing.sealer(namespace)
      return sealedSessions(engine.sessions(namespace), { seal, namespace, schemaVersion })
    }
    return {
      config,
      log,
      metrics,
      engine,
      deployment,
      developmentAnchors: deployment.developmentAnchors().map(anchorOf),
      developmentIacas: deployment.developmentIacas().map(anchorOf),
      certificates,
      ...(dataDir !== undefined && { dataDir }),
      now,
      sessions,
      sessionPorts: <T extends { readonly state: string }>(kind: SessionKind, schemaVersion: number) => ({
        sessions: observedCreations(sessions<T>(kind, schemaVersion), kind, metrics),
        signals: engine.signals(kind),
        observe: (before: T, after: T) => metrics.transition(kind, before.state, after.state),
      }),
      closeAtEnd: (close) => void opened.push(close),
      async close() {
        certificates.stop()
        for (const close of opened.splice(0)) await close().catch(() => undefined)
        await engine.close()
      },
    }
  } catch (error) {
    certificates.stop()
    await engine.close()
    throw error
  }
}

export interface ServiceParts {
  readonly title: string
  readonly description: string
  readonly routes: (app: ServiceApp) => void | Promise<void>
  /** Beside those of the session store and the identity. */
  readonly checks?: readonly ReadinessCheck[]
  /** What the service opened itself, closed before the stores. */
  readonly close?: readonly (() => Promise<void>)[]
}

/** Listens; on failure everything is closed again. */
export async function runService(runtime: Runtime, parts: ServiceParts): Promise<RunningService> {
  const { config, engine, log } = runtime
  const close = [...(parts.close ?? []), () => runtime.close()]
  try {
    const http = await createHttpService({
      title: parts.title,
      description: parts.description,
      version: '0.1.0',
      config,
      routes: parts.routes,
      checks: [
        sessionsCheck(engine),
        identityCheck(runtime.deployment),
        ...(runtime.certificates.check ? [runtime.certificates.check] : []),
        ...(parts.checks ?? []),
      ],
      clustered: engine.shared,
      metrics: runtime.metrics,
    })
    const { port } = await http.listen()
    const stop = gracefulStop({ services: [http], drainSeconds: config.drainSeconds, close, log })
    return { name: config.service, url: `http://localhost:${port}`, config, close: stop }
  } catch (error) {
    for (const closeOne of close) await closeOne().catch(() => undefined)
    throw error
  }
}

export interface SigningKey {
  /** `verifier-request`, `credential-issuer`: a key serves one purpose. */
  readonly purpose: string
  /** A reference such as `pkcs11:…`, `vault:https://…`, `aws-kms:…` or `file:…` (`keys/backends/key-reference.ts`). */
  readonly key?: string | undefined
  /** The short form of `file:…`. */
  readonly keyFile?: string | undefined
  readonly certificateFile?: string | undefined
}

/** The service's own signer: the configured one, or in development one that is made once for the deployment. */
export async function openSigner(runtime: Runtime, wanted: SigningKey): Promise<Signer> {
  const { config, deployment } = runtime
  const configuredSigner = await openConfigured(runtime, wanted)
  const configuredCertificates = wanted.certificateFile && readFile(wanted.certificateFile)
  const signer = await deployment.signer(wanted.purpose, {
    baseUrl: config.baseUrl,
    dnsNames: [],
    ...(configuredSigner && { configuredSigner }),
    ...(configuredCertificates && { configuredCertificates }),
  })
  if (!signer.ok) throw new StartRefused(`the ${wanted.purpose} key cannot be used: ${signer.error.code}`)
  if (signer.value.x5c) runtime.certificates.add(wanted.purpose, signer.value.x5c)
  return observedSigner(signer.value, wanted.purpose, runtime.metrics)
}

async function openConfigured(runtime: Runtime, wanted: SigningKey): Promise<Signer | undefined> {
  const { key, keyFile, purpose } = wanted
  if (key !== undefined && keyFile !== undefined)
    throw new StartRefused(`the ${purpose} key is given twice, as a reference and as a file`)
  if (key === undefined && !keyFile) return undefined
  const [{ openSigner: openReference }, { fileReference }] = await Promise.all([
    import('@countersign/keys/open-signer'),
    import('@countersign/keys/backends/key-reference'),
  ])
  const reference = key ?? fileReference(resolve(keyFile ?? ''))
  const opened = await openReference(reference, { allowHttp: runtime.config.mode === 'development' })
  if (!opened.ok)
    throw new StartRefused(`the ${purpose} key cannot be opened: ${JSON.stringify(opened.error)}`)
  runtime.closeAtEnd(() => opened.value.close())
  return opened.value
}

/** Anchors from a PEM file beside those of the development CA. */
export function trustAnchors(runtime: Runtime, file: string | undefined): readonly Certificate[] {
  if (file === undefined) return runtime.developmentAnchors
  const configured = parsePemCertificates(readFile(file))
  if (!configured.ok)
    throw new StartRefused(`${file} holds no readable certificates: ${configured.error.code}`)
  return [...runtime.developmentAnchors, ...configured.value]
}

async function openEngine(
  setting: SessionsSetting,
  keyPrefix: string,
  onProblem: (message: string) => void,
): Promise<StoreEngine> {
  if (setting.type === 'memory') return openMemoryEngine()
  const { openRedisEngine } = await import('@countersign/stores/redis/redis-engine')
  if ('url' in setting) return openRedisEngine({ url: setting.url, keyPrefix, onProblem })
  const [node, ...further] = setting.nodes
  if (node === undefined || further.length > 0)
    throw new StartRefused('persistence.conf: exactly one node is supported')
  const { username, password } = setting
  return openRedisEngine({
    url: `redis://${node.host}:${node.port}`,
    keyPrefix,
    onProblem,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  })
}

/** A shared store that is still starting is waited for: instances and Redis come up together. */
async function identity(
  config: ServiceConfig,
  engine: StoreEngine,
  dataDir: string | undefined,
  now: number,
  warn: (message: string) => void,
): Promise<Deployment> {
  const shelf = identityShelf(engine, dataDir, warn)
  for (let attempt = 1; ; attempt++) {
    try {
      const opened = await openDeployment({
        mode: config.mode,
        warn,
        now,
        ...(shelf && { shelf }),
        ...(config.secret !== undefined && { configuredSecret: config.secret }),
      })
      if (opened.ok) return opened.value
      throw new StartRefused(`the deployment cannot be opened: ${JSON.stringify(opened.error)}`)
    } catch (error) {
      const unavailable = error instanceof Error && error.name === 'StoreUnavailable'
      if (!unavailable || attempt >= STORE_ATTEMPTS) throw error
      if (attempt === 1) warn(`waiting for ${engine.description}`)
      await delay(500)
    }
  }
}

const STORE_ATTEMPTS = 60

function identityShelf(
  engine: StoreEngine,
  dataDir: string | undefined,
  warn: (message: string) => void,
): IdentityShelf | undefined {
  const directory = dataDir === undefined ? undefined : directoryShelf(resolve(dataDir, 'identity'))
  return engine.shared ? layeredShelf(sharedShelf(engine.sessions('deployment')), directory, warn) : directory
}

function sessionsCheck(engine: StoreEngine): ReadinessCheck {
  return {
    name: 'sessions',
    check: async (): Promise<CheckAnswer | undefined> => {
      await engine.ping(1000)
      return engine.shared
        ? undefined
        : { note: 'kept in this process: a second instance would not find them' }
    },
  }
}

const IDENTITY_CHECK_MS = 3000

/** Also puts the identity back after the shared store was emptied. A write a record, so not at every probe. */
function identityCheck(deployment: Deployment): ReadinessCheck {
  let lookedAt = Number.NEGATIVE_INFINITY
  let last: CheckAnswer | undefined
  return {
    name: 'identity',
    check: async () => {
      if (performance.now() - lookedAt < IDENTITY_CHECK_MS) return last
      const kept = await deployment.assertShared()
      lookedAt = performance.now()
      last = kept.ok ? undefined : { healthy: false, note: 'another identity is in the shared store' }
      return last
    },
  }
}

function anchorOf(der: string): Certificate {
  const parsed = parseX5cEntry(der)
  if (!parsed.ok) throw new Error(`an own trust anchor cannot be read: ${parsed.error.code}`)
  return parsed.value
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw new StartRefused(`${path} cannot be read`)
  }
}
