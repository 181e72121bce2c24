import { type CheckedService, checklist } from '@countersign/api/portal/checklist'
import { describe, expect, it } from 'vitest'
import { type ProbeName, probesOf, toneOf } from './readiness.ts'

const NOW = 1_800_000_000
const YEAR = 31_536_000

const issuer: CheckedService = {
  service: 'issuer',
  answers: 'yes',
  keys: [{ purpose: 'credential-issuer', algorithm: 'ES256', endsAt: NOW + YEAR }],
  sessions: { shared: true, processes: 6 },
  address: { url: 'https://issuer.example', reached: true, ms: 12 },
}
const verifier: CheckedService = {
  ...issuer,
  service: 'verifier',
  keys: [{ purpose: 'verifier-request', algorithm: 'ES256' }],
  trust: { sources: 2, failing: 0, endsAt: NOW + 3600 },
  address: { url: 'https://verifier.example', reached: true, ms: 38 },
}

function found(name: ProbeName, ...services: readonly CheckedService[]) {
  const probe = probesOf(checklist.parse({ services }), NOW).find((one) => one.name === name)
  return probe && [toneOf(probe), probe.findings.map(({ code }) => code)]
}

describe('the checklist', () => {
  it('is good where everything is', () => {
    const names = ['keys', 'sessions', 'address', 'trust'] as const
    expect(names.map((name) => found(name, issuer, verifier))).toEqual([
      ['ok', ['keys']],
      ['ok', ['sessionsShared']],
      ['ok', ['addressReached']],
      ['ok', ['trustGood']],
    ])
  })

  it.each<[ProbeName, string, string, Partial<CheckedService>]>([
    ['keys', 'bad', 'keysNone', { keys: [] }],
    ['keys', 'bad', 'keysEnded', { keys: [{ purpose: 'p', algorithm: 'ES256', endsAt: NOW }] }],
    ['keys', 'warn', 'keysEnding', { keys: [{ purpose: 'p', algorithm: 'ES256', endsAt: NOW + 86_400 }] }],
    ['sessions', 'bad', 'sessionsSplit', { sessions: { shared: false, processes: 2 } }],
    ['sessions', 'warn', 'sessionsAlone', { sessions: { shared: false, processes: 1 } }],
    ['address', 'warn', 'addressLost', { address: { url: 'https://x.example', reached: false } }],
    ['trust', 'warn', 'trustNone', { trust: { sources: 0, failing: 0 } }],
    ['trust', 'warn', 'trustFailing', { trust: { sources: 2, failing: 1 } }],
  ])('of %s is %s with %s', (name, tone, code, change) => {
    expect(found(name, { ...verifier, ...change })).toEqual([tone, [code]])
  })

  it('says which service is away, and of the others what they say', () => {
    const away: CheckedService = { service: 'issuer', answers: 'silent' }
    expect(found('keys', away, verifier)).toEqual(['bad', ['silent', 'keys']])
    expect(found('trust', away, verifier)).toEqual(['ok', ['trustGood']])
    const refused: CheckedService = { service: 'verifier', answers: 'key_refused' }
    expect(found('keys', away, refused)).toEqual(['bad', ['silent', 'keyRefused']])
    expect(found('trust', away, refused)).toBeUndefined()
  })
})
