import { describe, expect, it } from 'vitest'
import { AUTHORIZATION_CODE } from '../../oauth/grants/authorization-code.ts'
import { PRE_AUTHORIZED_CODE } from '../../oauth/grants/pre-authorized-code.ts'
import { TOKEN_RETRY_SECONDS } from './authorized.ts'
import { grantedTo, namesCredentials } from './issued.ts'
import type { AuthorizationCodeFacts, CodeRequested, IssuanceMessage, TokenRequested } from './message.ts'
import { offerIssuance } from './offered.ts'
import type { IssuanceSession } from './state.ts'
import { stepIssuance } from './step.ts'

const START = 1000
const EXPIRES = START + 300
const AUTHORIZED = START + 10
const CODE_TTL = 60

const offer = (method: 'NONE' | 'PWD' | undefined, ...configurationIds: string[]): IssuanceSession =>
  offerIssuance(
    {
      id: 's',
      promised: configurationIds.map((configurationId) => ({
        configurationId,
        type: `urn:${configurationId}`,
        claims: { family_name: 'Castafiore' },
        selectivelyDisclosable: [],
      })),
      txCode: undefined,
      expiresAt: EXPIRES,
      authentication: method && { method },
    },
    START,
  )

const yes = (change: Partial<CodeRequested> = {}): CodeRequested => ({
  type: 'code_requested',
  authorizationId: 'a1',
  clientId: 'wallet',
  clientKey: undefined,
  redirectUri: 'https://wallet.example/back',
  codeChallenge: 'challenge',
  senderKey: undefined,
  configurationIds: ['pid'],
  namesCredentials: false,
  codeTtlSeconds: CODE_TTL,
  ...change,
})

const no = { type: 'authorization_denied', authorizationId: 'a1' } as const satisfies IssuanceMessage

const ask = (change: Partial<TokenRequested<AuthorizationCodeFacts>> = {}): TokenRequested => ({
  type: 'token_requested',
  grantType: AUTHORIZATION_CODE,
  authorizationId: 'a1',
  binding: 'right',
  senderKey: 'key-1',
  tokenTtlSeconds: 300,
  ...change,
})

const preAuthorized: TokenRequested = {
  type: 'token_requested',
  grantType: PRE_AUTHORIZED_CODE,
  txCode: 'none',
  senderKey: 'key-1',
  tokenTtlSeconds: 300,
}

const issue: IssuanceMessage = {
  type: 'credential_issued',
  configurationId: 'pid',
  senderKey: 'key-1',
  holderKey: 'holder',
  answerId: 'answer',
}

function after(session: IssuanceSession, message: IssuanceMessage, now = AUTHORIZED): IssuanceSession {
  const result = stepIssuance(session, message, now)
  if (!result.ok) throw new Error(result.error.code)
  return result.value
}

/** What becomes of it: the refusal, `unchanged`, or state and the event that tells of it. */
function outcome(session: IssuanceSession, message: IssuanceMessage, now = AUTHORIZED + 5): string {
  const result = stepIssuance(session, message, now)
  if (!result.ok) return result.error.code
  return result.value === session ? 'unchanged' : `${result.value.state}: ${result.value.events.at(-1)?.type}`
}

const offered = offer('NONE', 'pid', 'badge')
const authorized = after(offered, yes())
const granted = after(authorized, ask())
const completed = after(granted, issue)
const bearer = after(authorized, ask({ senderKey: undefined }))
const LATE = AUTHORIZED + TOKEN_RETRY_SECONDS

describe('an offer for somebody who shows who he is', () => {
  const his = offer('PWD', 'pid')
  const shown: IssuanceMessage = { type: 'user_authenticated', method: 'PWD' }
  const known = after(his, shown)

  it.each<[string, IssuanceSession, IssuanceMessage, number, string]>([
    ['is had by him', his, yes({ authenticatedBy: 'PWD' }), AUTHORIZED, 'offered: authorized'],
    ['is not had by who showed nothing', his, yes(), AUTHORIZED, 'user_unknown'],
    [
      'is not had by who showed something else',
      his,
      yes({ authenticatedBy: 'VP_TOKEN' }),
      AUTHORIZED,
      'user_unknown',
    ],
    ['knows when he came', his, shown, AUTHORIZED, 'offered: authorization_authenticated'],
    ['knows it once', known, shown, AUTHORIZED, 'unchanged'],
    ['does not know it after its end', his, shown, EXPIRES, 'unchanged'],
    ['does not know it when it is taken', granted, shown, AUTHORIZED, 'unchanged'],
    [
      'knows that he was not let in',
      known,
      { ...no, reason: 'login_denied' },
      AUTHORIZED,
      'offered: authorization_denied',
    ],
  ])('%s', (_name, session, message, now, expected) => {
    expect(outcome(session, message, now)).toBe(expected)
  })

  it('says how he was known and why he was not let in, and keeps nothing of it in the code', () => {
    expect(known.events.at(-1)?.detail).toBe('PWD')
    expect(after(known, { ...no, reason: 'user_claims_unfit' }).events.at(-1)?.detail).toBe(
      'user_claims_unfit',
    )
    expect(after(his, yes({ authenticatedBy: 'PWD' }))).not.toHaveProperty('code.authenticatedBy')
  })
})

