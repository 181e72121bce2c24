import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { expectTook } from '@countersign/testing/time/takes-at-most'
import { describe, expect, it } from 'vitest'
import { atEachLook, attentiveNow, LOOK_EVERY_MS } from './attentive-time.ts'
import { afterAttentive, withinTime, withTimeSignal } from './time-limit.ts'

/** Nothing else runs meanwhile. */
function beBusy(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

const late = () => new Error('late')

describe('attentive time', () => {
  it('runs while the loop looks', async () => {
    const before = attentiveNow()
    await sleep(300)
    expect(attentiveNow() - before).toBeGreaterThan(LOOK_EVERY_MS)
  })

  it('counts a pause of any length as one look', async () => {
    await sleep(2 * LOOK_EVERY_MS)
    const before = attentiveNow()
    beBusy(1_000)
    // A timer that is due by then runs after the look, which was due earlier.
    await sleep(1)
    expect(attentiveNow() - before).toBeLessThanOrEqual(2 * LOOK_EVERY_MS)
  })
})

describe('a look', () => {
  it('tells how long ago the last one was, until it is no more asked for', async () => {
    const times: number[] = []
    const end = atEachLook((ms) => times.push(ms))
    await sleep(100)
    beBusy(300)
    await sleep(100)
    end()
    const seen = times.length
    expect(Math.max(...times)).toBeGreaterThanOrEqual(290)
    expect(Math.min(...times)).toBeGreaterThan(LOOK_EVERY_MS / 2)
    await sleep(100)
    expect(times.length).toBe(seen)
  })
})

describe('a limit in attentive time', () => {
  it('ends a wait that takes longer, soon after it is over', async () => {
    const startedAt = performance.now()
    await expect(withinTime(new Promise(() => {}), 200, late)).rejects.toThrow('late')
    const took = performance.now() - startedAt
    expect(took).toBeGreaterThan(150)
    await expectTook(took, 400)
  })

  it('lets a wait that ends in time come to what it comes to', async () => {
    expect(await withinTime(sleep(10, 'answer'), 60_000, late)).toBe('answer')
    await expect(withinTime(Promise.reject(new Error('refused')), 60_000, late)).rejects.toThrow('refused')
  })

  it('is not used up by pauses of this process: an answer that lies unread is read', async () => {
    const answer = withinTime(sleep(900, 'answer'), 600, late)
    for (let turn = 0; turn < 5; turn++) {
      beBusy(250)
      await nextTurn()
    }
    expect(await answer).toBe('answer')
  })

  it('that was taken back is never over', async () => {
    let ended = false
    afterAttentive(20, () => {
      ended = true
    })()
    await sleep(150)
    expect(ended).toBe(false)
  })

  it('aborts a signal with the error of a time-out, and not after the work is done', async () => {
    const aborted = withTimeSignal(50, (signal) => sleep(60_000, undefined, { signal }))
    await expect(aborted).rejects.toMatchObject({ cause: { name: 'TimeoutError' } })
    const signal = await withTimeSignal(20, async (given) => given)
    await sleep(150)
    expect(signal.aborted).toBe(false)
  })
})
