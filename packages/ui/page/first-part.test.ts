import { describe, expect, it } from 'vitest'
import { partAt } from './first-part.ts'

const part = (name: string) => ({ preload: async () => name })
const PARTS = {
  '/verify': part('ask'),
  '/verify/:id': part('request'),
  '/verify/:id/result': part('result'),
}

describe('the part at an address', () => {
  it.each([
    ['/verify', 'ask'],
    ['/verify/a', 'request'],
    ['/verify/urn%3Aa', 'request'],
    ['/verify/a/result', 'result'],
    ['/verify/a/return', undefined],
    ['/', undefined],
    ['/verify/a/result/more', undefined],
  ])('%s: %s', async (address, name) => {
    expect(await partAt(PARTS, address)?.preload()).toBe(name)
  })
})
