import { describe, expect, it } from 'vitest'
import { isDecided, type VerificationMessage, type VerificationSession } from './session.ts'
import { answerClosed, stepVerification } from './session-step.ts'

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
  policies: [{ policy: 'allowed-issuer', args: 'https://issuer.example' }],
  attempts: [],
  events: [{ sequence: 1, type: 'created', at: 1000 }],
}

const fetch: VerificationMessage = { type: 'request_fetched' }
const timeOver: VerificationMessage = { type: 'time_over' }
const presented = { queryId: 'pid', format: 'dc+sd-jwt', type: 't' } as const
const credentials = [{ ...presented, claims: { age: 44 } }] as const
const checks = [{ name: 'issuer_signature', outcome: 'passed', queryId: 'pid' }] as const
const answer = (answerHash: string, accepted = true): VerificationMessage => ({
  type: 'answer_judged',
  answerHash,
  verdict: accepted ? 'accepted' : 'failed',
  checks,
  credentials,
  missing: [],
})
const unknown = {
  name: 'status',
  outcome: 'undetermined',
  detail: 'list_unreachable',
  queryId: 'pid',
} as const
const notAsked = {
  name: 'policy',
  policy: 'allowed-issuer',
  outcome: 'undetermined',
  detail: 'not_asked',
} as const
const statuses = [{ mechanism: 'token_status_list', uri: 'https://issuer.example/1', index: 7 }] as const
const unjudged = (answerHash: string): VerificationMessage => ({
  type: 'answer_judged',
  answerHash,
  verdict: 'missing',
  checks: [...checks, unknown, unknown, notAsked],
  credentials,
  missing: [
    { kind: 'status', at: 1, format: 'dc+sd-jwt', statuses },
    { kind: 'status', at: 2, format: 'dc+sd-jwt', statuses },
    { kind: 'policy', at: 3, requested: 0 },
  ],
})
const decline = (answerHash: string): VerificationMessage => ({
  type: 'wallet_declined',
  answerHash,
  reason: 'access_denied',
})
const strange = (answerHash: string): VerificationMessage => ({
  type: 'stranger_answered',
  answerHash,
  checks: [{ name: 'issuer_trust', outcome: 'failed', detail: 'anchor_unknown' }],
})
type Outcome = 'passed' | 'failed' | 'undetermined'
const found = (...outcomes: readonly (Outcome | undefined)[]): VerificationMessage => ({
  type: 'evidence_found',
  found: outcomes.flatMap((outcome, index) =>
    outcome === undefined
      ? []
      : [{ at: index + 1, check: { name: index < 2 ? 'status' : 'policy', outcome } }],
  ),
})

function after(session: VerificationSession, ...messages: readonly VerificationMessage[]) {
  return messages.reduce((before, message) => at(before, message, 1100), session)
}

function at(session: VerificationSession, message: VerificationMessage, now: number): VerificationSession {
  const result = stepVerification(session, message, now)
  if (!result.ok) throw new Error(result.error.code)
  return result.value
}

const requested = at(created, fetch, 1050)
const answered = after(requested, unjudged('h1'))
const sessions = {
  created,
  requested,
  'declined by somebody': after(requested, decline('h0')),
  'answered by a stranger': after(requested, strange('h0')),
  answered,
  verified: after(requested, answer('h1')),
  rejected: after(requested, answer('h1', false)),
  'verified later': after(answered, found('passed', 'passed', 'passed')),
  'rejected later': after(answered, found('failed')),
  undetermined: at(answered, timeOver, 1300),
  declined: at(after(requested, decline('h0')), timeOver, 1300),
  'rejected in the end': at(after(requested, strange('h0')), timeOver, 1300),
  expired: at(requested, timeOver, 1300),
}
type Name = keyof typeof sessions

const OPEN = ['created', 'requested', 'declined by somebody', 'answered by a stranger'] as const
const ANSWERED = [
  'answered',
  'verified',
  'rejected',
  'verified later',
  'rejected later',
  'undetermined',
] as const
const ENDED = ['declined', 'rejected in the end', 'expired'] as const
const DECIDED = [...ANSWERED.slice(1), ...ENDED]

