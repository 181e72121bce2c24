import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { openMemoryEngine } from '@countersign/stores/memory'
import { type Due, StoreUnavailable } from '@countersign/stores/ports'
import { eventually } from '@countersign/testing/time/eventually'
import { takesAtMost } from '@countersign/testing/time/takes-at-most'
import { afterEach, describe, expect, it } from 'vitest'
import type { Drainable } from '../operation/lifecycle.ts'
import { createLogger } from '../operation/log.ts'
import { type DueWorkOptions, type Look, startDueWork } from './due-work.ts'

const HOUR_MS = 3_600_000
const started: Drainable[] = []

function openDue(): Due {
  return openMemoryEngine().due('things')
}

/** Lines of a log of our own. */
function recordedLog() {
  const lines: Record<string, unknown>[] = []
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) }
  return { lines, log: createLogger({ service: 'test', instance: 'i', level: 'info', destination }) }
}

function start(due: DueWorkOptions['due'], look: Look, options: Partial<DueWorkOptions> = {}): Drainable {
  const work = startDueWork({ due, look, log: recordedLog().log, everyMs: 5, leaseMs: HOUR_MS, ...options })
  started.push(work)
  return work
}

/** Counts looks by id. */
function counted(answer: (id: string, looks: number) => Promise<number | undefined> | number | undefined) {
  const looks = new Map<string, number>()
  const look: Look = async (id) => {
    looks.set(id, (looks.get(id) ?? 0) + 1)
    return answer(id, looks.get(id) ?? 0)
  }
  return { look, looks, of: (id: string) => looks.get(id) ?? 0 }
}

const never = new Promise<never>(() => {})

