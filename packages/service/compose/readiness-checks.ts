/** What `/readyz` asks before a service calls itself ready: its session store, its identity, its database. */
import type { Deployment } from '@countersign/keys/deployment/deployment'
import type { StoreEngine } from '@countersign/stores/ports'
import type { CheckAnswer, ReadinessCheck } from '../operation/health.ts'

const PING_MS = 1000
const IDENTITY_CHECK_MS = 3000

export function sessionsCheck(engine: Pick<StoreEngine, 'ping' | 'shared'>): ReadinessCheck {
  return {
    name: 'sessions',
    check: async (): Promise<CheckAnswer | undefined> => {
      await engine.ping(PING_MS)
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