/** The last: the next state, the code of a refusal, or `same`. */
const table: readonly (readonly [Name, string, VerificationMessage, string])[] = [
  ['created', 'the request is fetched', fetch, 'requested'],
  ['requested', 'the request is fetched again', fetch, 'same'],
  ...OPEN.flatMap(
    (name) =>
      [
        [name, 'a good answer comes', answer('h1'), 'verified'],
        [name, 'a bad answer comes', answer('h1', false), 'rejected'],
        [name, 'an answer comes that cannot be judged yet', unjudged('h1'), 'answered'],
        [name, 'evidence is found for nothing', found('passed'), 'same'],
        [name, 'somebody says that the time is over', timeOver, 'same'],
      ] as const,
  ),
  ['requested', 'a wallet declines', decline('h1'), 'requested'],
  ['requested', 'a stranger answers', strange('h1'), 'requested'],
  ['declined by somebody', 'another declines', decline('h9'), 'same'],
  ['declined by somebody', 'a stranger answers', strange('h9'), 'requested'],
  ['answered by a stranger', 'another stranger answers', strange('h9'), 'same'],
  ['answered by a stranger', 'a wallet declines', decline('h9'), 'requested'],
  ...ANSWERED.flatMap(
    (name) =>
      [
        [name, 'the request is fetched again', fetch, 'same'],
        [name, 'the same bytes come again', answer('h1'), 'same'],
        [name, 'the same bytes come again, judged otherwise', answer('h1', false), 'same'],
        [name, 'the same bytes come again, and cannot be judged', unjudged('h1'), 'same'],
        [name, "the same bytes come again, taken for a stranger's", strange('h1'), 'same'],
        [name, 'another answer comes', answer('h2'), 'already_answered'],
        [name, 'another bad answer comes', answer('h2', false), 'already_answered'],
        [name, 'a wallet declines', decline('h2'), 'already_answered'],
        [name, 'a stranger answers', strange('h2'), 'already_answered'],
      ] as const,
  ),
  ...ENDED.flatMap(
    (name) =>
      [
        [name, 'the request is fetched', fetch, 'session_expired'],
        [name, 'a good answer comes', answer('h1'), 'session_expired'],
        [name, 'what was an attempt comes again', decline('h0'), 'session_expired'],
      ] as const,
  ),
  ...DECIDED.flatMap(
    (name) =>
      [
        [name, 'evidence is found', found('failed', 'failed', 'failed'), 'same'],
        [name, 'the time is over', timeOver, 'same'],
      ] as const,
  ),
  ['answered', 'all that was missing is found', found('passed', 'passed', 'passed'), 'verified'],
  ['answered', 'one status is bad', found('failed'), 'rejected'],
  ['answered', 'the policy says no', found('passed', 'passed', 'failed'), 'rejected'],
  ['answered', 'something is found', found('passed'), 'answered'],
  ['answered', 'nothing is found', found('undetermined', 'undetermined'), 'same'],
  ['answered', 'somebody says too early that the time is over', timeOver, 'same'],
]

describe('a verification session', () => {
  it.each(table)('%s, and %s', (name, _, message, expected) => {
    const before = sessions[name]
    const now = isDecided(before) ? 9999 : 1100
    const result = stepVerification(before, message, now)
    if (!result.ok) expect(result.error.code).toBe(expected)
    else if (expected === 'same') expect(result.value).toBe(before)
    else expect(result.value.state).toBe(expected)
  })

  it.each(OPEN)('%s takes nothing from the moment it expires', (name) => {
    const expired = { code: 'session_expired', expiresAt: 1300, now: 1300 }
    for (const message of [fetch, answer('h1'), unjudged('h1'), decline('h1'), strange('h1')]) {
      expect(stepVerification(sessions[name], message, 1300)).toEqual({ ok: false, error: expired })
      expect(stepVerification(sessions[name], message, 1299).ok).toBe(true)
    }
  })

  it.each(ANSWERED)('%s says to the same bytes what it said, for ever', (name) => {
    const { answer: kept } = sessions[name]
    const reply = name === 'rejected' ? 'refused' : 'taken'
    expect(kept).toEqual({ hash: 'h1', reply })
    expect(answerClosed(sessions[name], 'h1', 9999)).toEqual({ ok: true, value: sessions[name] })
    expect(answerClosed(sessions[name], 'h2', 1100)).toEqual({
      ok: false,
      error: { code: 'already_answered' },
    })
  })

  it.each(DECIDED)('%s has one final event, and it is the last', (name) => {
    const finals = ['verified', 'rejected', 'undetermined', 'declined', 'expired']
    const told = sessions[name].events.filter(({ type }) => finals.includes(type))
    expect(told).toEqual([sessions[name].events.at(-1)])
    expect(told[0]?.type).toBe(sessions[name].state)
  })

  it('is judged when it is open and in time, and not before it was looked into', () => {
    expect(answerClosed(requested, 'h1', 1299)).toBeUndefined()
    expect(answerClosed(requested, 'h1', 1300)).toMatchObject({ error: { code: 'session_expired' } })
  })

  it('keeps the decision with its facts, and drops the moment of the request', () => {
    expect(sessions.verified).toEqual({
      ...created,
      state: 'verified',
      decidedAt: 1100,
      answer: { hash: 'h1', reply: 'taken' },
      checks,
      credentials,
      events: [
        { sequence: 1, type: 'created', at: 1000 },
        { sequence: 2, type: 'requested', at: 1050 },
        { sequence: 3, type: 'verified', at: 1100 },
      ],
    })
  })

  it.each(['rejected', 'rejected later', 'undetermined'] as const)('keeps no claims when %s', (name) => {
    expect(sessions[name]).toMatchObject({ credentials: [presented] })
    expect(JSON.stringify(sessions[name])).not.toContain('age')
  })

  it('leaves the session that it was given as it is', () => {
    const frozen = Object.freeze({ ...created, events: Object.freeze([...created.events]) })
    expect(after(frozen, answer('h1')).events).toHaveLength(2)
    expect(after(frozen, decline('h1')).attempts).toHaveLength(1)
    expect(frozen.events).toHaveLength(1)
    expect(frozen.attempts).toHaveLength(0)
  })
})

