import { describe, expect, it } from 'vitest'
import { PRE_AUTHORIZED_CODE } from '../../oauth/grants/pre-authorized-code.ts'
import { TOKEN_RETRY_SECONDS } from './authorized.ts'
import { credentialIdsOf, namesCredentials, promisedCredential } from './issued.ts'
import type { CredentialIssued, IssuanceMessage, PreAuthorizedCodeFacts, TokenRequested } from './message.ts'
import { MAX_WRONG_TX_CODES, offerIssuance } from './offered.ts'
import type { IssuanceSession, PromisedCredential } from './state.ts'
import { stepIssuance } from './step.ts'

const START = 1000
const EXPIRES = 1300
const TTL = 300

const promise = (configurationId: string): PromisedCredential => ({
  configurationId,
  type: `urn:${configurationId}`,
  claims: { family_name: 'Castafiore' },
  selectivelyDisclosable: [['family_name']],
  issuerKey: { kty: 'EC', d: 'private' },
})

function offered(...configurationIds: string[]): IssuanceSession {
  const promised = configurationIds.map(promise)
  return offerIssuance({ id: 's', promised, txCode: undefined, expiresAt: EXPIRES }, START)
}

type CodeRequested = TokenRequested<PreAuthorizedCodeFacts>

const askToken = (change: Partial<CodeRequested> = {}): CodeRequested => ({
  type: 'token_requested',
  grantType: PRE_AUTHORIZED_CODE,
  txCode: 'none',
  senderKey: 'key-1',
  tokenTtlSeconds: TTL,
  ...change,
})

const issue = (configurationId: string, change: Partial<CredentialIssued> = {}): CredentialIssued => ({
  type: 'credential_issued',
  configurationId,
  senderKey: 'key-1',
  holderKey: 'holder',
  answerId: `answer-${configurationId}`,
  ...change,
})

function after(session: IssuanceSession, message: IssuanceMessage, now = START + 10): IssuanceSession {
  const result = stepIssuance(session, message, now)
  if (!result.ok) throw new Error(result.error.code)
  return result.value
}

function outcome(session: IssuanceSession, message: IssuanceMessage, now = START + 20): string {
  const result = stepIssuance(session, message, now)
  if (!result.ok) return result.error.code
  return result.value === session ? 'unchanged' : result.value.state
}

const repeated = (times: number, session: IssuanceSession, message: IssuanceMessage): IssuanceSession =>
  Array.from({ length: times }).reduce<IssuanceSession>((before) => after(before, message), session)

const wrong = askToken({ txCode: 'wrong' })
const states = {
  offered: offered('pid', 'badge'),
  token_issued: after(offered('pid', 'badge'), askToken()),
  half_issued: after(after(offered('pid', 'badge'), askToken()), issue('pid')),
  completed: after(after(offered('pid'), askToken()), issue('pid')),
  closed: repeated(MAX_WRONG_TX_CODES, offered('pid'), wrong),
} as const

