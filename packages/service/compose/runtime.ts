/**
 * What a service stands on, opened from its configuration: the session engine, the deployment's identity, a clock and
 * a log. Each service's `main.ts` begins here and puts its own parts on top; this folder and they are the only places
 * where a port meets its adapter. A service that cannot start says why in one sentence (`StartRefused`).
 */
import type { Deployment } from '@countersign/keys/deployment/deployment'
import { type EngineAddress, openEngine } from '@countersign/stores/open-engine'
import type { StoreEngine } from '@countersign/stores/ports'
import type { Certificate } from '@countersign/x509/certificate'
import type { z } from 'zod'
import { type Cluster, openCluster } from '../cluster/cluster.ts'
import { ownFigures } from '../cluster/own-figures.ts'
import { logConfiguration } from '../config/redacted.ts'
import type { ServiceConfig, SessionsSetting } from '../config/schema.ts'
import type { SecureAddress } from '../config/secure-address.ts'
import { type CertificateWatch, certificateWatch } from '../operation/certificate-watch.ts'
import { type Clock, SYSTEM_CLOCK } from '../operation/clock.ts'
import { createLogger, type Logger } from '../operation/log.ts'
import { bothMetrics, type Exposition, type Metrics } from '../operation/metrics.ts'
import { prometheusMetrics } from '../operation/prometheus.ts'
import { StartRefused } from '../operation/start-refused.ts'
import { type TrustTelling, trustTelling } from '../trust/trust-telling.ts'
import type { StartFacts } from './configure.ts'
import { openIdentity } from './deployment-identity.ts'
import { observedEngine } from './observed.ts'
import { type ServiceStores, serviceStores } from './service-stores.ts'
import { anchorOf } from './trust-anchors.ts'

export interface Runtime extends Clock {
  readonly config: ServiceConfig
  readonly log: Logger
  readonly metrics: Metrics & Exposition
  readonly engine: StoreEngine
  /** What this instance and the others of its deployment tell of themselves. */
  readonly cluster: Cluster
  /** Over the engine, sealed under the deployment secret. */
  readonly stores: ServiceStores
  readonly deployment: Deployment
  /** Trust anchors of the development CA; none in production. The same array until another generation begins. */
  readonly developmentAnchors: () => readonly Certificate[]
  /** Those of the development IACA, for mdocs. */
  readonly developmentIacas: () => readonly Certificate[]
  /** Of the service's signers. */
  readonly certificates: CertificateWatch
  /** By which keys the service signs and whom it believes, for operators. */
  readonly trust: TrustTelling
  /** Where this machine keeps things; absent in production unless configured. */
  readonly dataDir?: string | undefined
  /** Where others of the network reach the service. */
  readonly secure?: SecureAddress | undefined
  /** What a runtime of one of several identities is made of (`tenant-runtime.ts`). */
  readonly forTenants: SharedParts
  /** What was opened for the service beside its stores; closed after the last request, before them, the last one first. */
  closeAtEnd(close: () => Promise<void>): void
  close(): Promise<void>
}

export interface SharedParts {
  /** Without figures. */
  readonly engine: StoreEngine
  /** Of the instance, for the others. */
  readonly figures: Metrics
  /** Shows somebody's figures beside those of the service. */
  expose(figures: Exposition): void
}

/** `ownKeys`: those that only this service has, which say what of them is secret. */
export async function openRuntime(
  config: ServiceConfig,
  ownKeys: z.ZodRawShape = {},
  { clock = SYSTEM_CLOCK, secure }: StartFacts = {},
): Promise<Runtime> {
  const { now, monotonicMs } = clock
  const log = createLogger({ service: config.service, instance: config.instance, level: config.logLevel })
  logConfiguration(log, config, ownKeys)
  const warn = (message: string) => log.warn(message)
  const figures = ownFigures(monotonicMs)
  const exposed = prometheusMetrics(config.service)
  const tenants: Exposition[] = []
  const metrics = {
    ...exposed,
    ...bothMetrics(exposed, figures.metrics),
    text: () => textOf([exposed, ...tenants]),
  }
  const address = engineAddress(config.sessions)
  const opening = openEngine(address, { keyPrefix: config.keyPrefix, onProblem: warn, monotonicMs })
  const unobserved = await opening
  const engine = observedEngine(unobserved, metrics)
  const { dataDir } = config
  const opened: (() => Promise<void>)[] = []
  const certificates = certificateWatch(log, now)
  const { service, instance } = config
  const cluster = openCluster({ engine, figures, service, instance, now, log })
  try {
    const deployment = await openIdentity({ config, engine, dataDir, now, warn })
    if (!engine.shared) log.info('sessions are kept in this process: a second instance would not find them')
    return {
      config,
      log,
      metrics,
      engine,
      cluster,
      stores: serviceStores(engine, deployment.sealing, now, metrics, instance),
      deployment,
      developmentAnchors: parsedOnce(deployment.developmentAnchors),
      developmentIacas: parsedOnce(deployment.developmentIacas),
      certificates,
      trust: trustTelling(),
      dataDir,
      secure,
      now,
      monotonicMs,
      forTenants: {
        engine: unobserved,
        figures: figures.metrics,
        expose: (figuresOfHis) => void tenants.push(figuresOfHis),
      },
      closeAtEnd: (close) => void opened.push(close),
      async close() {
        certificates.stop()
        figures.stop()
        for (const close of opened.splice(0).toReversed()) await close().catch(() => undefined)
        await engine.close()
      },
    }
  } catch (error) {
    certificates.stop()
    figures.stop()
    await engine.close()
    throw error
  }
}

/** Few have tenants: what puts their figures together is loaded for them alone. */
async function textOf([own, ...others]: readonly [Exposition, ...Exposition[]]): Promise<string> {
  if (others.length === 0) return own.text()
  const { mergedExpositions } = await import('../operation/merged-expositions.ts')
  return mergedExpositions(await Promise.all([own, ...others].map((one) => one.text())))
}

/**
 * The same certificates, and the same array, as long as `anchors` gives the same texts: chains that were judged are remembered
 * for the very list that they were judged by.
 */
function parsedOnce(anchors: () => readonly string[]): () => readonly Certificate[] {
  let known = anchors()
  let parsed = known.map(anchorOf)
  return () => {
    const current = anchors()
    if (!isSame(current, known)) {
      known = current
      parsed = current.map(anchorOf)
    }
    return parsed
  }
}

function engineAddress(setting: SessionsSetting): EngineAddress {
  if (setting.type === 'memory' || 'url' in setting) return setting
  const { nodes, username, password } = setting
  const [node, ...further] = nodes
  if (node === undefined || further.length > 0)
    throw new StartRefused('persistence.conf: exactly one node is supported')
  return { type: 'redis', ...node, username, password }
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some === others || (some.length === others.length && some.every((one, at) => one === others[at]))
}
