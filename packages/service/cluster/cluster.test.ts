import { openMemoryEngine } from '@countersign/stores/memory'
import { type StoreEngine, StoreUnavailable } from '@countersign/stores/ports'
import { eventually } from '@countersign/testing/time/eventually'
import { describe, expect, it } from 'vitest'
import { type Cluster, openCluster } from './cluster.ts'
import { ownFigures } from './own-figures.ts'

/** Some processes on one store, which go by a clock that the test turns. */
function processes() {
  const clock = { ms: 1_800_000_000_000 }
  const engine = openMemoryEngine({ now: () => clock.ms })
  const warnings: unknown[] = []
  const start = (instance: string, on: Pick<StoreEngine, 'instances' | 'shared'> = engine) => {
    const figures = ownFigures(() => clock.ms)
    figures.stop()
    const cluster = openCluster({
      engine: on,
      figures,
      service: 'verifier',
      instance,
      now: () => Math.floor(clock.ms / 1000),
      log: { warn: (facts: unknown) => void warnings.push(facts) },
    })
    return { cluster, metrics: figures.metrics }
  }
  const pass = (seconds: number) => {
    clock.ms += seconds * 1000
  }
  return { start, pass, engine, warnings }
}

const there = async ({ instances }: Cluster) => (await instances()).instances.map(({ instance }) => instance)
const gone = async ({ instances }: Cluster) =>
  (await instances()).gone.map(({ instance, how }) => `${instance} ${how}`)

describe('instances of a cluster', () => {
  it('see each other, and one that is killed is gone after twelve seconds and forgotten after ten minutes', async () => {
    const { start, pass } = processes()
    const [one, two] = [start('one').cluster, start('two').cluster]
    await one.tell()
    await two.tell()
    expect([await there(one), await there(two)]).toEqual([
      ['one', 'two'],
      ['one', 'two'],
    ])
    pass(11)
    await one.tell()
    expect(await there(one)).toEqual(['one', 'two'])
    pass(2)
    expect([await there(one), await gone(one)]).toEqual([['one'], ['two silent']])
    pass(580)
    await one.tell()
    expect(await gone(one)).toEqual(['two silent'])
    pass(8)
    expect([await there(one), await gone(one)]).toEqual([['one'], []])
  })

  it('are forgotten though nobody looks: each instance reads now and then what all told', async () => {
    const { start, pass, engine } = processes()
    await start('dead').cluster.tell()
    pass(601)
    await start('new').cluster.tell()
    expect((await engine.instances().read(Number.MAX_SAFE_INTEGER)).map(({ told }) => told)).toEqual([
      expect.stringContaining('"new"'),
    ])
  })

  it('keep their counts when one stops or is killed, and what its successor does is added and not put in its place', async () => {
    const { start, pass } = processes()
    const first = start('one')
    first.metrics.transition('verification', 'none', 'created')
    first.metrics.transition('verification', 'none', 'created')
    await first.cluster.tell()
    await first.cluster.tell()
    pass(13)
    const second = start('one')
    second.metrics.transition('verification', 'none', 'created')
    await second.cluster.tell()
    const counts = await second.cluster.counts()
    expect(counts).toMatchObject({
      instances: 2,
      since: 1_800_000_000,
      sessions: [{ kind: 'verification', entered: { created: 3 } }],
    })
    expect([await there(second.cluster), await gone(second.cluster)]).toEqual([['one'], []])
    second.metrics.transition('verification', 'created', 'verified')
    await second.cluster.stopped()
    expect((await first.cluster.counts()).sessions).toEqual([
      { kind: 'verification', entered: { created: 3, verified: 1 } },
    ])
    expect(await gone(first.cluster)).toEqual(['one stopped'])
  })

  it('say that they stop, and go on telling until they have', async () => {
    const { start } = processes()
    const { cluster } = start('one')
    await cluster.tell()
    cluster.stopping()
    await eventually('it is told', async () => (await cluster.instances()).instances[0]?.state === 'stopping')
    await cluster.tell()
    expect((await cluster.instances()).instances).toMatchObject([{ state: 'stopping', self: true }])
    await cluster.stopped()
    expect(await there(cluster)).toEqual([])
  })

  it('go on when the store is away, and nobody is told of it twice', async () => {
    const { start, warnings } = processes()
    const away = async () => {
      throw new StoreUnavailable('away')
    }
    const { cluster } = start('one', { shared: true, instances: () => ({ tell: away, read: away }) })
    await cluster.tell()
    await cluster.stopped()
    expect(warnings).toEqual([])
    await expect(cluster.instances()).rejects.toThrow(StoreUnavailable)
    await expect(cluster.counts()).rejects.toThrow(StoreUnavailable)
  })

  it('tell how far their clock is from the store, as they learnt it the time before', async () => {
    const { start, engine } = processes()
    const instances = engine.instances()
    const storeMs = 1_800_000_000_000 - 7_400
    const told = {
      ...instances,
      tell: async (...args: Parameters<typeof instances.tell>) => {
        await instances.tell(...args)
        return { storeMs }
      },
    }
    const { cluster } = start('one', { shared: true, instances: () => told })
    await cluster.tell()
    expect((await cluster.instances()).instances[0]?.clockDifferenceSeconds).toBeUndefined()
    await cluster.tell()
    expect((await cluster.instances()).instances[0]?.clockDifferenceSeconds).toBe(8)
  })
})
