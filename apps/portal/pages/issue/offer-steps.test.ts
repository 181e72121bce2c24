import type { IssuanceSessionView } from '@countersign/api/issuer/sessions'
import { describe, expect, it } from 'vitest'
import { isCodeOpen, offerSteps, stageOf } from './offer-steps.ts'

function view(
  state: IssuanceSessionView['state'],
  more: Partial<IssuanceSessionView> = {},
): IssuanceSessionView {
  return {
    id: 'x',
    state,
    configurationIds: ['identity_credential_dc+sd-jwt'],
    createdAt: 1000,
    expiresAt: 1300,
    authenticationMethod: 'PRE_AUTHORIZED',
    txCodeRequired: false,
    wrongTxCodes: 0,
    issued: {},
    credentials: [],
    ...more,
  }
}

const events = (...types: readonly string[]) =>
  types.map((type, at) => ({ sequence: at + 1, type, at: 1000 + at }))

describe('an offer', () => {
  it.each([
    ['offered', view('offered'), ['offered'], ['done', 'now', 'todo', 'todo', 'todo']],
    ['opened', view('offered'), ['offered', 'opened'], ['done', 'done', 'now', 'todo', 'todo']],
    ['opened', view('offered', { openedAt: 1001 }), ['offered'], ['done', 'done', 'now', 'todo', 'todo']],
    ['code_used', view('token_issued'), ['offered', 'token_issued'], ['done', 'done', 'done', 'now', 'todo']],
    [
      'issued',
      view('completed'),
      ['offered', 'opened', 'token_issued', 'credential_issued', 'completed'],
      ['done', 'done', 'done', 'done', 'now'],
    ],
    [
      'accepted',
      view('completed'),
      ['offered', 'opened', 'token_issued', 'credential_issued', 'completed', 'accepted'],
      ['done', 'done', 'done', 'done', 'done'],
    ],
    ['expired', view('expired'), ['offered'], ['done', 'over']],
    ['expired', view('expired'), ['offered', 'opened'], ['done', 'done', 'over']],
    ['closed', view('closed'), ['offered', 'opened', 'tx_code_wrong', 'closed'], ['done', 'done', 'failed']],
    [
      'failed',
      view('completed'),
      ['offered', 'opened', 'token_issued', 'credential_issued', 'completed', 'credential_failure'],
      ['done', 'done', 'done', 'done', 'failed'],
    ],
  ] as const)('is %s, and its line says so', (stage, session, types, states) => {
    const heard = events(...types)
    expect(stageOf(session, heard)).toBe(stage)
    expect(offerSteps(stage, heard).map(({ state }) => state)).toEqual(states)
  })

  it.each([
    ['opened', view('offered'), ['offered', 'opened'], ['done', 'done', 'now', 'todo', 'todo', 'todo']],
    [
      'opened',
      view('offered'),
      ['offered', 'opened', 'authorization_denied'],
      ['done', 'done', 'now', 'todo', 'todo', 'todo'],
    ],
    [
      'authorized',
      view('offered'),
      ['offered', 'opened', 'authorized'],
      ['done', 'done', 'done', 'now', 'todo', 'todo'],
    ],
    [
      'accepted',
      view('completed'),
      ['offered', 'opened', 'authorized', 'token_issued', 'credential_issued', 'completed', 'accepted'],
      ['done', 'done', 'done', 'done', 'done', 'done'],
    ],
    ['expired', view('expired'), ['offered', 'opened', 'authorized'], ['done', 'done', 'done', 'over']],
    ['expired', view('expired'), ['offered', 'opened'], ['done', 'done', 'over']],
    ['closed', view('closed'), ['offered', 'opened', 'closed'], ['done', 'done', 'failed']],
  ] as const)(
    'that is taken up in a browser is %s, and its line says so',
    (stage, session, types, states) => {
      const heard = events(...types)
      expect(stageOf(session, heard)).toBe(stage)
      for (const authenticationMethod of ['PWD', 'VP_TOKEN', 'NONE'] as const)
        expect(offerSteps(stage, heard, { authenticationMethod }).map(({ state }) => state)).toEqual(states)
    },
  )

  const deferred = { 'identity_credential_dc+sd-jwt': { decision: 'pending' } } as const
  it.each([
    [
      'opened',
      view('offered', { deferred }),
      ['offered', 'opened'],
      ['done', 'done', 'now', 'todo', 'todo', 'todo'],
    ],
    [
      'opened',
      view('offered', { deferred }),
      ['offered', 'opened', 'deferral_approved'],
      ['done', 'done', 'now', 'todo', 'todo', 'todo'],
    ],
    [
      'waiting',
      view('token_issued', { deferred }),
      ['offered', 'opened', 'token_issued', 'credential_deferred'],
      ['done', 'done', 'done', 'now', 'todo', 'todo'],
    ],
    [
      'code_used',
      view('token_issued', { deferred }),
      ['offered', 'opened', 'token_issued', 'credential_deferred', 'deferral_approved'],
      ['done', 'done', 'done', 'done', 'now', 'todo'],
    ],
    [
      'accepted',
      view('completed'),
      [
        'offered',
        'opened',
        'token_issued',
        'deferral_approved',
        'credential_issued',
        'completed',
        'accepted',
      ],
      ['done', 'done', 'done', 'done', 'done', 'done'],
    ],
    [
      'refused',
      view('token_issued', { deferred }),
      ['offered', 'opened', 'token_issued', 'credential_deferred', 'deferral_refused'],
      ['done', 'done', 'done', 'failed'],
    ],
  ] as const)(
    'that somebody has to agree to is %s, and its line says so',
    (stage, session, types, states) => {
      const heard = events(...types)
      expect(stageOf(session, heard)).toBe(stage)
      expect(offerSteps(stage, heard, session).map(({ state }) => state)).toEqual(states)
    },
  )

  it('shows its code only while somebody can still use it', () => {
    const open = ['offered', 'opened', 'authorized'] as const
    const spent = [
      'code_used',
      'waiting',
      'refused',
      'issued',
      'accepted',
      'failed',
      'deleted',
      'closed',
      'expired',
    ] as const
    expect([open.every(isCodeOpen), spent.some(isCodeOpen)]).toEqual([true, false])
  })
})
