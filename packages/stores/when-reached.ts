/**
 * Instances and their stores come up together: work that needs a store at start waits for one that is still starting, for
 * half a minute unless told otherwise. A store that refuses is not waited for, and whatever else goes wrong is thrown at once.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { StoreRefuses, StoreUnavailable } from './ports.ts'

const PAUSE_MS = 500
/** Redis adds which script it ran, which is ours and says nothing to an operator. */
const WHERE_IN_A_SCRIPT = /\.? script: [0-9a-f]{40}.*$/

export interface StorePatience {
  /** Of the store, for people; without credentials. */
  readonly description: string
  /** For the operator's log. */
  readonly warn: (message: string) => void
  /** Default 30. */
  readonly waitSeconds?: number | undefined
}

/** Throws `StoreUnavailable` with what was tried, for how long and why it failed. */
export async function whenReached<T>(work: () => Promise<T>, patience: StorePatience): Promise<T> {
  const { description, warn, waitSeconds = 30 } = patience
  const giveUpAt = performance.now() + waitSeconds * 1000
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || error instanceof StoreRefuses) throw error
      if (performance.now() >= giveUpAt)
        throw new StoreUnavailable(
          `${description} did not serve within ${waitSeconds} seconds: ${innermost(error)}; ${cureOf(error)}`,
          { cause: error },
        )
      if (attempt === 1) warn(`waiting for ${description}: ${innermost(error)}`)
      await delay(PAUSE_MS)
    }
  }
}

function cureOf({ answered }: StoreUnavailable): string {
  return answered
    ? 'it has to take connections and writes, which a full one, a read-only one and a replica do not'
    : 'is it running, and is its address right?'
}

/** What the system or the server said first: the outer ones only say that it was of no use. */
function innermost(error: Error): string {
  if (error.cause instanceof AggregateError && error.cause.errors[0] instanceof Error)
    return innermost(error.cause.errors[0])
  return error.cause instanceof Error ? innermost(error.cause) : error.message.replace(WHERE_IN_A_SCRIPT, '')
}
