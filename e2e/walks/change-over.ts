/** Two instances of some services, of which one is there at a time: whoever served a step is gone at the next. */

import type { Cluster, ClusterService } from '@countersign/countersign/cluster/start-cluster'
import type { FlowOptions } from '@countersign/testing/client/flows'
import { expect } from 'vitest'
import type { Gate } from './together.ts'

export type ServiceName = ClusterService['service']

export interface TwoOfEach {
  both(service: ServiceName): readonly [ClusterService, ClusterService]
  /** Of each service one is left. Whoever is there is killed, and the other comes back; where both are, both are killed. */
  changeOver(): Promise<void>
  /** All are there. */
  bringBack(): Promise<void>
  /** For one flow: it waits at the gate, and whoever served its step before is gone by then. */
  watched(gate: Gate): Required<Pick<FlowOptions, 'before' | 'after'>>
}

export function twoOfEach(cluster: Cluster, services: readonly ServiceName[]): TwoOfEach {
  // By name, in their order.
  const killed: string[] = []
  const both = (wanted: ServiceName) => {
    const [first, second] = cluster.services.filter(({ service }) => service === wanted)
    if (first === undefined || second === undefined) throw new Error(`there are no two of ${wanted}`)
    return [first, second] as const
  }
  const change = async (service: ServiceName) => {
    const [first, second] = both(service)
    const [back, victim] = first.isRunning() ? [second, first] : [first, second]
    if (back.isRunning()) killed.push(back.name)
    await back.restart()
    await victim.kill('SIGKILL')
    killed.push(victim.name)
  }
  return {
    both,
    watched: (gate) => {
      let served: { readonly by: string; readonly killedBefore: number } | undefined
      return {
        before: async (step) => {
          await gate(step)
          if (served === undefined) return
          expect(killed.slice(served.killedBefore), `before ${step}`).toContain(served.by)
        },
        after: (_step, { instance }) => {
          served = { by: instance, killedBefore: killed.length }
        },
      }
    },
    changeOver: async () => {
      await Promise.all(services.map(change))
    },
    bringBack: async () => {
      const down = services.flatMap(both).filter((one) => !one.isRunning())
      await Promise.all(down.map((one) => one.restart()))
    },
  }
}
