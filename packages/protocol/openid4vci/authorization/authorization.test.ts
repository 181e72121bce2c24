import type { Result } from '@countersign/core/result'
import { describe, expect, it } from 'vitest'
import {
  type Authorization,
  type AuthorizationRefusal,
  beginAuthorization,
  type Decision,
  decideAuthorization,
  openAuthorization,
} from './authorization.ts'

const START = 1000
const times = { openSeconds: 90, decideSeconds: 600 }

const begun = beginAuthorization(
  {
    id: 'a',
    request: {
      clientId: 'wallet',
      redirectUri: 'https://wallet.example/back',
      codeChallenge: 'challenge',
      scope: [],
    },
    issuanceId: 's',
    configurationIds: ['pid'],
  },
  times,
  START,
)

const open = (authorization: Authorization, browser: string, now = START + 5) =>
  openAuthorization(authorization, browser, times, now)
const decide = (authorization: Authorization, browser: string, decision: Decision, now = START + 20) =>
  decideAuthorization(authorization, { browser, decision }, now)

function value(result: Result<Authorization, AuthorizationRefusal>): Authorization {
  if (!result.ok) throw new Error(result.error.code)
  return result.value
}

function outcome(before: Authorization, result: Result<Authorization, AuthorizationRefusal>): string {
  if (!result.ok) return result.error.code
  return result.value === before ? 'unchanged' : `${result.value.state} in ${result.value.browser}`
}

const opened = value(open(begun, 'b1'))
const approved = value(decide(opened, 'b1', 'approved'))
const denied = value(decide(opened, 'b1', 'denied'))
const END = START + 690

describe('a request that was laid down', () => {
  it.each<[string, Authorization, string, number, string]>([
    ['is opened', begun, 'b1', START + 89, 'pending in b1'],
    ['is too old to be opened', begun, 'b1', START + 90, 'authorization_over'],
    ['is opened again in the same browser', opened, 'b1', START + 200, 'unchanged'],
    ['is opened in another browser', opened, 'b2', START + 200, 'pending in b2'],
    ['is not opened when there is no time left', opened, 'b1', END, 'authorization_over'],
    ['is not opened when it was approved', approved, 'b1', START + 30, 'authorization_decided'],
    ['is not opened when it was denied', denied, 'b1', START + 30, 'authorization_decided'],
  ])('%s', (_name, authorization, browser, now, expected) => {
    expect(outcome(authorization, open(authorization, browser, now))).toBe(expected)
  })

  it('is not kept open by opening it again', () => {
    const again = value(open(opened, 'b2', START + 600))
    expect(again.expiresAt).toBe(END)
  })
})

describe('a decision', () => {
  const elsewhere = value(open(opened, 'b2'))

  it.each<[string, Authorization, string, Decision, number, string]>([
    ['is taken from the browser that opened it', opened, 'b1', 'approved', END - 1, 'approved in b1'],
    ['may be no', opened, 'b1', 'denied', START + 20, 'denied in b1'],
    ['is too late', opened, 'b1', 'approved', END, 'authorization_over'],
    ['is not taken before it was opened', begun, 'b1', 'approved', START + 20, 'other_browser'],
    ['is not taken from another browser', opened, 'b2', 'approved', START + 20, 'other_browser'],
    [
      'is not taken from a browser before the last one',
      elsewhere,
      'b1',
      'approved',
      START + 20,
      'other_browser',
    ],
    ['is taken from the last one', elsewhere, 'b2', 'approved', START + 20, 'approved in b2'],
    ['once more changes nothing, however late', approved, 'b1', 'approved', END + 5, 'unchanged'],
    ['once more from elsewhere is refused', approved, 'b2', 'approved', START + 30, 'other_browser'],
    ['is not taken back', approved, 'b1', 'denied', START + 30, 'authorization_decided'],
    ['is not made good', denied, 'b1', 'approved', START + 30, 'authorization_decided'],
  ])('%s', (_name, authorization, browser, decision, now, expected) => {
    expect(outcome(authorization, decide(authorization, browser, decision, now))).toBe(expected)
  })
})
