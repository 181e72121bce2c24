import { ok, refuse } from '@countersign/core/result'
import { expect, it } from 'vitest'
import {
  askedTransactions,
  type ConfirmingPresentation,
  entriesFor,
  judgeTransactions,
} from './judge-transactions.ts'
import { payment, signature } from './transaction-data.testing.ts'
import { writeTransactionEntry } from './transaction-data.ts'

/** By `a`; by either; by `b`. */
const entries = [
  payment(),
  signature({ credential_ids: ['b', 'a'] }),
  payment({ credential_ids: ['b'], transaction_data_hashes_alg: ['sha-256'] }),
].map(writeTransactionEntry)
const asked = askedTransactions(entries)
const [first, second, third] = asked

const by = (queryId: string, ...confirmed: number[]): ConfirmingPresentation => ({
  queryId,
  confirmed: ok(confirmed),
})
const passed = (queryId: string) => ({ name: 'transaction_data', outcome: 'passed', queryId })
const failed = (detail: string, queryId?: string) => ({
  name: 'transaction_data',
  outcome: 'failed',
  detail,
  queryId,
})

it('may be confirmed by the credentials that it names', () => {
  expect(entriesFor('a', asked)).toEqual([first, second])
  expect(entriesFor('b', asked)).toEqual([second, third])
  expect(entriesFor('c', asked)).toEqual([])
})

it.each<[string, readonly ConfirmingPresentation[], readonly object[]]>([
  ['each by one', [by('a', 0, 1), by('b', 1)], [passed('a'), passed('a'), passed('b')]],
  ['each by one, the other way', [by('a', 0), by('b', 0, 1)], [passed('a'), passed('b'), passed('b')]],
  ['one not at all', [by('a', 0), by('b', 1)], [passed('a'), failed('not_confirmed'), passed('b')]],
  ['one by nobody else', [by('a', 1), by('b', 1)], [failed('not_confirmed', 'a'), passed('a'), passed('b')]],
  ['one by two', [by('a', 0, 1), by('b', 0, 1)], [passed('a'), failed('confirmed_twice'), passed('b')]],
  [
    'one by two presentations for one query',
    [by('a', 0, 1), by('a', 0), by('b', 1)],
    [passed('a'), passed('a'), passed('b')],
  ],
  [
    'something else by a credential that is named',
    [{ queryId: 'a', confirmed: refuse('confirmed_otherwise') }, by('b', 0, 1)],
    [failed('confirmed_otherwise', 'a'), failed('confirmed_otherwise', 'a'), passed('b')],
  ],
  [
    'something else by a credential that is not',
    [by('a', 0, 1), by('b', 1), { queryId: 'c', confirmed: refuse('confirmed_otherwise') }],
    [passed('a'), passed('a'), passed('b'), failed('confirmed_otherwise', 'c')],
  ],
  [
    'nothing by a credential that cannot',
    [by('a', 0, 1), by('b', 1), { queryId: 'c' }],
    [passed('a'), passed('a'), passed('b')],
  ],
  [
    'nothing at all',
    [],
    [failed('not_confirmed', 'a'), failed('not_confirmed'), failed('not_confirmed', 'b')],
  ],
])('is confirmed: %s', (_what, presentations, checks) => {
  expect(judgeTransactions(asked, presentations)).toEqual(checks)
})
