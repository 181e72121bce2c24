import { describe, expect, it } from 'vitest'
import { costsAtMost } from './costs-at-most.ts'
import { eventually } from './eventually.ts'
import { slownessNow } from './slowness.ts'
import { expectTook, takesAtMost } from './takes-at-most.ts'

describe('waiting for something', () => {
  it('goes on until it is there, and answers it', async () => {
    let looks = 0
    const look = () => {
      looks += 1
      if (looks === 1) throw new Error('not yet')
      return looks < 3 ? undefined : 'there'
    }
    expect(await eventually('it is there', look)).toBe('there')
    expect(looks).toBe(3)
  })
})

describe('the slowness of the machine', () => {
  it('never makes a limit stricter', () => {
    expect(slownessNow()).toBeGreaterThanOrEqual(1)
  })
})

describe('a limit', () => {
  it('on a computation is kept by one that costs little', () => costsAtMost(50, () => [1, 2, 3].join()))

  it('on a computation is broken by one that costs much more', async () => {
    await expect(costsAtMost(0.001, () => busyFor(50))).rejects.toThrow(
      /^cost \d+\.\d ms instead of 0\.001 ms x/,
    )
  })

  it('on a wait is kept by one that ends', async () => {
    expect(await takesAtMost(1000, async () => 'done')).toBe('done')
  })

  it('on a wait is broken by one that takes a hundred times as long and more', async () => {
    await expect(expectTook(1_000_000, 10)).rejects.toThrow(/^took 1000000 ms instead of 10 ms x/)
  })
})

function busyFor(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}
