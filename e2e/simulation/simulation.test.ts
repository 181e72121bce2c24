/**
 * Hundreds of histories of a small deployment: instances that crash, a store on a bad line, a status list that is away,
 * wallets that ask twice, people who steal, and strangers who answer what was meant for others. `COUNTERSIGN_SEED=n` runs
 * that seed alone and prints all of it; `COUNTERSIGN_SEEDS=n` runs so many, from `COUNTERSIGN_FIRST_SEED` on.
 */
import { describe, expect, it } from 'vitest'
import { createDeployment } from './deployment.ts'
import { faultKinds } from './faults.ts'
import type { Flaw } from './simulated-store.ts'
import { type Simulated, simulate } from './simulation.ts'

const SEEDS = Number(process.env['COUNTERSIGN_SEEDS'] ?? 600)
const FIRST = Number(process.env['COUNTERSIGN_FIRST_SEED'] ?? 1)
const TAIL = 80
const deployment = await createDeployment()
const wanted = process.env['COUNTERSIGN_SEED']

if (wanted !== undefined) {
  it(`every invariant holds in history ${wanted}`, async () => {
    const simulated = await simulate(Number(wanted), { deployment })
    console.log(simulated.history.join('\n'))
    expect(simulated.violations).toEqual([])
  })
} else {
  describe('a deployment on one shared store', () => {
    it('keeps every invariant, and every promise to the honest, in every history', async () => {
      const all: Counted[] = []
      for (let seed = FIRST; seed < FIRST + SEEDS; seed += 1) all.push(await sound(seed))
      // A simulation in which nothing goes wrong says nothing.
      for (const kind of faultKinds)
        expect(
          total(all, ({ faults }) => faults[kind]),
          kind,
        ).toBeGreaterThan(SEEDS)
      expect(total(all, ({ store }) => store.conflicts)).toBeGreaterThan(SEEDS)
      expect(total(all, ({ store }) => store.gaveUp)).toBeGreaterThan(SEEDS)
      expect(total(all, ({ store }) => store.lateWrites)).toBeGreaterThan(SEEDS / 2)
      expect(total(all, ({ store }) => store.truthfulRetries)).toBeGreaterThan(SEEDS / 2)
      expect(total(all, ({ promises }) => promises)).toBeGreaterThan(SEEDS)
      expect(total(all, ({ list }) => list.refused)).toBeGreaterThan(SEEDS)
      expect(total(all, ({ told }) => told)).toBeGreaterThan(SEEDS)
    })

    it('has one history a seed', async () => {
      for (let seed = 1; seed <= 25; seed += 1) {
        const [once, again] = [await simulate(seed, { deployment }), await simulate(seed, { deployment })]
        expect(again.history).toEqual(once.history)
        expect(again.historyHash).toBe(once.historyHash)
      }
    })

    it('has the same history with other keys', async () => {
      const others = await createDeployment()
      const [once, again] = [await simulate(7, { deployment }), await simulate(7, { deployment: others })]
      expect(again.historyHash).toBe(once.historyHash)
    })

    it('has a history of its own for each seed', async () => {
      const hashes = new Set<string>()
      for (let seed = 1; seed <= 25; seed += 1) hashes.add((await simulate(seed, { deployment })).historyHash)
      expect(hashes.size).toBe(25)
    })
  })

  /** Each flaw must be noticed by what it does to people, not only by the store's own numbers. */
  describe('a store that is not atomic', () => {
    it.each<[Flaw, readonly string[]]>([
      [
        'compareAndSet looks, then sets',
        [
          'a bearer client is told its token once',
          'one body decides, and every other is refused',
          'a response code is exchanged once, and one a session',
        ],
      ],
      [
        'create looks, then sets',
        ['one credential is given for a nonce', 'an id of the caller is taken once'],
      ],
      ['claim looks, then sets', ['a DPoP proof is accepted once']],
    ])('is noticed: %s', async (flaw, invariants) => {
      let noticed = 0
      const unbroken = new Set(invariants)
      for (let seed = 1; seed <= 150 && (unbroken.size > 0 || noticed <= 15); seed += 1) {
        const { violations } = await simulate(seed, { deployment, flaw })
        if (violations.length > 0) noticed += 1
        for (const { invariant } of violations) unbroken.delete(invariant)
      }
      expect([...unbroken]).toEqual([])
      expect(noticed).toBeGreaterThan(15)
    })
  })
}

/** What is counted of a history; of twenty thousand of them the lines would fill the memory. */
type Counted = Pick<Simulated, 'faults' | 'list' | 'promises' | 'store' | 'told'>

async function sound(seed: number): Promise<Counted> {
  const simulated = await simulate(seed, { deployment })
  const { faults, list, promises, store, told } = simulated
  if (simulated.violations.length === 0) return { faults, list, promises, store, told }
  const broken = simulated.violations.map(({ invariant, facts }) => `${invariant}: ${facts}`)
  const tail = simulated.history.slice(-TAIL)
  throw new Error([`seed ${seed}`, ...broken, `the last ${tail.length} lines:`, ...tail].join('\n'))
}

function total(all: readonly Counted[], of: (counted: Counted) => number): number {
  return all.reduce((sum, counted) => sum + of(counted), 0)
}
