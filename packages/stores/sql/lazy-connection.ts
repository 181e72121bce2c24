/**
 * Instances and a database server come up together: work that needs the database at start waits for one that is still
 * starting, for half a minute. Whatever else goes wrong is thrown at once.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { StoreUnavailable } from '../ports.ts'

const ATTEMPTS = 60
const PAUSE_MS = 500

/** `description` of the database, for the operator's log. */
export async function whenReached(
  work: () => Promise<unknown>,
  description: string,
  warn: (message: string) => void,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work()
      return
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || attempt >= ATTEMPTS) throw error
      if (attempt === 1) warn(`waiting for ${description}`)
      await delay(PAUSE_MS)
    }
  }
}
