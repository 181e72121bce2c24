/**
 * The part that an instance takes in its cluster: it counts, tells what it counted, and shows what all told. Counting begins with
 * the start. The rest is loaded once the service listens, since a start is mostly loading (docs/decisions/033).
 */
import type { StoreEngine } from '@countersign/stores/ports'
import type { Logger } from '../operation/log.ts'
import type { ClusterReader } from './cluster-routes.ts'
import type { OwnFigures } from './own-figures.ts'
import type { Telling, TellingParts } from './tell-instances.ts'

export interface ClusterParts {
  readonly engine: Pick<StoreEngine, 'instances' | 'shared'>
  readonly figures: OwnFigures
  readonly service: string
  readonly instance: string
  /** Epoch seconds. */
  readonly now: () => number
  readonly log: Pick<Logger, 'warn'>
}

export type Cluster = Omit<Telling, 'process'> & ClusterReader

/** Whoever asks a service that just began to listen waits for nothing of this. */
const LOAD_AFTER_MS = 1_000

export function openCluster({ engine, ...parts }: ClusterParts): Cluster {
  const { shared } = engine
  const { now } = parts
  const startedAt = now()
  const store = engine.instances()
  let opened: Promise<Opened> | undefined
  let beginning: NodeJS.Timeout | undefined
  const open = () => {
    opened ??= load({ ...parts, startedAt, instances: store, storeKind: shared ? 'redis' : 'memory' })
    return opened
  }
  const heard = async ({ telling, rememberedMs }: Opened) => {
    const told = await store.read(rememberedMs)
    return [told, { at: now(), shared, self: telling.process }] as const
  }
  return {
    begin: () => {
      beginning = setTimeout(() => void open().then(({ telling }) => telling.begin()), LOAD_AFTER_MS).unref()
    },
    tell: async () => (await open()).telling.tell(),
    // Of whom nobody heard nobody has to hear that it stops.
    stopping: () => void opened?.then(({ telling }) => telling.stopping()),
    stopped: async () => {
      clearTimeout(beginning)
      await (await opened)?.telling.stopped()
    },
    instances: async () => {
      const cluster = await open()
      return cluster.instancesView(...(await heard(cluster)))
    },
    counts: async () => {
      const cluster = await open()
      return cluster.countsView(...(await heard(cluster)))
    },
  }
}

async function load(parts: TellingParts) {
  const [{ tellInstances }, { countsView, instancesView, REMEMBERED_MS }] = await Promise.all([
    import('./tell-instances.ts'),
    import('./view.ts'),
  ])
  return { telling: tellInstances(parts), countsView, instancesView, rememberedMs: REMEMBERED_MS }
}

type Opened = Awaited<ReturnType<typeof load>>
