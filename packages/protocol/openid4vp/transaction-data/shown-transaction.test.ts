import { describe, expect, it } from 'vitest'
import { KNOWN_TRANSACTION_TYPES, transactionTypes } from './known-types.ts'
import { showTransaction, textIn } from './shown-transaction.ts'
import { details, payment, read, signature } from './transaction-data.testing.ts'
import { isGroup, type TransactionField } from './transaction-type.ts'

function shown(entry: Parameters<typeof read>[0][number], locales: readonly string[] = ['en']) {
  const result = read([entry])
  const [first] = result.ok ? result.value : []
  if (first === undefined) throw new Error('not read')
  return showTransaction(first, locales)
}

describe('what people are shown', () => {
  it('is everything that is in it, in their language', () => {
    const recurring = { start_date: '2027-01-01', expiry_date: '2027-12-31', frequency: 30 }
    expect(
      shown(payment({ payment_data: { ...details, recurring_schedule: recurring } }), ['de-AT']),
    ).toEqual({
      type: 'payment_data',
      title: 'Zahlung',
      fields: [
        { label: 'Empfänger', value: 'Shop' },
        { label: 'Betrag', value: '23.58' },
        { label: 'Währung', value: 'EUR' },
        { label: 'Wiederholt ab', value: '2027-01-01' },
        { label: 'Wiederholt bis', value: '2027-12-31' },
        { label: 'Tage zwischen Zahlungen, mindestens', value: '30' },
      ],
    })
  })

  it('says of several what belongs together', () => {
    expect(shown(signature()).fields.map(({ label, value }) => `${label}=${value}`)).toEqual([
      'Document 1: Name=Contract',
      'Document 1: Hash=sTOgwOm',
      'Document 1: Hash algorithm=2.16.840.1.101.3.4.2.1',
      'Document 2: Name=Annex',
      'Document 2: Hash=HZQzZm',
      'Document 2: Hash algorithm=2.16.840.1.101.3.4.2.1',
      'Kind of signature=eu_eidas_qes',
    ])
  })

  it('is in the first language that is known, else in the first that there is', () => {
    const texts = { en: 'Payment', de: 'Zahlung' }
    expect(textIn(texts, ['fr', 'de', 'en'])).toBe('Zahlung')
    expect(textIn(texts, ['fr'])).toBe('Payment')
    expect(textIn(texts, [])).toBe('Payment')
  })
})

describe('a known type', () => {
  const fieldsOf = (fields: readonly TransactionField[]): readonly TransactionField[] =>
    fields.flatMap((field) => [field, ...(isGroup(field) ? fieldsOf(field.fields) : [])])

  it.each(KNOWN_TRANSACTION_TYPES)('$type has its names in both languages', ({ displayName, fields }) => {
    for (const texts of [displayName, ...fieldsOf(fields).map(({ label }) => label)])
      expect(Object.keys(texts)).toEqual(['en', 'de'])
  })

  it('makes room for one of the same name that is configured', () => {
    const own = { type: 'payment_data', displayName: { en: 'Mine' }, fields: [] }
    const other = { ...own, type: 'urn:example:other' }
    const types = transactionTypes([own, other])
    expect([...types.keys()]).toEqual(['payment_data', 'qes_authorization', 'urn:example:other'])
    expect(types.get('payment_data')).toBe(own)
  })
})
