import { decodeTextBase64url, encodeTextBase64url } from '@countersign/core/base64url'
import type { JsonObject, JsonValue } from '@countersign/core/json'
import { describe, expect, it } from 'vitest'
import { details, payment, query, read, readTexts, signature } from './transaction-data.testing.ts'
import { authorisingQuery, writeTransactionEntry } from './transaction-data.ts'

const scheduled = { ...details, recurring_schedule: { start_date: '2027-01-01', frequency: 30 } }

describe('transaction data', () => {
  it('is what its type says, for the credentials that it names', () => {
    const entry = payment({ credential_ids: ['b', 'a'], transaction_data_hashes_alg: ['sha-512'] })
    expect(read([entry])).toMatchObject({
      ok: true,
      value: [
        {
          text: writeTransactionEntry(entry),
          type: { type: 'payment_data' },
          credentialIds: ['b', 'a'],
          members: { payment_data: details },
        },
      ],
    })
  })

  it('travels as the JSON of what was given', () => {
    expect(decodeTextBase64url(writeTransactionEntry(payment()))).toBe(JSON.stringify(payment()))
  })

  it.each<[string, readonly JsonObject[]]>([
    ['with all that its type has', [payment({ payment_data: scheduled })]],
    ['of several types', [payment(), signature()]],
    ['for other credentials', [payment(), payment({ credential_ids: ['b'] })]],
    ['by one hash of several', [payment({ transaction_data_hashes_alg: ['md5', 'sha-384'] })]],
    [
      'by hashes that two have in common',
      [
        payment({ transaction_data_hashes_alg: ['sha-512', 'sha-384'] }),
        signature({ transaction_data_hashes_alg: ['sha-256', 'sha-384'] }),
      ],
    ],
  ])('is taken %s', (_what, entries) => {
    expect(read(entries)).toMatchObject({ ok: true })
  })

  const wrongMember = (data: JsonValue) => payment({ payment_data: data })
  const amount = (changes: JsonObject) =>
    wrongMember({ ...details, currency_amount: { ...details.currency_amount, ...changes } })

  it.each<[string, readonly JsonObject[], string, string]>([
    ['a type nobody knows', [payment({ type: 'urn:example:other' })], 'type_unknown', '[0].type'],
    ['a type that every object has', [payment({ type: 'toString' })], 'type_unknown', '[0].type'],
    ['no type', [{ credential_ids: ['a'] }], 'member_missing', '[0].type'],
    ['a type that is no text', [payment({ type: 1 })], 'member_missing', '[0].type'],
    ['what its type does not know', [payment({ tip: 5 })], 'member_unknown', '[0].tip'],
    [
      'what its type does not know, further in',
      [wrongMember({ ...details, tip: 5 })],
      'member_unknown',
      '[0].payment_data.tip',
    ],
    [
      'a member missing',
      [wrongMember({ payee: 'Shop' })],
      'member_missing',
      '[0].payment_data.currency_amount',
    ],
    ['no object where there has to be one', [wrongMember('all of it')], 'member_wrong', '[0].payment_data'],
    [
      'an amount that is a number',
      [amount({ value: 23.58 })],
      'member_wrong',
      '[0].payment_data.currency_amount.value',
    ],
    [
      'an amount of another notation',
      [amount({ value: '1e9' })],
      'member_wrong',
      '[0].payment_data.currency_amount.value',
    ],
    [
      'a currency that is none',
      [amount({ currency: 'euro' })],
      'member_wrong',
      '[0].payment_data.currency_amount.currency',
    ],
    [
      'a day that is none',
      [wrongMember({ ...details, recurring_schedule: { start_date: '2027-02-30', frequency: 1 } })],
      'member_wrong',
      '[0].payment_data.recurring_schedule.start_date',
    ],
    [
      'a payee longer than anybody reads',
      [wrongMember({ ...details, payee: 'x'.repeat(2001) })],
      'member_wrong',
      '[0].payment_data.payee',
    ],
    ['no payee', [wrongMember({ ...details, payee: '' })], 'member_wrong', '[0].payment_data.payee'],
    [
      'null where something has to be',
      [wrongMember({ ...details, payee: null })],
      'member_wrong',
      '[0].payment_data.payee',
    ],
    ['an empty list', [signature({ documentDigests: [] })], 'member_wrong', '[0].documentDigests'],
    [
      'a list with something else in it',
      [signature({ documentDigests: [{ label: 'A', hash: 'x' }] })],
      'member_missing',
      '[0].documentDigests[0].hashAlgorithmOID',
    ],
    [
      'a list that is one object',
      [signature({ documentDigests: { label: 'A' } })],
      'member_wrong',
      '[0].documentDigests',
    ],
    ['no credential', [payment({ credential_ids: [] })], 'credential_ids_wrong', '[0].credential_ids'],
    [
      'a credential twice',
      [payment({ credential_ids: ['a', 'a'] })],
      'credential_ids_wrong',
      '[0].credential_ids',
    ],
    [
      'credentials that are one text',
      [payment({ credential_ids: 'a' })],
      'credential_ids_wrong',
      '[0].credential_ids',
    ],
    [
      'a credential nobody asks for',
      [payment({ credential_ids: ['a', 'c'] })],
      'credential_unknown',
      '[0].credential_ids',
    ],
    [
      'a credential whose holder proves nothing',
      [payment({ credential_ids: ['waived'] })],
      'credential_unbound',
      '[0].credential_ids',
    ],
    ['an mdoc', [payment({ credential_ids: ['licence'] })], 'format_cannot_confirm', '[0].credential_ids'],
    [
      'a W3C credential as a JWT',
      [payment({ credential_ids: ['a', 'degree'] })],
      'format_cannot_confirm',
      '[0].credential_ids',
    ],
    [
      'a format nobody speaks',
      [payment({ credential_ids: ['strange'] })],
      'format_cannot_confirm',
      '[0].credential_ids',
    ],
    ['no hash', [payment({ transaction_data_hashes_alg: [] })], 'hash_unsupported', '[0]'],
    ['one text as hashes', [payment({ transaction_data_hashes_alg: 'sha-256' })], 'hash_unsupported', '[0]'],
    ['foreign hashes', [payment({ transaction_data_hashes_alg: ['md5'] })], 'hash_unsupported', ', for a'],
    [
      'hashes that two for one credential do not share',
      [payment(), signature({ credential_ids: ['b', 'a'], transaction_data_hashes_alg: ['sha-512'] })],
      'hash_unsupported',
      ', for a',
    ],
    ['the second wrong', [payment(), payment({ tip: 5 })], 'member_unknown', '[1].tip'],
    ['the same twice', [payment(), payment()], 'entry_repeated', '[1]'],
    ['no entry', [], 'entries_wrong', ''],
    [
      'too many',
      Array.from({ length: 11 }, (_, at) => wrongMember({ ...details, payee: `${at}` })),
      'entries_wrong',
      '',
    ],
    [
      'too much',
      Array.from({ length: 10 }, (_, at) =>
        signature({
          processID: `${at}`,
          documentDigests: [{ label: 'x'.repeat(2000), hash: 'x'.repeat(2000), hashAlgorithmOID: '1' }],
        }),
      ),
      'entries_too_large',
      '',
    ],
  ])('is refused with %s', (_what, entries, code, at) => {
    expect(read(entries)).toMatchObject({ ok: false, error: { code, at: `transaction_data${at}` } })
  })

  const good = writeTransactionEntry(payment())
  it.each<[string, JsonValue, string]>([
    ['one text', good, 'entries_wrong'],
    ['objects that nobody encoded', [payment()], 'entries_wrong'],
    ['text that is no base64url', ['e+30'], 'entry_unreadable'],
    ['padding', [`${encodeTextBase64url('{}')}==`], 'entry_unreadable'],
    ['no JSON', [encodeTextBase64url('{')], 'entry_unreadable'],
    ['no object', [encodeTextBase64url('[]')], 'entry_unreadable'],
    ['a member twice', [encodeTextBase64url('{"type":"payment_data","type":"x"}')], 'entry_unreadable'],
    [
      'a number that would be another',
      [encodeTextBase64url('{"type":"payment_data","n":12345678901234567890}')],
      'entry_unreadable',
    ],
  ])('is refused as %s', (_what, value, code) => {
    expect(readTexts(value)).toMatchObject({ ok: false, error: { code } })
  })
})