describe('every message in every state', () => {
  it.each<[keyof typeof states, string, IssuanceMessage, string]>([
    ['offered', 'a token request', askToken(), 'token_issued'],
    ['offered', 'a token request with the right code', askToken({ txCode: 'correct' }), 'token_issued'],
    ['offered', 'a token request without a sender key', askToken({ senderKey: undefined }), 'token_issued'],
    ['offered', 'a token request with a wrong code', wrong, 'offered'],
    ['offered', 'a token request without its code', askToken({ txCode: 'missing' }), 'tx_code_missing'],
    [
      'offered',
      'a token request with a needless code',
      askToken({ txCode: 'unexpected' }),
      'tx_code_unexpected',
    ],
    ['offered', 'a credential', issue('pid'), 'no_grant'],
    ['token_issued', 'the same token request', askToken(), 'unchanged'],
    ['token_issued', 'the same with the right code', askToken({ txCode: 'correct' }), 'unchanged'],
    ['token_issued', 'the same with a wrong code', wrong, 'code_spent'],
    ['token_issued', 'the same without its code', askToken({ txCode: 'missing' }), 'code_spent'],
    ['token_issued', 'the same with a needless code', askToken({ txCode: 'unexpected' }), 'code_spent'],
    ['token_issued', 'a token request of another key', askToken({ senderKey: 'key-2' }), 'code_spent'],
    ['token_issued', 'a token request without a key', askToken({ senderKey: undefined }), 'code_spent'],
    ['token_issued', 'a credential', issue('pid'), 'token_issued'],
    ['token_issued', 'a credential that was not offered', issue('other'), 'not_offered'],
    [
      'token_issued',
      'a credential for another key',
      issue('pid', { senderKey: 'key-2' }),
      'wrong_sender_key',
    ],
    [
      'token_issued',
      'a credential without the key',
      issue('pid', { senderKey: undefined }),
      'wrong_sender_key',
    ],
    ['half_issued', 'the same token request', askToken(), 'code_spent'],
    ['half_issued', 'the same credential', issue('pid'), 'unchanged'],
    ['half_issued', 'another answer for it', issue('pid', { answerId: 'x' }), 'already_issued'],
    ['half_issued', 'the other credential', issue('badge'), 'completed'],
    ['completed', 'the same token request', askToken(), 'code_spent'],
    ['completed', 'a token request of another key', askToken({ senderKey: 'key-2' }), 'code_spent'],
    ['completed', 'the same credential', issue('pid'), 'unchanged'],
    ['completed', 'another answer for it', issue('pid', { answerId: 'x' }), 'already_issued'],
    [
      'completed',
      'the same credential for another key',
      issue('pid', { senderKey: 'k' }),
      'wrong_sender_key',
    ],
    ['completed', 'a credential that was not offered', issue('other'), 'not_offered'],
    ['closed', 'a token request with the right code', askToken({ txCode: 'correct' }), 'session_closed'],
    ['closed', 'a token request with a wrong code', wrong, 'session_closed'],
    ['closed', 'a credential', issue('pid'), 'session_closed'],
  ])('%s: %s', (state, _name, message, expected) => {
    expect(outcome(states[state], message)).toBe(expected)
  })
})

describe('a transaction code', () => {
  const session = offered('pid')

  it('may be wrong four times and then right: a wrong one never burns the offer', () => {
    const tried = repeated(MAX_WRONG_TX_CODES - 1, session, wrong)
    expect(tried).toMatchObject({ state: 'offered', wrongTxCodes: MAX_WRONG_TX_CODES - 1 })
    expect(outcome(tried, askToken({ txCode: 'correct' }))).toBe('token_issued')
  })

  it('that is wrong for the fifth time closes the offer and drops the claims', () => {
    const closed = repeated(MAX_WRONG_TX_CODES, session, wrong)
    expect(closed).toMatchObject({ state: 'closed', reason: 'too_many_wrong_tx_codes', wrongTxCodes: 5 })
    expect(JSON.stringify(closed)).not.toMatch(/Castafiore|private/)
    const types = closed.events.map((event) => event.type)
    expect(types).toEqual(['offered', ...Array<string>(5).fill('tx_code_wrong'), 'closed'])
  })

  it('that is missing or unexpected is not counted', () => {
    for (const txCode of ['missing', 'unexpected'] as const) {
      expect(stepIssuance(session, askToken({ txCode }), START).ok).toBe(false)
    }
  })

  it('is not judged after the offer expired, so that nobody learns whether it was right', () => {
    expect(outcome(session, wrong, EXPIRES)).toBe('offer_expired')
    expect(outcome(session, askToken({ txCode: 'correct' }), EXPIRES)).toBe('offer_expired')
  })
})

