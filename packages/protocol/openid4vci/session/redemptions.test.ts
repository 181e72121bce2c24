import { describe, expect, it } from 'vitest'
import type { IssuanceMessage } from './message.ts'
import { offerIssuance } from './offered.ts'
import { redemptionsUpTo } from './redemptions.ts'
import type { IssuanceSession } from './state.ts'
import { stepIssuance } from './step.ts'

const NOW = 1_800_000_000
const LASTS = 60

const offer = (max: number): IssuanceSession =>
  offerIssuance(
    {
      id: 'offer',
      promised: [{ configurationId: 'card', type: 'card', claims: {}, selectivelyDisclosable: [] }],
      txCode: undefined,
      expiresAt: NOW + 300,
      authentication: { method: 'NONE' },
      redemptions: redemptionsUpTo(max),
    },
    NOW,
  )

const asks = (sessionId: string): IssuanceMessage => ({
  type: 'redemption_requested',
  sessionId,
  lastsSeconds: LASTS,
})
const takes = (sessionId: string): IssuanceMessage => ({ type: 'redemption_taken', sessionId })

/** What came of them in turn: the codes of refusals, or how many have taken it up. */
function walked(max: number, ...steps: readonly (readonly [IssuanceMessage, number])[]) {
  let session = offer(max)
  const seen = steps.map(([message, after]) => {
    const next = stepIssuance(session, message, NOW + after)
    if (!next.ok) return next.error.code
    session = next.value
    return session.redemptions?.taken.length
  })
  return { seen, session }
}

describe('an offer that several take up', () => {
  it('has a place for each who says yes, until it is full', () => {
    expect(walked(2, [asks('a'), 0], [asks('b'), 0], [asks('c'), 0]).seen).toEqual([0, 0, 'offer_taken'])
  })

  it('keeps one place for one, however often he asks', () => {
    const { seen, session } = walked(2, [asks('a'), 0], [asks('a'), 1], [asks('b'), 1])
    expect([seen, session.redemptions?.pending.length]).toEqual([[0, 0, 0], 2])
  })

  it('gives the place of who does not come to the next', () => {
    expect(walked(1, [asks('a'), 0], [asks('b'), LASTS - 1], [asks('b'), LASTS]).seen).toEqual([
      0,
      'offer_taken',
      0,
    ])
  })

  it('counts who comes for his token once, and ends with the last without what it promised', () => {
    const { seen, session } = walked(
      2,
      [asks('a'), 0],
      [takes('a'), 1],
      [takes('a'), 2],
      [asks('b'), 3],
      [takes('b'), 4],
      [takes('b'), 5],
      [asks('a'), 6],
      [asks('c'), 7],
    )
    expect(seen).toEqual([0, 1, 1, 1, 2, 2, 2, 'offer_taken'])
    expect(session).toMatchObject({ state: 'closed', reason: 'redeemed' })
    expect(session).not.toHaveProperty('promised')
    expect(session.events.at(-1)).toMatchObject({ type: 'closed', detail: 'redeemed' })
  })

  it('takes who comes late as long as there is room, and refuses him where his place is another’s', () => {
    expect(walked(1, [asks('a'), 0], [takes('a'), LASTS + 1]).seen).toEqual([0, 1])
    expect(walked(1, [asks('a'), 0], [asks('b'), LASTS], [takes('a'), LASTS + 1]).seen).toEqual([
      0,
      0,
      'offer_taken',
    ])
  })

  it('is over with its time, and is no offer for one', () => {
    expect(walked(2, [asks('a'), 300], [takes('a'), 300]).seen).toEqual(['offer_expired', 'offer_expired'])
    const { redemptions: _none, ...single } = offer(2)
    expect(stepIssuance(single, asks('a'), NOW)).toMatchObject({ error: { code: 'not_authorizable' } })
    expect(stepIssuance(offer(2), { ...CODE, configurationIds: ['card'] }, NOW)).toMatchObject({
      error: { code: 'not_authorizable' },
    })
  })
})

const CODE = {
  type: 'code_requested',
  authorizationId: 'authorization',
  clientId: 'wallet',
  redirectUri: 'https://wallet.example/back',
  codeChallenge: 'challenge',
  namesCredentials: false,
  codeTtlSeconds: LASTS,
} as const
