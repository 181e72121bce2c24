import { describe, expect, it } from 'vitest'
import { describeDue } from './due.contract.ts'
import { describeIndex } from './index.contract.ts'
import { describeInstances } from './instances.contract.ts'
import { openMemoryEngine } from './memory.ts'
import { StoreUnavailable } from './ports.ts'
import { describeStoreEngine, type StoreUnderTest } from './session-stores.contract.ts'
import { textSessions } from './text-sessions.ts'

function clock() {
  let now = 0
  const pass = async (ms: number) => {
    now += ms
  }
  return { now: () => now, pass }
}

async function oneProcess(): Promise<StoreUnderTest> {
  const { now, pass } = clock()
  const engine = openMemoryEngine({ now })
  return { open: async () => [engine, engine], pass, close: async () => {} }
}

describeStoreEngine('memory', oneProcess)
describeDue('memory', oneProcess)
describeIndex('memory', oneProcess)
describeInstances('memory', oneProcess)

describe('the memory engine', () => {
  it('says that nobody else sees it', () => {
    expect(openMemoryEngine()).toMatchObject({ shared: false, description: 'memory' })
  })

  it('throws away what expired while writing, without being asked for it', async () => {
    const { now, pass } = clock()
    const sessions = textSessions(openMemoryEngine({ now, maxEntries: 1_000 }).sessions('n'))
    for (let round = 0; round < 20; round += 1) {
      for (let index = 0; index < 500; index += 1) {
        expect(await sessions.create(`s-${round}-${index}`, 'v', 1)).toBe(true)
      }
      await pass(1_000)
    }
  })

  it('refuses new entries when it is full of live ones, and takes them again after expiry', async () => {
    const { now, pass } = clock()
    const engine = openMemoryEngine({ now, maxEntries: 2 })
    const sessions = textSessions(engine.sessions('n'))
    await sessions.create('a', 'v', 1)
    await sessions.create('b', 'v', 1)
    await expect(sessions.create('c', 'v', 1)).rejects.toThrow(StoreUnavailable)
    await expect(engine.once('n').claim('c', 1)).rejects.toThrow(StoreUnavailable)
    const due = engine.due('n')
    await due.put('a', 0)
    await due.put('b', 0)
    await expect(due.put('c', 0)).rejects.toThrow(StoreUnavailable)
    await due.put('b', 0)
    const index = engine.index('n')
    await index.put('a', 0, 1)
    await index.put('b', 0, 1)
    await expect(index.put('c', 0, 1)).rejects.toThrow(StoreUnavailable)
    expect(await sessions.compareAndSet('a', 1, 'w')).toBe(true)
    await pass(1_000)
    expect(await sessions.create('c', 'v', 1)).toBe(true)
    expect(await index.page({ createdAt: 1 }, 10)).toEqual([])
    await index.put('c', 0, 1)
  })
})
