import type { VerificationView } from '@countersign/api/verifier/session'
import { describe, expect, it } from 'vitest'
import { isCodeOpen, requestSteps, stageOf, waitsForReturn } from './request-steps.ts'

const events = (...types: readonly string[]) =>
  types.map((type, at) => ({ sequence: at + 1, type, at: 1000 + at }))
const outcome = { verdict: 'open', sentence: 'Waiting.' } as const
const common = {
  id: 'x',
  dcqlQuery: {},
  responseMode: 'direct_post',
  clientId: 'x509_san_dns:verifier.example',
  requestPassing: 'by_reference',
  createdAt: 1000,
  expiresAt: 1300,
  returned: false,
  outcome,
} as const

function answered(missing: readonly ('status' | 'same_device')[]): VerificationView {
  const said = { title: 'Status', meaning: 'Could not be checked.', evidence: [] }
  return {
    ...common,
    state: 'answered',
    answeredAt: 1010,
    missing: missing.map((name) => ({ name, ...said })),
  }
}

describe('a request', () => {
  it.each([
    ['created', 'requested', ['created'], ['done', 'now', 'todo', 'todo']],
    ['requested', 'opened', ['created', 'requested'], ['done', 'done', 'now', 'todo']],
    ['answered', 'answered', ['created', 'requested', 'answered'], ['done', 'done', 'done', 'now']],
    ['verified', 'decided', ['created', 'requested', 'verified'], ['done', 'done', 'done', 'done']],
    ['rejected', 'decided', ['created', 'requested', 'rejected'], ['done', 'done', 'done', 'done']],
    ['undetermined', 'decided', ['created', 'answered', 'undetermined'], ['done', 'done', 'done', 'done']],
    ['expired', 'expired', ['created', 'expired'], ['done', 'over']],
    ['expired', 'expired', ['created', 'requested', 'attempted', 'expired'], ['done', 'done', 'over']],
    ['declined', 'declined', ['created', 'requested', 'attempted', 'declined'], ['done', 'done', 'over']],
  ] as const)('in the state %s is %s', (state, stage, types, states) => {
    const view = { ...common, state } as unknown as VerificationView
    expect(stageOf(view)).toBe(stage)
    expect(requestSteps(stage, events(...types)).map((step) => step.state)).toEqual(states)
    expect(isCodeOpen(stage)).toBe(state === 'created' || state === 'requested')
  })

  it.each([
    ['requested', ['created'], ['created', 'answered', 'checked'], ['done', 'now', 'todo']],
    ['answered', ['created', 'answered'], ['created', 'answered', 'checked'], ['done', 'done', 'now']],
    ['decided', ['created', 'verified'], ['created', 'answered', 'checked'], ['done', 'done', 'done']],
    ['expired', ['created', 'expired'], ['created', 'expired'], ['done', 'over']],
    // Somebody fetched it all the same.
    [
      'opened',
      ['created', 'requested'],
      ['created', 'requested', 'answered', 'checked'],
      ['done', 'done', 'now', 'todo'],
    ],
  ] as const)('that nobody has to fetch is %s without having been opened', (stage, types, ids, states) => {
    const steps = requestSteps(stage, events(...types), false)
    expect(steps.map(({ id }) => id)).toEqual(ids)
    expect(steps.map(({ state }) => state)).toEqual(states)
  })

  it('says whether it waits for the browser or for what could not be found out', () => {
    expect(waitsForReturn(answered(['same_device']))).toBe(true)
    expect(waitsForReturn(answered(['same_device', 'status']))).toBe(false)
    expect(waitsForReturn(answered([]))).toBe(false)
  })
})
