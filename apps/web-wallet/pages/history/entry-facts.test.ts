import type { HistoryItem } from '@countersign/api/wallet/history'
import { describe, expect, it } from 'vitest'
import { en } from '../texts/own/en.ts'
import { credentialFacts, entryLine, entryName } from './entry-facts.ts'

const t = en.history
const HOST = 'shop.example'

const card = (title: string, labels: readonly string[], moreClaims = 0) => ({
  format: 'dc+sd-jwt',
  type: 'urn:example:card',
  title,
  claims: labels.map((label) => ({ path: [label], label })),
  moreClaims,
})

function item(action: HistoryItem['action'], data: Partial<HistoryItem['data']>): HistoryItem {
  return {
    id: 'e1',
    event: 'Credential',
    action,
    timestamp: '2026-11-29T09:30:00Z',
    tenant: '',
    originator: 'wallet',
    account: 'a',
    wallet: 'w',
    data: { credentials: [], ...data },
  }
}

describe('an entry', () => {
  it.each<readonly [string, HistoryItem, string]>([
    ['a host alone', item('Present', { party: { id: 'x', host: HOST } }), HOST],
    [
      'a name that nobody confirmed',
      item('Reject', { party: { id: 'x', host: HOST, name: 'Your Bank' } }),
      HOST,
    ],
    [
      'a name in a certificate that nobody vouched for',
      item('Present', { party: { id: 'x', host: HOST, trust: { trusted: false, name: 'CN=Your Bank' } } }),
      HOST,
    ],
    [
      'a confirmed name, and not the own word',
      item('Present', {
        party: { id: 'x', host: HOST, name: 'Best', trust: { trusted: true, name: 'CN=Example Shop' } },
      }),
      'Example Shop',
    ],
    [
      'a card, where nobody else was there',
      item('Delete', { credentials: [card('ID\u202e card', [])] }),
      'ID card',
    ],
    ['nothing', item('Delete', {}), t.nobody],
  ])('with %s is called by what is known', (_, entry, name) => {
    expect(entryName(entry, t)).toBe(name)
  })

  const two = [card('ID card', ['Given name', 'Family name'])]
  it.each<readonly [HistoryItem, string]>([
    [item('Receive', { credentials: two }), 'You added ID card'],
    [item('Delete', { credentials: two, permanent: true }), 'You deleted ID card for good'],
    [item('Delete', { credentials: two }), 'You deleted ID card'],
    [item('Restore', { credentials: two }), 'You took ID card back'],
    [item('Reject', { declined: 'offer', credentials: two }), 'You did not add ID card'],
    [item('Reject', { declined: 'request' }), t.declined],
    [item('Reject', { declined: 'request', outcome: 'taken' }), t.declinedTold],
    [item('Reject', { declined: 'request', outcome: 'refused' }), t.declinedTold],
    [item('Reject', { declined: 'request', outcome: 'unanswered' }), t.declinedUnheard],
    [item('Present', { outcome: 'taken', credentials: two }), 'You shared 2 details from ID card'],
    [
      item('Present', { outcome: 'taken', credentials: [...two, card('Licence', ['Class'], 3)] }),
      'You shared 6 details from 2 cards',
    ],
    [
      item('Present', { outcome: 'refused', credentials: two }),
      'You shared 2 details. They did not accept it.',
    ],
    [
      item('Present', { outcome: 'unanswered', credentials: two }),
      'You shared 2 details. It is not known whether they arrived.',
    ],
  ])('says what happened', (entry, line) => {
    expect(entryLine(entry, t)).toBe(line)
  })

  it('hides values until they are told, and says what goes beyond what is named', () => {
    const [shared] = [card('ID card', ['Given name', 'Given name'], 2)]
    const hidden = credentialFacts('Present', shared!, t)
    expect(hidden.map(({ label }) => label)).toEqual(['Given name', 'Given name', 'Beyond that', 'From'])
    expect(hidden.slice(0, 2).map(({ value }) => value)).toEqual(['••••••', '••••••'])
    expect(hidden[2]?.value).toBe('2 details')
    const told = { ...shared!, claims: [{ path: ['a'], label: 'Name', value: 'Ana\u202e' }], moreClaims: 0 }
    expect(credentialFacts('Present', told, t)).toEqual([
      { label: 'Name', value: 'Ana' },
      { label: 'From', value: 'ID card' },
    ])
    expect(credentialFacts('Receive', shared!, t)).toEqual([
      { label: 'Card', value: 'ID card' },
      { label: 'What is on it', value: 'Given name' },
    ])
    expect(credentialFacts('Delete', card('ID card', []), t)).toEqual([{ label: 'Card', value: 'ID card' }])
  })
})