describe('due work', () => {
  afterEach(() => {
    for (const work of started.splice(0)) {
      work.drain()
      work.cut()
    }
  })

  it('looks at what is due until there is nothing more to do', async () => {
    const due = openDue()
    const seen = counted((_, looks) => (looks < 3 ? 20 : undefined))
    start(due, seen.look)
    await due.put('s', 0)
    await eventually('three looks', () => seen.of('s') === 3)
    await due.put('another', 0)
    await eventually('the other is looked at', () => seen.of('another') === 3)
    expect(seen.of('s')).toBe(3)
    expect(await due.lease(10, 1)).toEqual([])
  })

  it('a look says when the next one is, and that is kept', async () => {
    const due = openDue()
    const seen = counted(() => HOUR_MS)
    start(due, seen.look)
    await due.put('s', 0)
    await due.put('later', 20)
    await eventually('both are looked at', () => seen.of('later') === 1)
    expect(seen.of('s')).toBe(1)
  })

  it('more than it has hands for is looked at without waiting for the next round', async () => {
    const due = openDue()
    for (let index = 0; index < 100; index += 1) await due.put(`s-${index}`, 0)
    const seen = counted(() => undefined)
    start(due, seen.look, { atOnce: 8, everyMs: HOUR_MS })
    await eventually('all are looked at', () => seen.looks.size === 100)
    expect([...seen.looks.values()].every((looks) => looks === 1)).toBe(true)
  })

  it('two instances share the work, and nothing is looked at twice', async () => {
    const due = openDue()
    for (let index = 0; index < 200; index += 1) await due.put(`s-${index}`, 0)
    const seen = counted(async () => undefined)
    start(due, seen.look)
    start(due, seen.look)
    await eventually('all are looked at', () => seen.looks.size === 200)
    expect([...seen.looks.values()].every((looks) => looks === 1)).toBe(true)
  })

  it('one that fails stops no other, and is looked at again when its lease is over', async () => {
    const due = openDue()
    await due.put('bad', 0)
    const seen = counted((id) => (id === 'bad' ? Promise.reject(new Error('broken')) : undefined))
    start(due, seen.look, { atOnce: 1, leaseMs: 50 })
    for (let index = 0; index < 20; index += 1) await due.put(`good-${index}`, 0)
    await eventually('all others are looked at', () => seen.looks.size === 21)
    await eventually('and it again', () => seen.of('bad') > 2)
  })

  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY])('a next look in %s ms is a failure', async (inMs) => {
    const due = openDue()
    await due.put('bad', 0)
    const seen = counted((id) => (id === 'bad' ? inMs : undefined))
    start(due, seen.look, { atOnce: 1, leaseMs: 50 })
    await due.put('good', 0)
    await eventually('both are looked at', () => seen.of('good') === 1 && seen.of('bad') > 1)
  })

  it('one that never ends keeps a hand for as long as its lease, and no longer', async () => {
    const due = openDue()
    await due.put('hangs', 0)
    const seen = counted((id) => (id === 'hangs' ? never : undefined))
    start(due, seen.look, { atOnce: 1, leaseMs: 100 })
    await eventually('it hangs', () => seen.of('hangs') === 1)
    for (let index = 0; index < 5; index += 1) await due.put(`good-${index}`, 0)
    await eventually('the others are looked at', () => seen.looks.size === 6)
  })

  it('failing looks are one line a minute, however many fail', async () => {
    const due = openDue()
    for (let index = 0; index < 50; index += 1) await due.put(`s-${index}`, 0)
    const { lines, log } = recordedLog()
    let now = 0
    const time = { now: () => now, wait: () => new Promise<void>((resolve) => setTimeout(resolve, 1)) }
    const seen = counted(() => Promise.reject(new Error('broken')))
    start(due, seen.look, { log, time })
    await eventually('all fail', () => seen.looks.size === 50)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({ level: 'warn', error: 'Error', failures: 1 })
    now = 60_000
    await due.put('one-more', 0)
    await eventually('the next line', () => lines.length === 2)
    expect(lines[1]).toMatchObject({ failures: 50 })
    expect(JSON.stringify(lines)).not.toContain('s-1')
  })

  it('a store that is away is one line, asked less and less, and gone on with when it is back', async () => {
    const due = openDue()
    await due.put('s', 0)
    const { lines, log } = recordedLog()
    let away = true
    const waits: number[] = []
    const time = {
      now: () => performance.now(),
      wait: (ms: number) => {
        waits.push(ms)
        return new Promise<void>((resolve) => setTimeout(resolve, 1))
      },
    }
    const unreliable = {
      lease: (max: number, leaseMs: number) =>
        away ? Promise.reject(new StoreUnavailable('away')) : due.lease(max, leaseMs),
      done: due.done,
    }
    const seen = counted(() => undefined)
    start(unreliable, seen.look, { log, time, everyMs: 1_000 })
    await eventually('it asked often', () => waits.length > 6)
    expect(lines.map(({ level }) => level)).toEqual(['warn'])
    expect(waits.slice(0, 6)).toEqual([2_000, 4_000, 8_000, 15_000, 15_000, 15_000])
    away = false
    await eventually('it goes on', () => seen.of('s') === 1)
    expect(lines.map(({ level }) => level)).toEqual(['warn', 'info'])
    expect(waits.at(-1)).toBe(1_000)
  })

  it('the end of a look that the store did not hear is no line, and no end of the work', async () => {
    const due = openDue()
    const { lines, log } = recordedLog()
    let refused = 0
    const unreliable = {
      lease: due.lease,
      done: async (...ended: Parameters<Due['done']>) => {
        refused += 1
        if (refused === 1) throw new StoreUnavailable('away')
        return due.done(...ended)
      },
    }
    const seen = counted(() => undefined)
    start(unreliable, seen.look, { log, leaseMs: 50 })
    await due.put('s', 0)
    await eventually('it is looked at again', () => seen.of('s') === 2)
    expect(lines).toEqual([])
  })

  it('stopping leases nothing more, ends what was begun, and hands back what came in that moment', async () => {
    const due = openDue()
    await due.put('begun', 0)
    const begun = Promise.withResolvers<undefined>()
    const seen = counted(() => begun.promise)
    const work = start(due, seen.look)
    await eventually('it is begun', () => seen.of('begun') === 1)
    work.drain()
    await due.put('late', 0)
    let closed = false
    const closing = work.close().then(() => {
      closed = true
    })
    // Nothing is to happen here.
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(closed).toBe(false)
    begun.resolve(undefined)
    await closing
    expect(seen.of('late')).toBe(0)
    expect(await due.lease(10, HOUR_MS)).toMatchObject([{ id: 'late' }])
  })

  it('what the store leased in the moment of stopping is handed back at once', async () => {
    const due = openDue()
    await due.put('s', 0)
    const asked = Promise.withResolvers<void>()
    const slow = {
      lease: async (max: number, leaseMs: number) => {
        const leased = await due.lease(max, leaseMs)
        await asked.promise
        return leased
      },
      done: due.done,
    }
    const seen = counted(() => undefined)
    const work = start(slow, seen.look)
    const closing = work.close()
    asked.resolve()
    await closing
    expect(seen.of('s')).toBe(0)
    expect(await due.lease(10, HOUR_MS)).toMatchObject([{ id: 's' }])
  })

  it('a look that does not end is left to the next instance when stopping takes too long', async () => {
    const due = openDue()
    await due.put('hangs', 0)
    const seen = counted(() => never)
    const work = start(due, seen.look)
    await eventually('it hangs', () => seen.of('hangs') === 1)
    const closing = work.close()
    work.cut()
    await takesAtMost(1_000, () => closing)
  })

  it('keeps no process alive', async () => {
    const module = new URL('./due-work.ts', import.meta.url).href
    const memory = import.meta.resolve('@countersign/stores/memory')
    const program = `
      const { startDueWork } = await import(${JSON.stringify(module)})
      const { openMemoryEngine } = await import(${JSON.stringify(memory)})
      startDueWork({ due: openMemoryEngine().due('n'), look: async () => undefined, log: console })`
    await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { timeout: 60_000 })
  })
})
