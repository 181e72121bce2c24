/** Who a request is for: what belongs to which attempt and browser, and what nobody gets by coming otherwise. */
import type { Result } from '@countersign/core/result'
import { describe, expect, it } from 'vitest'
import type { LoginAttempt, PresentationAttempt } from './authenticated-user.ts'
import {
  type Authorization,
  beginAuthorization,
  decideAuthorization,
  needsUser,
  openAuthorization,
} from './authorization.ts'
import { beginAttempt, recordUser, releaseAttempt, takeAttempt, type UserRefusal } from './user.ts'

const START = 1000
const times = { openSeconds: 90, decideSeconds: 600 }
const END = START + 690

const laidDown = {
  id: 'a',
  request: {
    clientId: 'wallet',
    redirectUri: 'https://wallet.example/back',
    codeChallenge: 'challenge',
    scope: [],
  },
  issuanceId: 's',
  configurationIds: ['pid'],
}

const login = (id: string): LoginAttempt => ({ method: 'PWD', id, nonce: `n-${id}`, codeVerifier: `v-${id}` })
const presentation: PresentationAttempt = {
  method: 'VP_TOKEN',
  id: 'p1',
  verificationId: 'v',
  link: 'openid4vp://x',
}
const user = (attemptId: string) => ({
  at: START + 20,
  attemptId,
  name: 'Ada',
  claims: { pid: { name: 'Ada' } },
})

function value<T>(result: Result<T, { readonly code: string }>): T {
  if (!result.ok) throw new Error(result.error.code)
  return result.value
}

const begun = beginAuthorization({ ...laidDown, authentication: { method: 'PWD' } }, times, START)
const opened = value(openAuthorization(begun, 'b1', times, START + 5))
const sent = value(beginAttempt(opened, { attempt: login('a1'), browser: 'b1' }, START + 6))
const known = value(recordUser(sent, { browser: 'b1', user: user('a1') }, START + 20))
const presenting = value(beginAttempt(opened, { attempt: presentation, browser: 'b1' }, START + 6))
const denied = value(
  decideAuthorization(sent, { browser: 'b1', decision: 'denied', reason: 'login_denied' }, START + 8),
)

function outcome(before: Authorization, result: Result<Authorization, UserRefusal>): string {
  if (!result.ok) return result.error.code
  if (result.value === before) return 'unchanged'
  const { attempt, user: found } = result.value.state === 'pending' ? result.value : {}
  return `${attempt?.id ?? 'nowhere'}, ${found?.name ?? 'nobody'}`
}

describe('a browser', () => {
  it.each<[string, Authorization, string, number, string]>([
    ['is sent away', opened, 'b1', START + 6, 'a2, nobody'],
    ['is sent away again: the last attempt counts', sent, 'b1', START + 7, 'a2, nobody'],
    ['that another took the place of is not', opened, 'b0', START + 6, 'other_browser'],
    ['is not when nobody opened the request', begun, 'b1', START + 6, 'other_browser'],
    ['is not when the time is over', opened, 'b1', END, 'authorization_over'],
    ['is not when it was decided', denied, 'b1', START + 9, 'authorization_decided'],
    ['whose user is known stays known', known, 'b1', START + 21, 'unchanged'],
  ])('%s', (_name, before, browser, now, expected) => {
    expect(outcome(before, beginAttempt(before, { attempt: login('a2'), browser }, now))).toBe(expected)
  })
})

describe('who came back', () => {
  it.each<[string, Authorization, string, string, number, string]>([
    ['is known', sent, 'b1', 'a1', START + 20, 'a1, Ada'],
    ['is known once', known, 'b1', 'a1', START + 21, 'unchanged'],
    ['by an attempt that is none is nobody', sent, 'b1', 'a0', START + 20, 'attempt_unknown'],
    ['without having been sent is nobody', opened, 'b1', 'a1', START + 20, 'attempt_unknown'],
    ['in another browser is nobody', sent, 'b2', 'a1', START + 20, 'other_browser'],
    ['too late is nobody', sent, 'b1', 'a1', END, 'authorization_over'],
    ['after the decision is nobody', denied, 'b1', 'a1', START + 20, 'authorization_decided'],
  ])('%s', (_name, before, browser, attemptId, now, expected) => {
    expect(outcome(before, recordUser(before, { browser, user: user(attemptId) }, now))).toBe(expected)
  })

  it('is forgotten when the request is opened in another browser', () => {
    const elsewhere = value(openAuthorization(known, 'b2', times, START + 30))
    expect(elsewhere).not.toHaveProperty('user')
    expect(elsewhere).not.toHaveProperty('attempt')
    expect(needsUser(elsewhere)).toBe(true)
  })
})

describe('a code of a provider', () => {
  const take = (authorization: Authorization, attemptId = 'a1', now = START + 10, browser = 'b1') =>
    takeAttempt(authorization, { attemptId, browser, seconds: 30 }, now)
  const taken = value(take(sent))

  it.each<[string, Result<Authorization, UserRefusal>, string]>([
    ['is asked with by one', take(taken, 'a1', START + 39), 'attempt_taken'],
    ['is asked with again when he did not come back', take(taken, 'a1', START + 40), 'a1, nobody'],
    ['is asked with again when it came to nothing', take(releaseAttempt(taken, 'a1')), 'a1, nobody'],
    ['of another attempt is not asked with', take(sent, 'a0'), 'attempt_unknown'],
    ['of a presentation is none', take(presenting, 'p1'), 'attempt_unknown'],
    ['in another browser is not asked with', take(sent, 'a1', START + 10, 'b2'), 'other_browser'],
  ])('%s', (_name, result, expected) => {
    expect(outcome(sent, result)).toBe(expected)
  })

  it('is of no use when it is known who he is', () => {
    expect(value(take(known))).toBe(known)
    expect(value(recordUser(taken, { browser: 'b1', user: user('a1') }, START + 20))).toHaveProperty('user')
  })

  it('that another attempt took the place of holds nothing up', () => {
    const next = value(beginAttempt(taken, { attempt: login('a2'), browser: 'b1' }, START + 11))
    expect(releaseAttempt(next, 'a1')).toBe(next)
    expect(outcome(next, take(next, 'a2'))).toBe('a2, nobody')
  })
})

describe('yes', () => {
  const say = (authorization: Authorization) =>
    decideAuthorization(authorization, { browser: 'b1', decision: 'approved' }, START + 30)

  it.each<[string, Authorization, string]>([
    ['is not said by nobody', opened, 'user_unknown'],
    ['is not said by who is still away', sent, 'user_unknown'],
    ['is said by who is known', known, 'approved'],
    [
      'needs nobody where nobody is asked for',
      value(openAuthorization(beginAuthorization(laidDown, times, START), 'b1', times, START)),
      'approved',
    ],
  ])('%s', (_name, authorization, expected) => {
    const said = say(authorization)
    expect(said.ok ? said.value.state : said.error.code).toBe(expected)
  })

  it('keeps who he is, and no keeps nothing of him', () => {
    expect(value(say(known))).toMatchObject({ state: 'approved', user: { name: 'Ada' } })
    const no = value(decideAuthorization(known, { browser: 'b1', decision: 'denied' }, START + 30))
    expect(no).not.toHaveProperty('user')
    expect(JSON.stringify(no)).not.toContain('Ada')
    expect(denied).toMatchObject({ state: 'denied', reason: 'login_denied' })
    for (const one of [no, denied, value(say(known))]) expect(one).not.toHaveProperty('attempt')
  })
})
