/**
 * What every engine promises of `Instances`, as one suite that each adapter's test runs. A deployment has one place for it, so
 * each test starts from an empty one.
 */
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { MAX_INSTANCES } from './limits.ts'
import type { StoreEngine } from './ports.ts'
import type { StoreUnderTest } from './session-stores.contract.ts'

const KEPT_MS = 600_000

export function describeInstances(name: string, prepare: () => Promise<StoreUnderTest>): void {
  describe(`what instances tell, in ${name}`, () => {
    const opened: (() => Promise<void>)[] = []
    let store: StoreUnderTest
    let a: StoreEngine
    let b: StoreEngine
    const close = async () => {
      for (const end of opened.splice(0)) await end()
    }
    beforeEach(async () => {
      await close()
      store = await prepare()
      ;[a, b] = await store.open()
      for (const engine of new Set([a, b])) opened.push(() => engine.close())
      opened.push(() => store.close())
    })
    afterAll(close)

    const told = async (keepMs = KEPT_MS) =>
      Object.fromEntries((await b.instances().read(keepMs)).map((one) => [one.instance, one.told]))

    it('is read by every instance, and the last of each counts', async () => {
      await a.instances().tell('verifier:1', 'first')
      await b.instances().tell('issuer:1', '{"pipe":"a|b"}\nö')
      await a.instances().tell('verifier:1', 'second')
      expect(await told()).toEqual({ 'verifier:1': 'second', 'issuer:1': '{"pipe":"a|b"}\nö' })
    })

    it('grows old by the clock of the store, and telling again makes it new', async () => {
      await a.instances().tell('one', 'x')
      await b.instances().tell('two', 'y')
      await store.pass(400)
      await b.instances().tell('two', 'z')
      const ages = Object.fromEntries(
        (await a.instances().read(KEPT_MS)).map(({ instance, ageMs }) => [instance, ageMs]),
      )
      expect(ages['one']).toBeGreaterThanOrEqual(400)
      expect(ages['two']).toBeLessThan(ages['one'] ?? 0)
      expect(ages['two']).toBeGreaterThanOrEqual(0)
    })

    it('is removed by whoever reads it once it is old', async () => {
      await a.instances().tell('dead', 'x')
      await store.pass(500)
      await a.instances().tell('live', 'y')
      expect(await told(300)).toEqual({ live: 'y' })
      expect(await told()).toEqual({ live: 'y' })
    })

    it('has an end: one more than there may be is not kept, and whoever is known still is', async () => {
      const names = Array.from({ length: MAX_INSTANCES }, (_, at) => `i-${at}`)
      await Promise.all(names.map((one) => a.instances().tell(one, 'x')))
      await a.instances().tell('one-more', 'x')
      await a.instances().tell('i-0', 'again')
      const all = await told()
      expect(Object.keys(all)).toHaveLength(MAX_INSTANCES)
      expect([all['i-0'], all['one-more']]).toEqual(['again', undefined])
    })

    it('does not take what nobody tells', async () => {
      await expect(a.instances().tell('a/b', 'x')).rejects.toThrow(RangeError)
      await expect(a.instances().tell('a', 'x'.repeat(20_000))).rejects.toThrow(RangeError)
      await expect(a.instances().tell('a', '\ud800')).rejects.toThrow(RangeError)
      expect(await told()).toEqual({})
    })
  })
}