describe('a query that can be answered without what authorises', () => {
  const sets = (...credentialSets: JsonObject[]) => ({ ...query, credential_sets: credentialSets })
  it.each<[string, JsonObject, readonly string[], boolean]>([
    ['is none without sets', query, ['a'], true],
    ['is none where each way has one', sets({ options: [['a'], ['b', 'licence']] }), ['a', 'b'], true],
    ['is one where another way has none', sets({ options: [['a'], ['licence']] }), ['a'], false],
    ['is one where the set is optional', sets({ options: [['a']], required: false }), ['a'], false],
    ['is one where no set has it', sets({ options: [['b']] }), ['a'], false],
    ['is none where a second set has it', sets({ options: [['b']] }, { options: [['a']] }), ['a'], true],
  ])('%s', (_what, asked, ids, isTaken) => {
    const result = read([payment({ credential_ids: ids })], asked)
    if (isTaken) expect(result).toMatchObject({ ok: true })
    else
      expect(result).toMatchObject({ error: { code: 'avoidable', at: 'transaction_data[0].credential_ids' } })
  })
})

it('is authorised by the first of its credentials that is presented', () => {
  expect(authorisingQuery(['b', 'a'], new Set(['a', 'b']))).toBe('b')
  expect(authorisingQuery(['b', 'a'], new Set(['a']))).toBe('a')
  expect(authorisingQuery(['b'], new Set(['a']))).toBeUndefined()
})
