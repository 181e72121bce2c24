import type { Check } from '@countersign/credential/contract/checks'
import { describe, expect, it } from 'vitest'
import type { JudgedAnswer, VerificationMessage, VerificationSession } from './session.ts'
import { stepVerification } from './session-step.ts'

const allowed: VerificationSession = {
  state: 'requested',
  id: 's',
  createdAt: 1000,
  requestedAt: 1050,
  expiresAt: 1300,
  dcqlQuery: { credentials: [{ id: 'pid', format: 'dc+sd-jwt', meta: {} }] },
  nonce: 'n',
  clientId: 'x509_hash:h',
  answerMode: { mode: 'direct_post', responseUri: 'https://verifier.example/answer/s' },
  policies: [],
  successRedirectUri: 'https://shop.example/done',
  attempts: [],
  events: [
    { sequence: 1, type: 'created', at: 1000 },
    { sequence: 2, type: 'requested', at: 1050 },
  ],
}
const required: VerificationSession = { ...allowed, sameDevice: 'required' }

const timeOver: VerificationMessage = { type: 'time_over' }
const brought = (what: 'answer' | 'declined' | 'stranger'): VerificationMessage => ({
  type: 'browser_returned',
  with: what,
})
const presented = { queryId: 'pid', format: 'dc+sd-jwt', type: 't' } as const
const signature = { name: 'issuer_signature', outcome: 'passed', queryId: 'pid' } as const
const status = { name: 'status', outcome: 'undetermined', queryId: 'pid' } as const
const notAsked = { name: 'policy', policy: 'p', outcome: 'undetermined', detail: 'not_asked' } as const
const judged = (more: Partial<JudgedAnswer>): VerificationMessage => ({
  type: 'answer_judged',
  answerHash: 'h1',
  verdict: 'accepted',
  checks: [signature],
  credentials: [{ ...presented, claims: { age: 44 } }],
  missing: [],
  ...more,
})
const good = judged({})
const bad = judged({ verdict: 'failed', checks: [{ ...signature, outcome: 'failed' }] })
const unjudged = judged({
  verdict: 'missing',
  checks: [signature, status, notAsked],
  missing: [
    { kind: 'status', at: 1, format: 'dc+sd-jwt', statuses: [] },
    { kind: 'policy', at: 2, requested: 0 },
  ],
})
const found = (outcome: 'passed' | 'failed'): VerificationMessage => ({
  type: 'evidence_found',
  found: [
    { at: 1, check: { name: 'status', outcome } },
    ...(outcome === 'passed' ? [{ at: 2, check: { name: 'policy', outcome } } as const] : []),
  ],
})
const decline: VerificationMessage = { type: 'wallet_declined', answerHash: 'h0', reason: 'access_denied' }
const strange: VerificationMessage = {
  type: 'stranger_answered',
  answerHash: 'h0',
  checks: [{ name: 'issuer_trust', outcome: 'failed', detail: 'anchor_unknown' }],
}
const NOT_BACK: Check = { name: 'same_device', outcome: 'undetermined', detail: 'not_returned' }
const BACK: Check = { name: 'same_device', outcome: 'passed' }
const NEVER_BACK: Check = { name: 'same_device', outcome: 'failed', detail: 'not_returned' }

function at(session: VerificationSession, message: VerificationMessage, now: number): VerificationSession {
  const result = stepVerification(session, message, now)
  if (!result.ok) throw new Error(result.error.code)
  return result.value
}

function after(session: VerificationSession, ...messages: readonly VerificationMessage[]) {
  return messages.reduce((before, message) => at(before, message, 1100), session)
}

function refusalOf(session: VerificationSession, message: VerificationMessage, now = 1100) {
  const result = stepVerification(session, message, now)
  return result.ok ? undefined : result.error.code
}

function told(session: VerificationSession): readonly string[] {
  return session.events.slice(2).map(({ detail, type }) => (detail ? `${type} ${detail}` : type))
}

