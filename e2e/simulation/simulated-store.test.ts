import { textSessions } from '@countersign/stores/text-sessions'
import { describe, expect, it } from 'vitest'
import { type FaultKind, type Faults, openFaults } from './faults.ts'
import { seededRandom } from './random.ts'
import { type Life, openScheduler } from './scheduler.ts'
import { connectStore } from './simulated-store.ts'
import { openStoreServer } from './store-server.ts'

/** A line on which the given faults happen, one after the other, and then none. */
function world(...coming: FaultKind[]) {
  const scheduler = openScheduler(seededRandom(1), { usualMs: 1, jumpMs: 1, jumpChance: 0 })
  const server = openStoreServer(scheduler)
  const faults: Faults = {
    seen: openFaults(scheduler.random, { budget: 0, probability: noFaults }).seen,
    strikes: (kind) => coming[0] === kind && coming.shift() !== undefined,
  }
  const life: Life = { ended: false }
  const store = connectStore({ server, scheduler, faults, name: 'i1', life })
  const run = async (task: () => Promise<void>) => {
    scheduler.spawn(task)
    await scheduler.run()
  }
  return {
    scheduler,
    server,
    life,
    sessions: textSessions(store.sessions('a')),
    once: store.once('a'),
    due: store.due('a'),
    run,
  }
}

const noFaults = {
  'command lost': 0,
  'store reply lost': 0,
  'line down': 0,
  'request lost': 0,
  'response lost': 0,
  crash: 0,
  'callback refused': 0,
  'signal lost': 0,
  'callback unheard': 0,
}

describe('the simulated store', () => {
  it('creates once, replaces the expected version, and forgets in time', async () => {
    const { sessions, scheduler, run } = world()
    await run(async () => {
      expect(await sessions.create('x', 'one', 10)).toBe(true)
      expect(await sessions.create('x', 'two', 10)).toBe(false)
      expect(await sessions.compareAndSet('x', 2, 'three')).toBe(false)
      expect(await sessions.compareAndSet('x', 1, 'three')).toBe(true)
      expect(await sessions.get('x')).toEqual({ value: 'three', version: 2 })
      await scheduler.pause('later', 10_000)
      expect(await sessions.get('x')).toBeUndefined()
    })
  })

  it.each(['command lost', 'store reply lost'] as const)(
    'says what its own write did after: %s',
    async (fault) => {
      for (const operation of ['create', 'compareAndSet', 'claim'] as const) {
        const { sessions, once, server, run } = world(fault)
        await run(async () => {
          server.write('a:old', { value: Buffer.from('one'), version: 1, expiresAt: 1_000_000, writes: [] })
          const done = {
            create: () => sessions.create('new', 'one', 10),
            compareAndSet: () => sessions.compareAndSet('old', 1, 'two'),
            claim: () => once.claim('key', 10),
          }
          expect(await done[operation]()).toBe(true)
        })
      }
    },
  )

  it.each(['command lost', 'store reply lost'] as const)(
    'leases once what is due, and ends it once, after: %s',
    async (fault) => {
      const { due, scheduler, server, run } = world(fault)
      await run(async () => {
        server.due('a').put('x', 0)
        const [lease] = await due.lease(1, 1_000)
        expect(lease?.id).toBe('x')
        expect(await due.lease(1, 1_000)).toEqual([])
        await scheduler.pause('the lease is over', 2_000)
        const [again] = await due.lease(1, 1_000)
        if (lease === undefined || again === undefined) throw new Error('nothing was leased')
        expect(await due.done(lease)).toBe(false)
        expect(await due.done(again)).toBe(true)
        expect(server.dueSize()).toBe(0)
      })
    },
  )

  it('gives up when the line is down, and the write may be there', async () => {
    const { sessions, run } = world('line down')
    await run(async () => {
      await expect(sessions.create('x', 'one', 10)).rejects.toMatchObject({ name: 'StoreUnavailable' })
    })
  })

  it('applies what had left before the crash, and answers nobody', async () => {
    const { sessions, scheduler, server, life } = world()
    Object.defineProperty(life, 'ended', { get: () => server.commits.length > 0 })
    let answered = false
    void sessions.create('x', 'one', 10).then(() => {
      answered = true
    })
    await scheduler.run()
    expect(server.commits).toHaveLength(1)
    expect(answered).toBe(false)
  })
})

describe('the scheduler', () => {
  it('says so when a task waits for what nobody does', async () => {
    const { run } = world()
    await expect(run(() => new Promise<void>(() => undefined))).rejects.toThrow('nobody does')
  })

  it('ends with the failure of a task', async () => {
    const { run } = world()
    await expect(run(() => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug')
  })
})
