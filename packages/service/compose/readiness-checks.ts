/** What `/readyz` asks before a service calls itself ready: its session store, its identity, its database. */
import type { Deployment } from '@countersign/keys/deployment/deployment'
import type { StoreEngine } from '@countersign/stores/ports'
import type { CheckAnswer, ReadinessCheck } from '../operation/health.ts'
import type { Metrics } from '../operation/metrics.ts'

const PING_MS = 1000
const IDENTITY_CHECK_MS = 3000
/** How a store forgets is changed by people. */
const EVICTION_CHECK_MS = 60_000

export interface SessionsCheckParts {
  readonly monotonicMs: () => number
  readonly metrics: Pick<Metrics, 'storeMayEvict'>
  readonly warn: (message: string) => void
}

export function sessionsCheck(
  engine: Pick<StoreEngine, 'ping' | 'shared' | 'evictionPolicy' | 'description'>,
  { monotonicMs, metrics, warn }: SessionsCheckParts,
): ReadinessCheck {
  let lookedAt = Number.NEGATIVE_INFINITY
  let policy: string | undefined
  const look = async () => {
    if (monotonicMs() - lookedAt < EVICTION_CHECK_MS) return
    lookedAt = monotonicMs()
    // A server may refuse to say; that it can be used, the ping has shown.
    const found = await engine.evictionPolicy().catch(() => undefined)
    metrics.storeMayEvict(found !== undefined)
    if (found !== undefined && found !== policy)
      warn(
        `${engine.description} drops sessions that are not over when it is full (${found}): set noeviction`,
      )
    policy = found
  }
  return {
    name: 'sessions',
    check: async (): Promise<CheckAnswer | undefined> => {
      await engine.ping(PING_MS)
      await look()
      if (policy !== undefined) return { note: 'a full store drops sessions that are not over' }
      return engine.shared
        ? undefined
        : { note: 'kept in this process: a second instance would not find them' }
    },
  }
}

/**
 * Also puts the identity back after the shared store was emptied, and lets authorities of development give way to their next
 * generation. A write a record, so not at every probe.
 */
export function identityCheck(
  deployment: Pick<Deployment, 'assertShared'>,
  monotonicMs: () => number,
): ReadinessCheck {
  let lookedAt = Number.NEGATIVE_INFINITY
  let last: CheckAnswer | undefined
  return {
    name: 'identity',
    check: async () => {
      if (monotonicMs() - lookedAt < IDENTITY_CHECK_MS) return last
      const kept = await deployment.assertShared()
      lookedAt = monotonicMs()
      last = kept.ok ? undefined : { healthy: false, note: 'another identity is in the shared store' }
      return last
    },
  }
}

export function databaseCheck(database: { ping(timeoutMs: number): Promise<void> }): ReadinessCheck {
  return {
    name: 'database',
    check: async () => {
      await database.ping(PING_MS)
      return undefined
    },
  }
}
