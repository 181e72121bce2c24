/**
 * An instance tells the others of itself: soon after it listens, then every five seconds, once more when it begins to stop and
 * when it has. Nobody waits for it and nothing depends on it: what cannot be told now is told in five seconds.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { ToldFigures } from '@countersign/api/cluster/instances'
import { type Instances, StoreUnavailable } from '@countersign/stores/ports'
import { errorFacts, type Logger } from '../operation/log.ts'
import { VERSION } from '../operation/version.ts'
import type { OwnFigures } from './own-figures.ts'
import { fieldOf, type InstanceReport } from './report.ts'
import { REMEMBERED_MS } from './view.ts'

export interface TellingParts {
  readonly instances: Instances
  readonly figures: Pick<OwnFigures, 'read'>
  readonly service: string
  readonly instance: string
  readonly storeKind: ToldFigures['store']['kind']
  /** Epoch seconds. */
  readonly startedAt: number
  /** Epoch seconds. */
  readonly now: () => number
  readonly log: Pick<Logger, 'warn'>
}

export interface Telling {
  /** Random, of this process. */
  readonly process: string
  /** Tells from now on. */
  begin(): void
  /** Tells once; resolves when it is told, or cannot be. */
  tell(): Promise<void>
  stopping(): void
  /** Tells for the last time, and gives up soon. */
  stopped(): Promise<void>
}

const EVERY_MS = 5_000
/** Instances that started together need not tell together. */
const JITTER_MS = 1_000
/** The second time comes sooner: what is told of the clock was learnt by the first. */
const SECOND_MS = 1_000
const LAST_MS = 500
/** Those that are long gone are removed by whoever reads, and one in so many times each instance reads. */
const READ_EACH = 120

export function tellInstances(parts: TellingParts): Telling {
  const { instances, now, log, startedAt } = parts
  const processId = randomBytes(6).toString('base64url')
  let state: InstanceReport['state'] = 'up'
  let clockDifferenceSeconds: number | undefined
  let told = 0
  let timer: NodeJS.Timeout | undefined
  const tell = async () => {
    const report = reportOf(parts, {
      process: processId,
      startedAt,
      state,
      clockDifferenceSeconds,
    })
    const { storeMs } = await instances.tell(fieldOf(report), JSON.stringify(report))
    clockDifferenceSeconds = storeMs === undefined ? undefined : now() - Math.floor(storeMs / 1000)
    if (told % READ_EACH === 0) await instances.read(REMEMBERED_MS)
    told += 1
  }
  const tried = () =>
    tell().catch((error: unknown) => {
      if (!(error instanceof StoreUnavailable)) log.warn(errorFacts(error), 'cannot tell of this instance')
    })
  const goOn = async (): Promise<void> => {
    if (state === 'stopped') return
    await tried()
    const pause = told < 2 ? SECOND_MS : EVERY_MS + (Math.random() - 0.5) * JITTER_MS
    timer = setTimeout(() => void goOn(), pause).unref()
  }
  return {
    process: processId,
    tell: tried,
    begin: () => void goOn(),
    stopping: () => {
      state = 'stopping'
      void tried()
    },
    stopped: async () => {
      state = 'stopped'
      clearTimeout(timer)
      await Promise.race([tried(), delay(LAST_MS, undefined, { ref: false })])
    },
  }
}

type Momentary = Pick<InstanceReport, 'process' | 'startedAt' | 'state' | 'clockDifferenceSeconds'>

function reportOf(parts: TellingParts, momentary: Momentary): InstanceReport {
  const { service, instance, storeKind, figures } = parts
  const { storeLatencyMs, entered, ...reading } = figures.read()
  return {
    service,
    instance,
    version: VERSION,
    ...momentary,
    ...reading,
    store: { kind: storeKind, latencyMs: storeLatencyMs },
    entered: entered.map(({ kind, entered: states }) => ({ kind, entered: { ...states } })),
  }
}