describe('who says yes in a browser', () => {
  it.each<[string, IssuanceSession, CodeRequested, number, string]>([
    ['has the offer', offered, yes(), AUTHORIZED, 'offered: authorized'],
    [
      'has it for everything in it',
      offered,
      yes({ configurationIds: ['pid', 'badge'] }),
      AUTHORIZED,
      'offered: authorized',
    ],
    ['says it again: nothing changes', authorized, yes(), AUTHORIZED + 5, 'unchanged'],
    [
      'comes second while the first one may come',
      authorized,
      yes({ authorizationId: 'a2' }),
      AUTHORIZED + CODE_TTL - 1,
      'offer_taken',
    ],
    [
      'comes second when the first one did not come',
      authorized,
      yes({ authorizationId: 'a2' }),
      AUTHORIZED + CODE_TTL,
      'offered: authorized',
    ],
    ['comes when it was used', granted, yes({ authorizationId: 'a2' }), AUTHORIZED + 5, 'offer_taken'],
    ['comes when all was issued', completed, yes({ authorizationId: 'a2' }), AUTHORIZED + 5, 'offer_taken'],
    ['comes when the offer is over', offered, yes(), EXPIRES, 'offer_expired'],
    [
      'asks for what is not in it',
      offered,
      yes({ configurationIds: ['pid', 'other'] }),
      AUTHORIZED,
      'not_offered',
    ],
    ['has an offer with a code of its own', offer(undefined, 'pid'), yes(), AUTHORIZED, 'not_authorizable'],
  ])('%s', (_name, session, message, now, expected) => {
    expect(outcome(session, message, now)).toBe(expected)
  })

  it('is sent back with a code that ends with the offer at the latest', () => {
    expect(authorized).toMatchObject({ code: { expiresAt: AUTHORIZED + CODE_TTL, clientId: 'wallet' } })
    expect(after(offered, yes(), EXPIRES - 5)).toMatchObject({ code: { expiresAt: EXPIRES } })
  })
})

describe('who says no', () => {
  it.each<[string, IssuanceSession, number, string]>([
    ['is written down', offered, AUTHORIZED, 'offered: authorization_denied'],
    ['when he said yes before, changes nothing', authorized, AUTHORIZED + 1, 'unchanged'],
    ['of an offer that is over, changes nothing', offered, EXPIRES, 'unchanged'],
    ['of an offer that was used, changes nothing', granted, AUTHORIZED + 5, 'unchanged'],
  ])('%s', (_name, session, now, expected) => {
    expect(outcome(session, no, now)).toBe(expected)
  })

  it('leaves the offer to whoever comes next', () => {
    expect(outcome(after(offered, no), yes({ authorizationId: 'a2' }))).toBe('offered: authorized')
  })
})

describe('who comes with the code', () => {
  const bound = after(offered, yes({ senderKey: 'key-1', clientKey: 'instance', namesCredentials: true }))

  it.each<[string, IssuanceSession, TokenRequested, number, string]>([
    ['gets the token', authorized, ask(), AUTHORIZED + 5, 'token_issued: token_issued'],
    [
      'gets it without a key',
      authorized,
      ask({ senderKey: undefined }),
      AUTHORIZED + 5,
      'token_issued: token_issued',
    ],
    ['with the key that the code names', bound, ask(), AUTHORIZED + 5, 'token_issued: token_issued'],
    ['with another key', bound, ask({ senderKey: 'key-2' }), AUTHORIZED + 5, 'wrong_sender_key'],
    ['without the key', bound, ask({ senderKey: undefined }), AUTHORIZED + 5, 'wrong_sender_key'],
    ['as another client', authorized, ask({ binding: 'wrong_client' }), AUTHORIZED + 5, 'code_not_yours'],
    [
      'from another address',
      authorized,
      ask({ binding: 'wrong_redirect_uri' }),
      AUTHORIZED + 5,
      'code_not_yours',
    ],
    [
      'with another verifier',
      authorized,
      ask({ binding: 'wrong_verifier' }),
      AUTHORIZED + 5,
      'code_not_yours',
    ],
    ['at its last moment', authorized, ask(), AUTHORIZED + CODE_TTL - 1, 'token_issued: token_issued'],
    ['too late', authorized, ask(), AUTHORIZED + CODE_TTL, 'code_expired'],
    ['of another authorization', authorized, ask({ authorizationId: 'a2' }), AUTHORIZED + 5, 'code_spent'],
    ['before anybody said yes', offered, ask(), AUTHORIZED, 'code_spent'],
    ['of the offer itself', offered, preAuthorized, AUTHORIZED, 'code_spent'],
    ['when the offer is over', authorized, ask(), EXPIRES, 'offer_expired'],
  ])('%s', (_name, session, message, now, expected) => {
    expect(outcome(session, message, now)).toBe(expected)
  })

  it('gets what was asked for, and no more of the offer', () => {
    expect(granted).toMatchObject({ configurationIds: ['pid'], promised: [{ configurationId: 'pid' }] })
    expect(granted).not.toHaveProperty('code')
    expect(after(bound, ask())).toMatchObject({
      grant: { authorizationId: 'a1', clientId: 'wallet', clientKey: 'instance', namesCredentials: true },
    })
  })
})

