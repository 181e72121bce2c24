import { credentialLogQuery } from '@countersign/api/issuer/credential-log'
import { describe, expect, it } from 'vitest'
import { changesOf, entriesOf, queryOf, shownStatus, withChanged } from './issued-credentials.ts'

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

describe('copies of one another on a page', () => {
  const copies = ['1', '2', '3'].map((id) => ({ ...view, id }))

  it('are one entry where the first of them stands, whatever is between them', () => {
    const [one, two, three] = copies
    const other = { ...view, id: '4', sessionId: 'z' }
    if (one === undefined || two === undefined || three === undefined) throw new Error('three were made')
    expect(entriesOf([one, other, two, three])).toEqual([[one, two, three], [other]])
  })

  it.each<[string, object]>([
    ['another issuance', { sessionId: 'z' }],
    ['another configuration', { credentialConfigurationId: 'd' }],
    ['another hour', { issuedAt: NOW - 3610 }],
    ['another status', { status: 'revoked' }],
    ['a status since another time', { statusChangedAt: NOW }],
  ])('are none where there is %s', (_what, change) => {
    const other = { ...view, id: '2', ...change }
    expect(entriesOf([view, other])).toEqual([[view], [other]])
  })

  it('have all the status that one of them was given, and others keep theirs', () => {
    const other = { ...view, id: '4', sessionId: 'z' }
    const changed = { ...view, id: '2', status: 'suspended' as const, statusChangedAt: NOW }
    const page = withChanged([...copies, other], changed)
    expect(entriesOf(page).map((entry) => [entry.length, entry[0].status])).toEqual([
      [3, 'suspended'],
      [1, 'valid'],
    ])
  })

  it('get no status where they have none', () => {
    const { status: _none, ...without } = { ...view, id: '3' }
    const changed = { ...view, status: 'revoked' as const, statusChangedAt: NOW }
    expect(withChanged([view, without], changed)).toEqual([changed, without])
  })
})