describe('a session in which the browser has to come back', () => {
  it.each([
    ['a good answer', good, 'taken', [signature, NOT_BACK]],
    ['a bad answer', bad, 'refused', [{ ...signature, outcome: 'failed' }, NOT_BACK]],
    ['one that cannot be judged yet', unjudged, 'taken', [signature, status, notAsked, NOT_BACK]],
  ])('has no result from %s', (_name, message, reply, checks) => {
    const answered = after(required, message)
    expect(answered).toMatchObject({ state: 'answered', answer: { hash: 'h1', reply }, checks })
    expect(told(answered)).toEqual(['answered'])
    expect(answered).toHaveProperty(
      'missing',
      expect.arrayContaining([{ kind: 'return', at: checks.length - 1 }]),
    )
  })

  it('is decided by the return, as the answer was judged', () => {
    const verified = after(required, good, brought('answer'))
    expect(verified).toMatchObject({ state: 'verified', returnedAt: 1100, checks: [signature, BACK] })
    expect(verified).toHaveProperty('credentials', [{ ...presented, claims: { age: 44 } }])
    expect(told(verified)).toEqual(['answered', 'returned', 'verified'])
    const rejected = after(required, bad, brought('answer'))
    expect(rejected).toMatchObject({ state: 'rejected', checks: [{ outcome: 'failed' }, BACK] })
    expect(told(rejected)).toEqual(['answered', 'returned', 'rejected'])
  })

  it.each([
    ['first', [brought('answer'), found('passed')]],
    ['last', [found('passed'), brought('answer')]],
  ])('waits for the evidence and the return, which comes %s', (_name, [one, other]) => {
    const half = after(required, unjudged, ...(one ? [one] : []))
    expect(half.state).toBe('answered')
    expect(after(half, ...(other ? [other] : []))).toMatchObject({
      state: 'verified',
      checks: [signature, { name: 'status', outcome: 'passed' }, { outcome: 'passed' }, BACK],
    })
  })

  it('says nothing of what has failed before the return, keeps no claims of it and asks for nothing more', () => {
    const failed = after(required, unjudged, found('failed'))
    expect(failed).toMatchObject({ state: 'answered', missing: [{ kind: 'return', at: 3 }] })
    expect(JSON.stringify(failed)).not.toContain('age')
    expect(JSON.stringify(after(required, bad))).not.toContain('age')
    expect(after(failed, found('passed'))).toBe(failed)
    expect(after(failed, brought('answer'))).toMatchObject({
      state: 'rejected',
      checks: [signature, { name: 'status', outcome: 'failed' }, BACK],
    })
  })

  it.each([
    ['a good answer', [good], 'rejected', 'rejected not_returned', [signature, NEVER_BACK]],
    ['a bad answer', [bad], 'rejected', 'rejected not_returned', [{ outcome: 'failed' }, NEVER_BACK]],
    [
      'failed evidence',
      [unjudged, found('failed')],
      'rejected',
      'rejected not_returned',
      [signature, { outcome: 'failed' }, NEVER_BACK],
    ],
    ['no evidence', [unjudged], 'undetermined', 'undetermined', [signature, status, notAsked, NOT_BACK]],
    [
      'no evidence, though the browser is back',
      [unjudged, brought('answer')],
      'undetermined',
      'undetermined',
      [signature, status, notAsked, BACK],
    ],
  ])('ends with %s at the end of the time', (_name, messages, state, event, checks) => {
    const ended = at(after(required, ...messages), timeOver, 1300)
    expect(ended).toMatchObject({ state, decidedAt: 1300, checks })
    expect(told(ended).at(-1)).toBe(event)
    expect(JSON.stringify(ended)).not.toContain('age')
  })

  it('is over when its time is, and by whatever decided it', () => {
    const answered = after(required, good)
    expect(refusalOf(answered, brought('answer'), 1300)).toBe('returned_too_late')
    expect(refusalOf(at(answered, timeOver, 1300), brought('answer'), 1301)).toBe('returned_too_late')
    const returned = after(answered, brought('answer'))
    expect(refusalOf(returned, brought('answer'))).toBe('already_returned')
    expect(refusalOf(after(required, unjudged, brought('answer')), brought('answer'))).toBe(
      'already_returned',
    )
  })
})

describe('a session in which the browser may come back', () => {
  it.each([
    ['verified', good],
    ['rejected', bad],
  ])('is %s without it, and it is known when it is back, once', (state, message) => {
    const decided = after(allowed, message)
    expect(decided).toMatchObject({ state, checks: [{ name: 'issuer_signature' }] })
    const returned = at(decided, brought('answer'), 9999)
    expect(returned).toEqual({ ...decided, returnedAt: 9999 })
    expect(refusalOf(returned, brought('answer'), 9999)).toBe('already_returned')
  })

  it('goes on waiting for evidence when it is back', () => {
    const returned = after(allowed, unjudged, brought('answer'))
    expect(returned).toMatchObject({ state: 'answered', returnedAt: 1100, missing: [{ at: 1 }, { at: 2 }] })
    expect(told(returned)).toEqual(['answered', 'returned'])
    expect(after(returned, found('passed'))).toMatchObject({ state: 'verified', returnedAt: 1100 })
  })

  it('takes the return of an undetermined answer', () => {
    const ended = at(after(allowed, unjudged), timeOver, 1300)
    expect(at(ended, brought('answer'), 1301)).toEqual({ ...ended, returnedAt: 1301 })
  })
})

describe.each([
  ['has to', required],
  ['may', allowed],
])('an attempt whose code is brought back where the browser %s come back', (_name, open) => {
  it.each([
    ['declined', decline, { state: 'declined', reason: 'access_denied' }, 'declined access_denied'],
    [
      'stranger',
      strange,
      { state: 'rejected', credentials: [], checks: [{ name: 'issuer_trust' }] },
      'rejected stranger',
    ],
  ] as const)('decides: %s', (kind, message, expected, event) => {
    const decided = after(open, message, brought(kind))
    expect(decided).toMatchObject({ ...expected, returnedAt: 1100, decidedAt: 1100 })
    expect(told(decided)).toEqual([`attempted ${kind}`, `returned ${kind}`, event])
    expect(refusalOf(decided, brought(kind))).toBe('already_returned')
    expect(refusalOf(decided, brought('stranger'))).toBe('already_returned')
    expect(refusalOf(decided, good)).toBe('session_expired')
  })

  it('decides though nothing is kept of it', () => {
    expect(after(open, brought('declined'))).toMatchObject({ state: 'declined', reason: 'other' })
    expect(after(open, brought('stranger'))).toMatchObject({ state: 'rejected', checks: [] })
  })

  it.each([
    ['was taken', [good]],
    ['was not accepted', [bad]],
    ['waits', [unjudged]],
  ])('decides nothing where an answer %s, and leaves the answer its own return', (_state, messages) => {
    const answered = after(open, decline, ...messages)
    for (const kind of ['declined', 'stranger'] as const)
      expect(refusalOf(answered, brought(kind))).toBe('attempt_outranked')
    expect(after(answered, brought('answer')).returnedAt).toBe(1100)
  })

  it('is too late when the time is over', () => {
    const attempted = after(open, decline)
    expect(refusalOf(attempted, brought('declined'), 1300)).toBe('returned_too_late')
    expect(refusalOf(at(attempted, timeOver, 1300), brought('declined'), 1300)).toBe('returned_too_late')
  })

  it('is no answer: the code of one that is not there is refused', () => {
    expect(refusalOf(open, brought('answer'))).toBe('returned_too_late')
  })
})
