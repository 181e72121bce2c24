import { describe, expect, it } from 'vitest'
import { counts, QUIET_MS } from './guarded-press.ts'

const press = { isTrusted: true, timeStamp: 10_000, detail: 1 }

describe('a press on a decision', () => {
  it('counts once the decision was seen for half a second', () => {
    expect(counts(press, press.timeStamp - QUIET_MS, false)).toBe(true)
    expect(counts(press, press.timeStamp - QUIET_MS + 1, false)).toBe(false)
  })

  it('does not count while the page is not seen', () => {
    expect(counts(press, Number.POSITIVE_INFINITY, false)).toBe(false)
  })

  it('does not count by a key that is held down, nor by a script', () => {
    expect(counts(press, 0, true)).toBe(false)
    expect(counts({ ...press, isTrusted: false }, 0, false)).toBe(false)
  })
})
