/** Instances that are killed in the middle of their work, at every place there is. */
import type { KyselyPlugin } from 'kysely'
import { expect } from 'vitest'
import type { Wallet } from '../wallet.ts'

export type Moment = 'before' | 'after'

/**
 * An instance that is killed at one of its statements: just before it, or when it is done and nobody knows yet. A transaction is
 * one statement, since of one that is not ended nothing is left.
 */
export function dyingAt(wallet: Wallet, statement: number, when: Moment): Wallet {
  let seen = 0
  const count = (moment: Moment) => {
    if (moment !== when) return
    seen += 1
    if (seen >= statement) throw new Error('killed')
  }
  const plugin: KyselyPlugin = {
    transformQuery({ node }) {
      count('before')
      return node
    },
    async transformResult({ result }) {
      count('after')
      return result
    },
  }
  const { database } = wallet
  return {
    ...wallet,
    database: {
      ...database,
      db: database.db.withPlugin(plugin),
      async inTransaction(work) {
        const done = await database.inTransaction(async (transaction) => {
          const result = await work(transaction)
          count('before')
          return result
        })
        count('after')
        return done
      },
    },
  }
}

/** Tries every place to die at; answers how many there were. */
export async function diesEverywhere(
  attempt: (statement: number) => Promise<{ readonly died: boolean }>,
): Promise<number> {
  for (let statement = 1; ; statement++) {
    if (!(await attempt(statement)).died) return statement - 1
  }
}

export async function killed(work: Promise<unknown>): Promise<boolean> {
  try {
    await work
    return false
  } catch (error) {
    expect(error).toMatchObject({ message: 'killed' })
    return true
  }
}
