/** A wallet that knows transaction data takes all of it or none of the request (OpenID4VP 1.0 §5.1, §8.5). */
import type { JsonValue } from '@countersign/core/json'
import { formatRegistry } from '@countersign/credential/contract/registry'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { expect, it } from 'vitest'
import { transactionTypes } from '../transaction-data/known-types.ts'
import { writeTransactionEntry } from '../transaction-data/transaction-data.ts'
import { check, signed } from './verify-request.testing.ts'

const transactions = { types: transactionTypes(), formats: formatRegistry([sdJwtVc]) }
const payment = {
  type: 'payment_data',
  credential_ids: ['pid'],
  payment_data: { payee: 'Shop', currency_amount: { currency: 'EUR', value: '1' } },
}
const judged = async (value: JsonValue) => check(await signed({ transaction_data: value }), { transactions })

it('is read with the request', async () => {
  const text = writeTransactionEntry(payment)
  expect(await judged([text])).toMatchObject({
    ok: true,
    value: { transactionData: [{ text, credentialIds: ['pid'], type: { type: 'payment_data' } }] },
  })
})

it.each<[string, JsonValue, string]>([
  ['an unknown type', [writeTransactionEntry({ ...payment, type: 'other' })], 'type_unknown'],
  ['a second entry that is wrong', [writeTransactionEntry(payment), 'e30'], 'member_missing'],
  [
    'a credential nobody asks for',
    [writeTransactionEntry({ ...payment, credential_ids: ['x'] })],
    'credential_unknown',
  ],
  ['none', [], 'entries_wrong'],
  ['an object', {}, 'entries_wrong'],
])('refuses the request with %s, and knows whom to tell', async (_what, value, code) => {
  expect(await judged(value)).toMatchObject({
    ok: false,
    error: {
      code: 'transaction_data_invalid',
      fault: { code },
      answer: { state: 'session-1', answerMode: { responseUri: 'https://verifier.example/answer' } },
    },
  })
})

it('is not looked at where nothing vouches for the request', async () => {
  const changes = { transactions, anchors: [] }
  const request = await signed({ transaction_data: ['e30'] })
  expect(await check(request, changes)).toMatchObject({ error: { code: 'verifier_untrusted' } })
})
