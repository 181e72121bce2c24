/** Looks for jobs that nobody has, one at a time an instance, and deletes those whose time is over. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Drainable } from '@countersign/service/operation/lifecycle'
import { errorFacts, type Logger } from '@countersign/service/operation/log'
import type { BulkPorts, TellRefusal } from './bulk-issuer.ts'
import type { BulkShelf } from './bulk-jobs.ts'

export interface BulkWorkOptions {
  readonly issuer: BulkPorts
  readonly tell: TellRefusal
  readonly keptSeconds: number
  readonly log: Pick<Logger, 'warn'>
  /** Between two looks, in milliseconds. */
  readonly everyMs?: number | undefined
}

const EVERY_MS = 2000
const LONGEST_WAIT_MS = 15_000
const DELETE_EVERY_SECONDS = 60

/** `drain`: no new batch. What is in flight is written before `close` resolves. */
export function startBulkWork(options: BulkWorkOptions): Drainable {
  const stopping = new AbortController()
  const cutting = Promise.withResolvers<void>()
  const { columns, database } = options.issuer
  const working =
    database === undefined ? Promise.resolve() : keepWorking(options, { columns, database }, stopping.signal)
  const drain = () => stopping.abort()
  return {
    drain,
    close: () => {
      drain()
      return Promise.race([working, cutting.promise])
    },
    cut: () => cutting.resolve(),
  }
}

async function keepWorking(
  { everyMs = EVERY_MS, ...options }: BulkWorkOptions,
  shelf: BulkShelf,
  stopping: AbortSignal,
): Promise<void> {
  // A start is mostly loading, and who waits for it comes first.
  await delay(everyMs, undefined, { signal: stopping, ref: false }).catch(() => undefined)
  const { deleteOld, leaseJob } = await import('./bulk-jobs.ts')
  let failures = 0
  let deletedAt = Number.NEGATIVE_INFINITY
  while (!stopping.aborted) {
    try {
      const now = Math.floor(options.issuer.now())
      const job = await leaseJob(shelf, now)
      if (job !== undefined) await goOn({ ...options, shelf, stopping }, job)
      else if (now - deletedAt >= DELETE_EVERY_SECONDS) {
        deletedAt = now
        await deleteOld(shelf, now)
      }
      failures = 0
      if (job !== undefined) continue
    } catch (error) {
      // Its lease runs out, and then somebody goes on where it stood.
      if (failures === 0) options.log.warn(errorFacts(error), 'bulk offers wait: a store is away')
      failures += 1
    }
    const waitMs = Math.min(LONGEST_WAIT_MS, everyMs * 2 ** Math.min(failures, 10))
    await delay(waitMs, undefined, { signal: stopping, ref: false }).catch(() => undefined)
  }
}

/** Loaded with the first job: a start is mostly loading. */
async function goOn(...[work, job]: Parameters<typeof import('./offer-rows.ts').offerRows>): Promise<void> {
  const { offerRows } = await import('./offer-rows.ts')
  return offerRows(work, job)
}
