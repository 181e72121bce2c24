import type { OfferPreview } from '@countersign/api/wallet/offer-exchange'
import { ok, refuse } from '@countersign/core/result'
import { describe, expect, it } from 'vitest'
import { bringBack, exchangeNamed } from './brought-back.ts'

const ID = '5a1f6a52-6f2c-4b7b-9c55-9d3b6b3f2c10'

it.each([
  ['code=c&state=5a1f6a52-6f2c-4b7b-9c55-9d3b6b3f2c10.abc-_', ID],
  [`state=${ID}`, ID],
  [`state=${ID}.a.b`, ID],
  ['state=..%2F..%2Fkeys.x', undefined],
  ['state=', undefined],
  ['state=.x', undefined],
  [`state=${ID}.a&state=${ID}.a`, undefined],
  ['code=c', undefined],
  [`state=${'a'.repeat(101)}.x`, undefined],
])('%s names an exchange or none', (query, expected) => {
  expect(exchangeNamed(query)).toBe(expected)
})

describe('the wallet whose offer it is', () => {
  const asked: string[] = []
  const answers = (statuses: Readonly<Record<string, number>>) => async (path: string) => {
    const walletId = path.split('/')[2] ?? ''
    asked.push(walletId)
    const status = statuses[walletId] ?? 404
    // Only that it came is looked at.
    return status === 200
      ? ok({ id: ID, state: 'used' } as OfferPreview)
      : refuse({ kind: 'refused', status, message: '' } as const)
  }

  it.each([
    ['the open one', { one: 200 }, ['one'], 'one'],
    ['another one', { two: 200 }, ['one', 'two'], 'two'],
    ['nobody’s', {}, ['one', 'two', 'three'], 404],
    ['one that says no', { one: 400, two: 200 }, ['one'], 400],
    ['one that cannot be asked', { one: 0, two: 200 }, ['one'], 0],
  ])('is %s', async (_name, statuses, expectedAsked, expected) => {
    asked.length = 0
    const walletIds = ['one', 'two', 'three']
    const brought = await bringBack(answers(statuses), { exchangeId: ID, query: 'code=c', walletIds })
    expect(asked).toEqual(expectedAsked)
    expect(brought.ok ? brought.value.walletId : brought.error.status).toBe(expected)
  })
})
