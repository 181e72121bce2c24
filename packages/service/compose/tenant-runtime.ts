/**
 * What one of several identities of a service stands on: the same as the service itself, narrowed to his part of it. What he is
 * given reaches nothing of another's: his part of the session store lies under his name and is sealed under keys of his, keyed
 * hashes are his alone, and a key that development makes is made for him. Who uses it cannot tell that there are others.
 */
import { sealingOf } from '@countersign/keys/deployment/sealing'
import { narrowedEngine } from '@countersign/stores/narrowed-engine'
import type { z } from 'zod'
import { logConfiguration } from '../config/redacted.ts'
import type { ServiceConfig } from '../config/schema.ts'
import { certificateWatch } from '../operation/certificate-watch.ts'
import { createLogger } from '../operation/log.ts'
import { bothMetrics } from '../operation/metrics.ts'
import { prometheusMetrics } from '../operation/prometheus.ts'
import { trustTelling } from '../trust/trust-telling.ts'
import { observedEngine } from './observed.ts'
import type { Runtime } from './runtime.ts'
import { serviceStores } from './service-stores.ts'

export interface TenantOf {
  /** a-z, 0-9 and hyphens. */
  readonly name: string
  /** His own: nothing of the service's comes in that is not in it. */
  readonly config: ServiceConfig
  /** Which of its keys only this service has. */
  readonly ownKeys: z.ZodRawShape
}

/** It is closed with the whole. */
export function tenantRuntime(whole: Runtime, { config, name, ownKeys }: TenantOf): Runtime {
  const { deployment, forTenants, now } = whole
  const log = createLogger({ ...config, tenant: name, level: config.logLevel })
  logConfiguration(log, config, ownKeys)
  const exposed = prometheusMetrics(config.service, name)
  forTenants.expose(exposed)
  // How many are in flight is told of the whole instance.
  const metrics = { ...exposed, ...bothMetrics(exposed, { ...forTenants.figures, inFlight: () => {} }) }
  const engine = observedEngine(narrowedEngine(forTenants.engine, name), metrics)
  const sealing = sealingOf(deployment.sealing, name)
  const certificates = certificateWatch(log, now)
  whole.closeAtEnd(async () => certificates.stop())
  return {
    ...whole,
    config,
    log,
    metrics,
    engine,
    certificates,
    stores: serviceStores(engine, sealing, now, metrics, config.instance),
    deployment: {
      ...deployment,
      sealing,
      signer: (purpose, options) => deployment.signer(purpose, { ...options, owner: name }),
    },
    trust: trustTelling(),
    close: async () => {},
  }
}
