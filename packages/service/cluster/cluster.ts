/**
 * The part that an instance takes in its cluster: it counts, tells what it counted, and shows what all told. Counting begins with
 * the start. The rest is loaded once the service listens, since a start is mostly loading (docs/decisions/033).
 */
import type { StoreEngine } from '@countersign/stores/ports'
import type { Logger } from '../operation/log.ts'
import type { ClusterReader } from './cluster-routes.ts'
import type { OwnFigures } from './own-figures.ts'
import type { Telling } from './tell-instances.ts'

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
  const looking = async () => {
    const { telling, view } = await open()
    return { view, told: await store.read(view.REMEMBERED_MS), at: now(), shared, self: telling.process }
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
      const { view, told, ...by } = await looking()
      return view.instancesView(told, by)
    },
    counts: async () => {
      const { view, told, ...by } = await looking()
      return view.countsView(told, by)
    },
  }
}

interface Opened {
  readonly telling: Telling
  readonly view: typeof import('./view.ts')
}

async function load(
  parts: Parameters<typeof import('./tell-instances.ts').tellInstances>[0],
): Promise<Opened> {
  const [{ tellInstances }, view] = await Promise.all([import('./tell-instances.ts'), import('./view.ts')])
  return { telling: tellInstances(parts), view }
}
