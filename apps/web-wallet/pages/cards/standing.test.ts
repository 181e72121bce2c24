import { describe, expect, it } from 'vitest'
import { standingOf } from './standing.ts'

const NOW = 1_800_000_000

describe('a card', () => {
  it.each([
    ['is unlisted without a list', [], undefined, 'unlisted'],
    ['is valid by its list', ['valid'], NOW + 1, 'valid'],
    ['is valid by two lists', ['valid', 'valid'], undefined, 'valid'],
    ['is suspended by one of two', ['valid', 'suspended'], undefined, 'suspended'],
    ['is revoked, whatever another says', ['suspended', 'revoked', 'undetermined'], undefined, 'revoked'],
    ['is revoked before it has ended', ['revoked'], NOW, 'revoked'],
    ['has ended, though its list says that it counts', ['valid'], NOW, 'ended'],
    ['has ended, though nobody can say more', ['undetermined'], NOW - 1, 'ended'],
    ['is unknown where one list does not answer', ['valid', 'undetermined'], NOW + 1, 'unknown'],
    ['is suspended where the other does not answer', ['undetermined', 'suspended'], undefined, 'suspended'],
  ] as const)('%s', (_what, lists, expiresAt, standing) => {
    expect(
      standingOf(
        lists.map((status) => ({ status })),
        expiresAt,
        NOW,
      ),
    ).toBe(standing)
  })
})