describe('time', () => {
  it('an offer is taken until the second before it expires', () => {
    expect(outcome(offered('pid'), askToken(), EXPIRES - 1)).toBe('token_issued')
    expect(outcome(offered('pid'), askToken(), EXPIRES)).toBe('offer_expired')
  })

  it('a token request may be repeated for a minute, even past the end of the offer', () => {
    const session = after(offered('pid'), askToken(), EXPIRES - 1)
    expect(outcome(session, askToken(), EXPIRES - 1 + TOKEN_RETRY_SECONDS - 1)).toBe('unchanged')
    expect(outcome(session, askToken(), EXPIRES - 1 + TOKEN_RETRY_SECONDS)).toBe('code_spent')
  })

  it('a token ends when its lifetime does, also for what was issued before', () => {
    const granted = START + 10
    for (const session of [states.token_issued, states.half_issued, states.completed]) {
      expect(outcome(session, issue('pid'), granted + TTL)).toBe('token_expired')
      expect(outcome(session, issue('pid'), granted + TTL - 1)).not.toBe('token_expired')
    }
  })
})

describe('a bearer token', () => {
  const session = after(offered('pid'), askToken({ senderKey: undefined }))

  it('is given once: nobody can prove to have asked before', () => {
    expect(outcome(session, askToken({ senderKey: undefined }))).toBe('code_spent')
  })

  it('does not gain a sender key later', () => {
    expect(outcome(session, issue('pid'))).toBe('wrong_sender_key')
    expect(outcome(session, issue('pid', { senderKey: undefined }))).toBe('completed')
  })
})

describe('issuing two configurations', () => {
  it('keeps the claims until both are issued and then drops claims and keys', () => {
    expect(JSON.stringify(states.half_issued)).toMatch(/Castafiore/)
    const completed = after(states.half_issued, issue('badge'))
    expect(completed.state).toBe('completed')
    expect(completed).not.toHaveProperty('promised')
    expect(JSON.stringify(completed)).not.toMatch(/Castafiore|private/)
  })

  it('numbers its events without a gap, the last one saying that all is done', () => {
    const { events } = after(states.half_issued, issue('badge'))
    expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5])
    expect(events.map(({ type, detail }) => [type, detail])).toEqual([
      ['offered', undefined],
      ['token_issued', undefined],
      ['credential_issued', 'pid'],
      ['credential_issued', 'badge'],
      ['completed', undefined],
    ])
  })

  it('records which key each credential is bound to', () => {
    const session = after(states.half_issued, issue('badge', { holderKey: 'other' }), START + 30)
    expect(session).toMatchObject({
      issued: {
        pid: { at: START + 10, holderKey: 'holder', answerId: 'answer-pid' },
        badge: { at: START + 30, holderKey: 'other', answerId: 'answer-badge' },
      },
    })
  })
})

it('a batch is one entry: it names every credential, and is recorded once', () => {
  const batch = issue('badge', { holderKey: 'both', credentialId: 'c1', otherCredentialIds: ['c2', 'c3'] })
  const session = after(states.half_issued, batch, START + 30)
  if (session.state !== 'completed') throw new Error(session.state)
  const { badge, pid } = session.issued
  expect(badge && credentialIdsOf(badge)).toEqual(['c1', 'c2', 'c3'])
  expect(pid && credentialIdsOf(pid)).toEqual([])
  expect(outcome(session, batch)).toBe('unchanged')
  expect(outcome(session, { ...batch, answerId: 'another' })).toBe('already_issued')
  expect(credentialIdsOf({ credentialId: 'of the release before' })).toEqual(['of the release before'])
})

it('a configuration may be named like a member that objects inherit', () => {
  const session = after(after(offered('constructor', 'pid'), askToken()), issue('pid'))
  expect(session.state).toBe('token_issued')
  expect(outcome(session, issue('constructor'))).toBe('completed')
})

