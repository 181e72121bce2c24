import { openMemoryEngine } from '@countersign/stores/memory'
import type { SessionStore } from '@countersign/stores/ports'
import { sessionsOverText } from '@countersign/testing/text-sessions'
import { describe, expect, it } from 'vitest'
import { listedCreations } from './listed-creations.ts'

interface Thing {
  readonly createdAt: number
}

function things(): SessionStore<Thing> {
  const kept = openMemoryEngine().sessions('things')
  return sessionsOverText<Thing>(kept)
}

describe('what was made', () => {
  it('is listed with the time of its session, once', async () => {
    const puts: unknown[] = []
    const put = async (...args: unknown[]) => void puts.push(args)
    const store = listedCreations(things(), { put })
    expect(await store.create('a', { createdAt: 1_800_000_000 }, 900)).toBe(true)
    expect(await store.create('a', { createdAt: 1_800_000_001 }, 900)).toBe(false)
    expect(await store.compareAndSet('a', 1, { createdAt: 1_800_000_000 })).toBe(true)
    expect(puts).toEqual([['a', 1_800_000_000, 900]])
    expect(await store.get('a')).toEqual({ version: 2, value: { createdAt: 1_800_000_000 } })
  })

  it('is made though the list takes for ever, or fails', async () => {
    const never = listedCreations(things(), { put: () => new Promise(() => {}) })
    expect(await never.create('a', { createdAt: 1 }, 60)).toBe(true)
    const broken = listedCreations(things(), { put: async () => Promise.reject(new Error('no list')) })
    expect(await broken.create('a', { createdAt: 1 }, 60)).toBe(true)
  })
})
