/** The part that an instance takes in its cluster: it counts, tells what it counted, and shows what all told. */
import type { StoreEngine } from '@countersign/stores/ports'
import type { Logger } from '../operation/log.ts'
import type { ClusterReader } from './cluster-routes.ts'
import type { OwnFigures } from './own-figures.ts'
import { type Telling, tellInstances } from './tell-instances.ts'
import { countsView, instancesView, REMEMBERED_MS } from './view.ts'

export interface ClusterParts {
  readonly engine: Pick<StoreEngine, 'instances' | 'shared'>
  readonly figures: OwnFigures
  readonly service: string
  readonly instance: string
  /** Epoch seconds. */
  readonly now: () => number
  readonly log: Pick<Logger, 'warn'>
}

export type Cluster = Telling & ClusterReader

export function openCluster({ engine, ...parts }: ClusterParts): Cluster {
  const { shared } = engine
  const instances = engine.instances()
  const telling = tellInstances({ ...parts, instances, storeKind: shared ? 'redis' : 'memory' })
  const looking = () => ({ at: parts.now(), shared, self: telling.process })
  return {
    ...telling,
    instances: async () => instancesView(await instances.read(REMEMBERED_MS), looking()),
    counts: async () => countsView(await instances.read(REMEMBERED_MS), looking()),
  }
}
