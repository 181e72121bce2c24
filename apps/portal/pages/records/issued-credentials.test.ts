import { credentialLogQuery } from '@countersign/api/issuer/credential-log'
import { describe, expect, it } from 'vitest'
import { changesOf, queryOf, shownStatus } from './issued-credentials.ts'

const NOW = 1_800_000_000
const view = {
  id: 'x',
  sessionId: 'y',
  credentialConfigurationId: 'c',
  format: 'dc+sd-jwt',
  issuedAt: NOW - 10,
  status: 'valid',
} as const

describe('a question to the log', () => {
  const none = { type: '', status: '', from: '', until: '' }

  it('is one that the issuer takes, with the whole of the last day', () => {
    const query = queryOf({ type: 'c', status: 'revoked', from: '2027-01-15', until: '2027-01-15' }, 'AAAA')
    const read = credentialLogQuery.parse(Object.fromEntries(new URLSearchParams(query)))
    expect(read).toMatchObject({
      credentialConfigurationId: 'c',
      status: 'revoked',
      before: 'AAAA',
      limit: 20,
    })
    expect((read.issuedBefore ?? 0) - (read.issuedFrom ?? 0)).toBe(86_400)
    const local = new Date((read.issuedFrom ?? 0) * 1000)
    expect([local.getFullYear(), local.getMonth(), local.getDate(), local.getHours()]).toEqual([
      2027, 0, 15, 0,
    ])
  })

  it.each(['', '2027-02-30', 'yesterday', '1900-01-01'])(
    'has no time for %j that the issuer refuses',
    (from) => {
      const read = credentialLogQuery.parse(
        Object.fromEntries(new URLSearchParams(queryOf({ ...none, from }))),
      )
      expect(read.issuedFrom ?? 0).toBe(0)
    },
  )
})

describe('a credential in the log', () => {
  it.each([
    [view, 'valid', ['suspended', 'revoked']],
    [{ ...view, status: 'suspended' as const }, 'suspended', ['valid', 'revoked']],
    [{ ...view, status: 'revoked' as const }, 'revoked', []],
    [{ ...view, status: undefined }, 'withoutStatus', []],
    [{ ...view, expiresAt: NOW }, 'expired', ['suspended', 'revoked']],
    [{ ...view, expiresAt: NOW, status: 'revoked' as const }, 'revoked', []],
    [{ ...view, format: 'jwt_vc_json' }, 'valid', ['revoked']],
  ])('is shown as it is, with what can be done: %#', (one, shown, changes) => {
    expect([shownStatus(one, NOW), changesOf(one)]).toEqual([shown, changes])
  })
})
