import type { TransactionDataProfiles } from '@countersign/api/verifier/transaction-data'
import { expect, it } from 'vitest'
import { transactionRows, transactionTitle } from './transaction-rows.ts'

const field = (name: string, en: string, de: string, more: object = {}) =>
  ({ name, label: { en, de }, kind: 'text', required: true, ...more }) as const
const payment: TransactionDataProfiles[number] = {
  type: 'payment_data',
  displayName: 'Payment',
  displayNames: { en: 'Payment', de: 'Zahlung' },
  fields: [
    field('payment_data', 'Payment', 'Zahlung', {
      kind: 'object',
      fields: [
        field('payee', 'Payee', 'Empfänger'),
        field('currency_amount', 'Amount', 'Betrag', {
          kind: 'object',
          fields: [field('value', 'Amount', 'Betrag'), field('currency', 'Currency', 'Währung')],
        }),
      ],
    }),
  ],
}
const documents = {
  ...payment,
  type: 'documents',
  fields: [
    field('documents', 'Document', 'Dokument', { kind: 'list', fields: [field('label', 'Name', 'Name')] }),
  ],
}
const paid = {
  type: 'payment_data',
  credential_ids: ['identity'],
  transaction_data_hashes_alg: ['sha-256'],
  payment_data: { payee: 'Example Shop', currency_amount: { currency: 'EUR', value: '23.58' } },
}
const in_ = (language: string) => ({ language, words: { yes: 'Yes', no: 'No' } })

it.each([
  [
    'en',
    [
      ['Payee', 'Example Shop'],
      ['Currency', 'EUR'],
      ['Amount', '23.58'],
    ],
  ],
  [
    'de-DE',
    [
      ['Empfänger', 'Example Shop'],
      ['Währung', 'EUR'],
      ['Betrag', '23.58'],
    ],
  ],
  [
    'fr',
    [
      ['Payee', 'Example Shop'],
      ['Currency', 'EUR'],
      ['Amount', '23.58'],
    ],
  ],
] as const)('a payment is told in %s under the names of its type', (language, rows) => {
  const told = transactionRows(paid, payment, in_(language))
  expect(told.map(({ label, value }) => [label, value])).toEqual(rows)
})

it('nothing is left out of an entry whose type nobody knows here', () => {
  const data = {
    type: 'x',
    credential_ids: ['a'],
    account: { iban: 'DE00' },
    recurring: false,
    times: 3,
    empty: null,
    lines: ['a', 'b'],
    parts: [{ size_cm: 1 }, { size_cm: 2 }],
  }
  expect(
    transactionRows(data, undefined, in_('en')).map(({ label, value }) => `${label} = ${value}`),
  ).toEqual([
    'Iban = DE00',
    'Recurring = No',
    'Times = 3',
    'Empty = null',
    'Lines = ["a","b"]',
    'Parts 1: Size cm = 1',
    'Parts 2: Size cm = 2',
  ])
})

it('each of several is told under its number', () => {
  const data = { type: 'documents', documents: [{ label: 'Contract' }, { label: 'Annex' }] }
  expect(transactionRows(data, documents, in_('de')).map(({ label }) => label)).toEqual([
    'Dokument 1: Name',
    'Dokument 2: Name',
  ])
})

it('an entry is called as its type is, and as it calls itself where nobody knows it', () => {
  expect(transactionTitle('payment_data', payment, 'de')).toBe('Zahlung')
  expect(transactionTitle('payment_data', payment, 'fr')).toBe('Payment')
  expect(transactionTitle('urn:example:x', undefined, 'en')).toBe('urn:example:x')
})
