import { describe, expect, it } from 'vitest'
import { isDecided, stepVerification, type VerificationMessage, type VerificationSession } from './session.ts'

const dcqlQuery = { credentials: [{ id: 'pid', format: 'dc+sd-jwt', meta: {} }] }

const created: VerificationSession = {
  state: 'created',
  id: 's',
  createdAt: 1000,
  expiresAt: 1300,
  dcqlQuery,
  nonce: 'n',
  clientId: 'x509_hash:h',
  answerMode: { mode: 'direct_post', responseUri: 'https://verifier.example/answer/s' },
  policies: [],
  events: [{ sequence: 1, type: 'created', at: 1000 }],
}

const fetch: VerificationMessage = { type: 'request_fetched' }
const credentials = [{ queryId: 'pid', format: 'dc+sd-jwt', type: 't', claims: { age: 44 } }] as const
const checks = [{ name: 'issuer_signature', outcome: 'passed' }] as const
const answer = (answerHash: string, accepted = true): VerificationMessage => ({
  type: 'presentation_received',
  answerHash,
  accepted,
  checks,
  credentials,
})
const error = (answerHash: string): VerificationMessage => ({
  type: 'error_received',
  answerHash,
  error: 'access_denied',
})

function after(session: VerificationSession, message: VerificationMessage, now = 1100): VerificationSession {
  const result = stepVerification(session, message, now)
  if (!result.ok) throw new Error(result.error.code)
  return result.value
}

const requested = after(created, fetch, 1050)
const sessions = {
  created,
  requested,
  verified: after(requested, answer('h1')),
  rejected: after(requested, answer('h1', false)),
  declined: after(requested, error('h1')),
}

type State = keyof typeof sessions
const table: readonly (readonly [State, string, VerificationMessage, State | 'same' | 'already_answered'])[] =
  [
    ['created', 'the request is fetched', fetch, 'requested'],
    ['created', 'a good answer comes', answer('h1'), 'verified'],
    ['created', 'a bad answer comes', answer('h1', false), 'rejected'],
    ['created', 'the wallet declines', error('h1'), 'declined'],
    ['requested', 'the request is fetched again', fetch, 'same'],
    ['requested', 'a good answer comes', answer('h1'), 'verified'],
    ['requested', 'a bad answer comes', answer('h1', false), 'rejected'],
    ['requested', 'the wallet declines', error('h1'), 'declined'],
    ...(['verified', 'rejected', 'declined'] as const).flatMap(
      (state) =>
        [
          [state, 'the request is fetched again', fetch, 'same'],
          [state, 'the same bytes come again', answer('h1'), 'same'],
          [state, 'the same bytes come again, judged otherwise', answer('h1', false), 'same'],
          [state, 'the same bytes come again, as an error', error('h1'), 'same'],
          [state, 'another answer comes', answer('h2'), 'already_answered'],
          [state, 'another bad answer comes', answer('h2', false), 'already_answered'],
          [state, 'another refusal comes', error('h2'), 'already_answered'],
        ] as const,
    ),
  ]

describe('a verification session', () => {
  it.each(table)('%s, and %s', (state, _, message, expected) => {
    const before = sessions[state]
    const result = stepVerification(before, message, 1100)
    if (expected === 'same') expect(result.ok && result.value).toBe(before)
    else if (expected === 'already_answered') expect(result).toEqual({ ok: false, error: { code: expected } })
    else expect(result.ok && result.value.state).toBe(expected)
  })

  it.each([
    ['created', fetch],
    ['created', answer('h1')],
    ['created', error('h1')],
    ['requested', fetch],
    ['requested', answer('h1')],
    ['requested', error('h1')],
  ] as const)('%s takes nothing from the moment it expires', (state, message) => {
    const expired = { code: 'session_expired', expiresAt: 1300, now: 1300 }
    expect(stepVerification(sessions[state], message, 1300)).toEqual({ ok: false, error: expired })
    expect(stepVerification(sessions[state], message, 1299).ok).toBe(true)
  })

  it.each(['verified', 'rejected', 'declined'] as const)(
    '%s still answers an honest retry after it expired, and still refuses a second answer',
    (state) => {
      expect(after(sessions[state], answer('h1'), 9999)).toBe(sessions[state])
      expect(stepVerification(sessions[state], answer('h2'), 9999).ok).toBe(false)
    },
  )

  it('keeps the decision with its facts, and drops the moment of the request', () => {
    expect(sessions.verified).toEqual({
      ...created,
      state: 'verified',
      decidedAt: 1100,
      answerHash: 'h1',
      checks,
      credentials,
      events: [
        { sequence: 1, type: 'created', at: 1000 },
        { sequence: 2, type: 'requested', at: 1050 },
        { sequence: 3, type: 'verified', at: 1100 },
      ],
    })
    expect(sessions.declined).toMatchObject({ state: 'declined', reason: 'access_denied' })
    expect(sessions.declined.events.at(-1)).toEqual({
      sequence: 3,
      type: 'declined',
      at: 1100,
      detail: 'access_denied',
    })
  })

  it('is decided once it was answered, whatever the answer', () => {
    const decided = Object.values(sessions).filter(isDecided)
    expect(decided.map((session) => session.state)).toEqual(['verified', 'rejected', 'declined'])
  })

  it('leaves the session that it was given as it is', () => {
    const frozen = Object.freeze({ ...created, events: Object.freeze([...created.events]) })
    expect(after(frozen, answer('h1')).events).toHaveLength(2)
    expect(frozen.events).toHaveLength(1)
  })
})
