import { describe, expect, it } from 'vitest'
import { PRE_AUTHORIZED_CODE } from '../../oauth/grants/pre-authorized-code.ts'
import { REFRESH_TOKEN } from '../../oauth/grants/refresh-token.ts'
import type { ProvenKey } from '../proof/proof-type.ts'
import { deferredBy, deferredCredential } from './deferred.ts'
import type { IssuanceMessage } from './message.ts'
import { offerIssuance } from './offered.ts'
import type { IssuanceSession } from './state.ts'
import { stepIssuance } from './step.ts'

const START = 1000
const NOW = START + 20

const promise = (configurationId: string, deferral?: 'pending') => ({
  configurationId,
  type: `urn:${configurationId}`,
  claims: { name: 'Castafiore' },
  selectivelyDisclosable: [],
  deferral,
})

const offered = offerIssuance(
  {
    id: 's',
    promised: [promise('pid', 'pending'), promise('badge')],
    txCode: undefined,
    expiresAt: START + 300,
  },
  START,
)

const ask: IssuanceMessage = {
  type: 'token_requested',
  grantType: PRE_AUTHORIZED_CODE,
  txCode: 'none',
  senderKey: 'key-1',
  tokenTtlSeconds: 600,
  refreshTtlSeconds: 86_400,
}

const holders: readonly ProvenKey[] = [
  { holderKey: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }, thumbprint: 'holder' },
]

const defer = (change: object = {}): IssuanceMessage => ({
  type: 'credential_deferred',
  configurationId: 'pid',
  senderKey: 'key-1',
  holders,
  holderKey: 'holder',
  answerId: 'answer',
  ...change,
})

const decide = (decision: 'approved' | 'refused', configurationId = 'pid'): IssuanceMessage => ({
  type: 'deferral_decided',
  configurationId,
  decision,
})

const issue = (configurationId: string): IssuanceMessage => ({
  type: 'credential_issued',
  configurationId,
  senderKey: 'key-1',
  holderKey: 'holder',
  answerId: `issued-${configurationId}`,
})

function after(session: IssuanceSession, ...messages: readonly IssuanceMessage[]): IssuanceSession {
  return messages.reduce((before, message) => {
    const result = stepIssuance(before, message, NOW)
    if (!result.ok) throw new Error(result.error.code)
    return result.value
  }, session)
}

function outcome(session: IssuanceSession, message: IssuanceMessage): string {
  const result = stepIssuance(session, message, NOW + 1)
  if (!result.ok) return result.error.code
  return result.value === session ? 'unchanged' : (result.value.events.at(-1)?.type ?? '')
}

const granted = after(offered, ask)
const deferred = after(granted, defer())
const approved = after(deferred, decide('approved'))
const refused = after(deferred, decide('refused'))
const completed = after(approved, issue('pid'), issue('badge'))

describe('a wallet that is told to come again', () => {
  it.each<[string, IssuanceSession, IssuanceMessage, string]>([
    ['is written down', granted, defer(), 'credential_deferred'],
    ['once', deferred, defer(), 'unchanged'],
    ['and no other after it', deferred, defer({ answerId: 'other' }), 'already_issued'],
    ['for what was offered', granted, defer({ configurationId: 'other' }), 'not_offered'],
    ['with its key', granted, defer({ senderKey: 'key-2' }), 'wrong_sender_key'],
    ['with a token', offered, defer(), 'no_grant'],
  ])('%s', (_name, session, message, expected) => {
    expect(outcome(session, message)).toBe(expected)
  })

  it('leaves its keys', () => {
    expect(deferredCredential(deferred, 'pid')).toEqual({
      at: NOW,
      holders,
      holderKey: 'holder',
      answerId: 'answer',
    })
    expect(deferredCredential(deferred, 'badge')).toBeUndefined()
    expect(deferredCredential(deferred, 'constructor')).toBeUndefined()
  })
})

describe('a decision', () => {
  it.each<[string, IssuanceSession, IssuanceMessage, string]>([
    ['may come before the wallet', offered, decide('approved'), 'deferral_approved'],
    ['may come after it', deferred, decide('approved'), 'deferral_approved'],
    ['may be no', deferred, decide('refused'), 'deferral_refused'],
    ['once more changes nothing', approved, decide('approved'), 'unchanged'],
    ['is not taken back', approved, decide('refused'), 'deferral_decided'],
    ['is not made good', refused, decide('approved'), 'deferral_decided'],
    ['is not asked for', granted, decide('approved', 'badge'), 'deferral_unknown'],
    ['is about what was offered', granted, decide('approved', 'other'), 'deferral_unknown'],
    ['comes too late when all was issued', completed, decide('approved'), 'deferral_unknown'],
  ])('%s', (_name, session, message, expected) => {
    expect(outcome(session, message)).toBe(expected)
  })
})

describe('a wallet that comes again', () => {
  const claim = (session: IssuanceSession, answerId = 'answer', senderKey = 'key-1', now = NOW + 5) => {
    const result = deferredBy(session, { answerId, senderKey }, now)
    return result.ok ? `${result.value.configurationId} ${result.value.deferral}` : result.error.code
  }

  it.each<[string, () => string, string]>([
    ['waits', () => claim(deferred), 'pid pending'],
    ['may have it', () => claim(approved), 'pid approved'],
    ['may not', () => claim(refused), 'pid refused'],
    ['has it already', () => claim(after(deferred, decide('approved'), issue('pid'))), 'pid approved'],
    ['under another id', () => claim(approved, 'other'), 'deferral_over'],
    ['with another key', () => claim(approved, 'answer', 'key-2'), 'wrong_sender_key'],
    ['when its token is over', () => claim(approved, 'answer', 'key-1', NOW + 600), 'token_expired'],
    ['before it asked', () => claim(granted), 'deferral_over'],
  ])('%s', (_name, claimed, expected) => {
    expect(claimed()).toBe(expected)
  })

  it('after its token was refreshed finds what waits, and not what it has', () => {
    const refresh: IssuanceMessage = {
      ...ask,
      grantType: REFRESH_TOKEN,
      generation: 0,
      binding: 'right',
    } as IssuanceMessage
    expect(claim(after(deferred, refresh))).toBe('pid pending')
    expect(claim(after(approved, issue('pid'), refresh))).toBe('deferral_over')
  })

  it('leaves nothing behind where its token is taken away', () => {
    expect(JSON.stringify(after(deferred, { type: 'token_revoked' }))).not.toMatch(/Castafiore|"x":"x"/)
  })
})