describe('a token request that names credentials', () => {
  const named = (...requested: string[]) => askToken({ requested })

  it('gets a token for these alone, and the session knows that they were named', () => {
    const session = after(offered('pid', 'badge'), named('badge'))
    expect(session).toMatchObject({
      state: 'token_issued',
      configurationIds: ['badge'],
      promised: [promise('badge')],
      grant: { namesCredentials: true },
    })
    expect(namesCredentials(session)).toBe(true)
    expect(outcome(session, issue('pid'))).toBe('not_offered')
    const completed = after(session, issue('badge'))
    expect([completed.state, namesCredentials(completed)]).toEqual(['completed', true])
    for (const other of [states.offered, states.token_issued, states.completed, states.closed])
      expect(namesCredentials(other)).toBe(false)
  })

  it('keeps the order of the offer', () => {
    expect(after(offered('pid', 'badge'), named('badge', 'pid'))).toMatchObject({
      configurationIds: ['pid', 'badge'],
    })
  })

  it('spends nothing where one of them was not offered, and tells so only to whoever knows the code', () => {
    expect(outcome(offered('pid'), named('pid', 'other'))).toBe('not_offered')
    const guessed = { ...wrong, requested: ['other'] }
    expect(outcome(offered('pid'), guessed)).toBe('offered')
    expect(after(offered('pid'), guessed)).toMatchObject({ wrongTxCodes: 1 })
  })

  it('may come again, for the same credentials', () => {
    const session = after(offered('pid', 'badge'), named('badge', 'pid'))
    expect(outcome(session, named('pid', 'badge'))).toBe('unchanged')
    expect(outcome(session, askToken())).toBe('unchanged')
    expect(outcome(session, named('pid'))).toBe('code_spent')
    expect(outcome(session, named('pid', 'other'))).toBe('code_spent')
    expect(outcome(states.token_issued, named('pid', 'badge'))).toBe('code_spent')
  })
})

describe('what the credential endpoint asks before it signs', () => {
  const ask = (session: IssuanceSession, configurationId: string, senderKey = 'key-1') =>
    promisedCredential(session, { configurationId, senderKey }, START + 20)

  it('is answered with the promise, or with what was issued already', () => {
    expect(ask(states.half_issued, 'badge')).toEqual({ ok: true, value: { promised: promise('badge') } })
    expect(ask(states.half_issued, 'pid')).toMatchObject({ value: { issued: { answerId: 'answer-pid' } } })
    expect(ask(states.completed, 'pid')).toMatchObject({ value: { issued: { answerId: 'answer-pid' } } })
  })

  it('is refused before the other key is told what was offered', () => {
    expect(ask(states.token_issued, 'other', 'key-2')).toEqual({
      ok: false,
      error: { code: 'wrong_sender_key' },
    })
    expect(ask(states.token_issued, 'other')).toMatchObject({ error: { code: 'not_offered' } })
  })
})

it('a step leaves the session it was given as it was', () => {
  const before = structuredClone(states)
  for (const session of Object.values(states)) {
    for (const message of [askToken(), wrong, issue('pid'), issue('badge')]) {
      stepIssuance(session, message, START + 20)
    }
  }
  expect(states).toEqual(before)
})

describe('a session of the first release, whose grant names no type', () => {
  const ofFirstRelease = (session: IssuanceSession): IssuanceSession =>
    JSON.parse(JSON.stringify(session), (name, value: unknown) => (name === 'grantType' ? undefined : value))

  it('is one of the pre-authorized code: its token is repeated and its credentials are issued', () => {
    const before = ofFirstRelease(states.half_issued)
    expect(JSON.stringify(before)).not.toContain('grantType')
    expect(outcome(ofFirstRelease(states.token_issued), askToken())).toBe('unchanged')
    expect(outcome(before, askToken())).toBe('code_spent')
    expect(outcome(before, issue('pid'))).toBe('unchanged')
    expect(outcome(before, issue('badge'))).toBe('completed')
    expect(outcome(ofFirstRelease(offered('pid')), askToken())).toBe('token_issued')
  })

  it('says in its new grants by which type they were had, which the first release passes over', () => {
    expect(states.token_issued).toMatchObject({ grant: { grantType: PRE_AUTHORIZED_CODE } })
    expect(Object.keys(ofFirstRelease(states.token_issued))).toEqual(
      Object.keys(JSON.parse(JSON.stringify(states.token_issued))),
    )
  })
})