describe('an attempt', () => {
  it('is kept and told, the first of each kind, and changes nothing else', () => {
    const attempts = [
      { kind: 'declined', at: 1100, reason: 'access_denied' },
      {
        kind: 'stranger',
        at: 1100,
        checks: [{ name: 'issuer_trust', outcome: 'failed', detail: 'anchor_unknown' }],
      },
    ]
    const both = after(requested, decline('h0'), strange('h8'))
    expect(both).toEqual({
      ...requested,
      attempts,
      events: [
        ...requested.events,
        { sequence: 3, type: 'attempted', at: 1100, detail: 'declined' },
        { sequence: 4, type: 'attempted', at: 1100, detail: 'stranger' },
      ],
    })
    expect(after(both, strange('h9'), decline('h7'))).toBe(both)
    expect(after(both, answer('h1'))).toMatchObject({ state: 'verified', attempts })
  })
})

describe('at the end of the time', () => {
  it.each([
    ['nobody', [], { state: 'expired' }],
    ['somebody who declined', [decline('h0')], { state: 'declined', reason: 'access_denied' }],
    [
      'a stranger',
      [strange('h0')],
      { state: 'rejected', credentials: [], checks: [{ name: 'issuer_trust' }] },
    ],
    ['a stranger before somebody who declined', [strange('h0'), decline('h8')], { state: 'declined' }],
    ['somebody who declined before a stranger', [decline('h0'), strange('h8')], { state: 'declined' }],
    ['an answer that could not be judged', [decline('h0'), unjudged('h1')], { state: 'undetermined' }],
  ])('%s speaks', (_who, messages, expected) => {
    expect(at(after(requested, ...messages), timeOver, 1300)).toMatchObject({ ...expected, decidedAt: 1300 })
  })

  it('what is found in the last look still decides', () => {
    expect(at(answered, found('passed', 'passed', 'passed'), 1300).state).toBe('verified')
    expect(at(answered, found(undefined, 'failed'), 1300).state).toBe('rejected')
  })
})

describe('an answer that was taken', () => {
  it('waits with what it says, and is verified with the checks that were found', () => {
    expect(answered).toMatchObject({ state: 'answered', answeredAt: 1100, credentials })
    const part = after(answered, found(undefined, 'passed'))
    expect(part).toMatchObject({ missing: [{ at: 1 }, { at: 3 }], events: answered.events })
    expect(after(part, found('passed'), found(undefined, undefined, 'passed'))).toEqual({
      ...created,
      state: 'verified',
      decidedAt: 1100,
      answer: { hash: 'h1', reply: 'taken' },
      credentials,
      checks: [
        ...checks,
        { name: 'status', outcome: 'passed', queryId: 'pid' },
        { name: 'status', outcome: 'passed', queryId: 'pid' },
        { name: 'policy', outcome: 'passed' },
      ],
      events: [
        ...requested.events,
        { sequence: 3, type: 'answered', at: 1100 },
        { sequence: 4, type: 'verified', at: 1100 },
      ],
    })
  })

  it('is not turned by evidence for what was known', () => {
    const part = after(answered, found('passed'))
    expect(after(part, found('failed'))).toBe(part)
  })

  it('that is rejected names no policy that nobody asked', () => {
    const names = (session: VerificationSession) =>
      'checks' in session && session.checks.map(({ name }) => name)
    expect(names(sessions['rejected later'])).toEqual(['issuer_signature', 'status', 'status'])
    expect(names(sessions.undetermined)).toContain('policy')
  })
})
