import { describe, expect, it } from 'vitest'
import { AUTHORIZATION_CODE } from '../../oauth/grants/authorization-code.ts'
import { PRE_AUTHORIZED_CODE } from '../../oauth/grants/pre-authorized-code.ts'
import { REFRESH_TOKEN } from '../../oauth/grants/refresh-token.ts'
import { TOKEN_RETRY_SECONDS } from './authorized.ts'
import { grantedTo } from './issued.ts'
import type { IssuanceMessage, RefreshTokenFacts, TokenRequested } from './message.ts'
import { offerIssuance } from './offered.ts'
import type { IssuanceSession } from './state.ts'
import { stepIssuance } from './step.ts'

const START = 1000
const GRANTED = START + 10
const REFRESH_TTL = 10_000
const END = GRANTED + REFRESH_TTL

const offered = offerIssuance(
  {
    id: 's',
    promised: [
      { configurationId: 'pid', type: 'urn:pid', claims: { name: 'Castafiore' }, selectivelyDisclosable: [] },
    ],
    txCode: undefined,
    expiresAt: START + 300,
  },
  START,
)

const first = (
  change: { senderKey?: string | undefined; refreshTtlSeconds?: number | undefined } = {},
): TokenRequested => ({
  type: 'token_requested',
  grantType: PRE_AUTHORIZED_CODE,
  txCode: 'none',
  senderKey: 'key-1',
  tokenTtlSeconds: 600,
  refreshTtlSeconds: REFRESH_TTL,
  ...change,
})

const refresh = (
  generation: number,
  change: Partial<TokenRequested<RefreshTokenFacts>> = {},
): TokenRequested => ({
  type: 'token_requested',
  grantType: REFRESH_TOKEN,
  generation,
  binding: 'right',
  senderKey: 'key-1',
  tokenTtlSeconds: 600,
  ...change,
})

const issue = (answerId: string): IssuanceMessage => ({
  type: 'credential_issued',
  configurationId: 'pid',
  senderKey: 'key-1',
  holderKey: 'holder',
  answerId,
})

function after(session: IssuanceSession, message: IssuanceMessage, now = GRANTED): IssuanceSession {
  const result = stepIssuance(session, message, now)
  if (!result.ok) throw new Error(result.error.code)
  return result.value
}

function outcome(session: IssuanceSession, message: IssuanceMessage, now = GRANTED + 700): string {
  const result = stepIssuance(session, message, now)
  if (!result.ok) return result.error.code
  return result.value === session ? 'unchanged' : `${result.value.state}: ${result.value.events.at(-1)?.type}`
}

const granted = after(offered, first())
const completed = after(granted, issue('one'))
const NOW = GRANTED + 700
const once = after(completed, refresh(0), NOW)
const twice = after(once, refresh(1), NOW + 100)
const bearer = after(offered, first({ senderKey: undefined }))
const brief = after(offered, first({ refreshTtlSeconds: undefined }))

describe('a refresh token', () => {
  it.each<[string, IssuanceSession, TokenRequested, number, string]>([
    ['makes a token good again', granted, refresh(0), NOW, 'token_issued: token_refreshed'],
    ['after everything was issued', completed, refresh(0), NOW, 'token_issued: token_refreshed'],
    ['the next one too', once, refresh(1), NOW + 100, 'token_issued: token_refreshed'],
    ['at the last moment of its family', completed, refresh(0), END - 1, 'token_issued: token_refreshed'],
    ['after the end of its family', completed, refresh(0), END, 'refresh_over'],
    ['with another key', completed, refresh(0, { senderKey: 'key-2' }), NOW, 'wrong_sender_key'],
    ['without its key', completed, refresh(0, { senderKey: undefined }), NOW, 'wrong_sender_key'],
    ['as another client', completed, refresh(0, { binding: 'wrong_client' }), NOW, 'code_not_yours'],
    ['once more, when the answer was lost', once, refresh(0), NOW + TOKEN_RETRY_SECONDS - 1, 'unchanged'],
    ['once more, too late', once, refresh(0), NOW + TOKEN_RETRY_SECONDS, 'closed: closed'],
    [
      'once more, when something was issued since',
      after(once, issue('two'), NOW),
      refresh(0),
      NOW + 5,
      'completed: token_revoked',
    ],
    ['that was used twice before', twice, refresh(0), NOW + 101, 'closed: closed'],
    [
      'that was used before, with another key',
      twice,
      refresh(0, { senderKey: 'key-2' }),
      NOW + 101,
      'wrong_sender_key',
    ],
    ['that is not there yet', once, refresh(7), NOW + 5, 'closed: closed'],
    ['of a token that no key is bound to', bearer, refresh(0, { senderKey: undefined }), NOW, 'refresh_over'],
    ['where there is none', brief, refresh(0), NOW, 'refresh_over'],
    ['before there is a token', offered, refresh(0), GRANTED, 'refresh_over'],
    [
      'after the token was given back',
      after(granted, { type: 'token_revoked' }),
      refresh(0),
      NOW,
      'session_closed',
    ],
    [
      'after it was given back, when all was issued',
      after(completed, { type: 'token_revoked' }),
      refresh(0),
      NOW,
      'refresh_over',
    ],
  ])('%s', (_name, session, message, now, expected) => {
    expect(outcome(session, message, now)).toBe(expected)
  })

  it('gives everything once more, for as long as the token lives or the family', () => {
    expect(outcome(once, issue('two'), NOW + 5)).toBe('completed: completed')
    expect(once).toMatchObject({ grant: { issuedAt: NOW, expiresAt: NOW + 600 }, issued: {} })
    expect(after(completed, refresh(0), END - 5)).toMatchObject({ grant: { expiresAt: END } })
  })

  it('keeps the claims while it may be used, and no longer', () => {
    const says = (session: IssuanceSession) => JSON.stringify(session).includes('Castafiore')
    expect([completed, once].map(says)).toEqual([true, true])
    expect(says(after(brief, issue('one')))).toBe(false)
    expect(says(after(twice, refresh(0), NOW + 101))).toBe(false)
    expect(says(after(completed, { type: 'token_revoked' }))).toBe(false)
  })

  it('does not make a code good again', () => {
    const code = { grantType: AUTHORIZATION_CODE, authorizationId: 'a', binding: 'right' } as const
    expect(outcome(once, { ...first(), ...code } as TokenRequested, NOW + 5)).toBe('code_spent')
  })
})

describe('a token that is given back', () => {
  it.each<[string, IssuanceSession, number, string]>([
    ['ends what is owed', granted, GRANTED + 5, 'closed: closed'],
    ['is worth nothing when all was issued', completed, GRANTED + 5, 'completed: token_revoked'],
    ['can be given back while it can be refreshed', completed, END - 1, 'completed: token_revoked'],
    ['is worth nothing anyway', completed, END, 'unchanged'],
    ['is not there yet', offered, GRANTED, 'unchanged'],
    ['was given back', after(completed, { type: 'token_revoked' }), GRANTED + 6, 'unchanged'],
    [
      'was given back before anything was issued',
      after(granted, { type: 'token_revoked' }),
      GRANTED + 6,
      'unchanged',
    ],
  ])('%s', (_name, session, now, expected) => {
    expect(outcome(session, { type: 'token_revoked' }, now)).toBe(expected)
  })

  it('is refused from then on', () => {
    expect(grantedTo(after(completed, { type: 'token_revoked' }), 'key-1', GRANTED + 1)).toMatchObject({
      ok: false,
    })
  })
})