describe('the code once more', () => {
  it.each<[string, IssuanceSession, TokenRequested, number, string]>([
    ['with the same key: the same answer', granted, ask(), LATE - 1, 'unchanged'],
    [
      'without a key, by who knows its verifier',
      bearer,
      ask({ senderKey: undefined }),
      LATE - 1,
      'code_spent',
    ],
    [
      'with another key, by who knows its verifier',
      granted,
      ask({ senderKey: 'key-2' }),
      LATE - 1,
      'code_spent',
    ],
    ['by who knows its verifier, when all was issued', completed, ask(), LATE - 1, 'code_spent'],
    ['too late', granted, ask(), LATE, 'closed: closed'],
    ['with another verifier', granted, ask({ binding: 'wrong_verifier' }), AUTHORIZED + 5, 'closed: closed'],
    ['as another client', bearer, ask({ binding: 'wrong_client' }), AUTHORIZED + 5, 'closed: closed'],
    [
      'with another verifier, when all was issued',
      completed,
      ask({ binding: 'wrong_verifier' }),
      AUTHORIZED + 5,
      'completed: token_revoked',
    ],
    [
      'with another verifier, when the token is over',
      completed,
      ask({ binding: 'wrong_verifier' }),
      AUTHORIZED + 301,
      'code_spent',
    ],
    [
      'of another authorization',
      granted,
      ask({ authorizationId: 'a2', binding: 'wrong_verifier' }),
      AUTHORIZED + 5,
      'code_spent',
    ],
    ['of the offer itself', granted, preAuthorized, AUTHORIZED + 5, 'code_spent'],
  ])('%s', (_name, session, message, now, expected) => {
    expect(outcome(session, message, now)).toBe(expected)
  })

  it('from somebody else ends the token, and takes claims away', () => {
    const replayed = after(granted, ask({ binding: 'wrong_verifier' }))
    expect(replayed).toMatchObject({ state: 'closed', reason: 'code_replayed' })
    expect(JSON.stringify(replayed)).not.toContain('Castafiore')
    expect(outcome(replayed, issue)).toBe('session_closed')
    const told = after(completed, ask({ binding: 'wrong_verifier' }))
    expect(grantedTo(told, 'key-1', AUTHORIZED + 6)).toEqual({ ok: false, error: { code: 'session_closed' } })
    expect(outcome(told, ask({ binding: 'wrong_verifier' }))).toBe('code_spent')
  })
})

describe('credentials that are named by a request', () => {
  const taken = (change: Partial<CodeRequested> = {}) =>
    after(offer('NONE', 'pid', 'badge', 'card'), yes({ configurationIds: ['pid', 'badge'], ...change }))

  it('are named by the answer, whichever of the two requests named them', () => {
    const both = [
      after(taken({ namesCredentials: true }), ask()),
      after(taken(), ask({ requested: ['pid', 'badge'] })),
    ]
    for (const session of both)
      expect([session.configurationIds, namesCredentials(session)]).toEqual([['pid', 'badge'], true])
    expect(namesCredentials(after(taken(), ask()))).toBe(false)
  })

  it('are at most those of the authorization, and what is too much spends no code', () => {
    const session = taken({ namesCredentials: true })
    expect(after(session, ask({ requested: ['badge'] })).configurationIds).toEqual(['badge'])
    for (const requested of [['card'], ['pid', 'card']])
      expect(stepIssuance(session, ask({ requested }), AUTHORIZED)).toMatchObject({
        error: { code: 'not_offered', configurationId: 'card' },
      })
    // Nobody learns what was offered by a code that is not his.
    expect(
      stepIssuance(session, ask({ requested: ['card'], binding: 'wrong_client' }), AUTHORIZED),
    ).toMatchObject({
      error: { code: 'code_not_yours' },
    })
  })

  it('are the same in a retry; other ones are refused, and revoke nothing', () => {
    const session = after(taken(), ask({ requested: ['pid'] }))
    expect(after(session, ask({ requested: ['pid'] }))).toBe(session)
    expect(stepIssuance(session, ask({ requested: ['badge'] }), AUTHORIZED)).toMatchObject({
      error: { code: 'code_spent' },
    })
  })
})
