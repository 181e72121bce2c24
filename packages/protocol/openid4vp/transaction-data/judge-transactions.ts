/**
 * Whether the presentations of an answer authorise what they were to authorise (OpenID4VP 1.0 §5.1): each entry by one of the
 * credentials that it names, and nothing else by any. One check an entry, in the order of the entries, and one for each
 * presentation that says something else and could not have authorised any.
 */
import type { Result } from '@countersign/core/result'
import type { Check } from '@countersign/credential/contract/checks'
import type { TransactionFault } from '@countersign/credential/contract/format'
import { credentialIdsOf } from './transaction-data.ts'

export interface ConfirmingPresentation {
  readonly queryId: string
  /** Positions among `entriesFor` its query; absent: it cannot confirm any. */
  readonly confirmed?: Result<readonly number[], TransactionFault> | undefined
}

type TransactionCode = TransactionFault | 'not_confirmed' | 'confirmed_twice'

export interface TransactionCheck extends Check {
  readonly name: 'transaction_data'
  readonly detail?: TransactionCode | undefined
}

/** An entry as far as the credentials of it go. */
export interface AskedTransaction {
  readonly text: string
  readonly credentialIds: readonly string[]
}

/** Read once for an answer, however many presentations are in it. */
export function askedTransactions(entries: readonly string[]): readonly AskedTransaction[] {
  return entries.map((text) => ({ text, credentialIds: credentialIdsOf(text) }))
}

/** The entries that a presentation for a credential query may confirm. */
export function entriesFor(queryId: string, asked: readonly AskedTransaction[]): readonly AskedTransaction[] {
  return asked.filter(({ credentialIds }) => credentialIds.includes(queryId))
}

export function judgeTransactions(
  asked: readonly AskedTransaction[],
  presentations: readonly ConfirmingPresentation[],
): readonly TransactionCheck[] {
  const checks = asked.map((entry) => judgeEntry(entry, asked, presentations))
  const named = new Set(asked.flatMap(({ credentialIds }) => credentialIds))
  const strays = presentations.filter(({ queryId }) => !named.has(queryId))
  return [
    ...checks,
    ...strays.flatMap(({ confirmed, queryId }) =>
      confirmed === undefined || confirmed.ok ? [] : [failed(confirmed.error, queryId)],
    ),
  ]
}

function judgeEntry(
  entry: AskedTransaction,
  asked: readonly AskedTransaction[],
  presentations: readonly ConfirmingPresentation[],
): TransactionCheck {
  const { credentialIds: ids } = entry
  const able = presentations.filter(({ queryId }) => ids.includes(queryId))
  for (const { confirmed, queryId } of able)
    if (confirmed?.ok === false) return failed(confirmed.error, queryId)
  const by = new Set(able.filter((one) => confirms(one, entry, asked)).map(({ queryId }) => queryId))
  const [queryId, another] = by
  if (queryId === undefined) return failed('not_confirmed', ids.length === 1 ? ids[0] : undefined)
  return another === undefined
    ? { name: 'transaction_data', outcome: 'passed', queryId }
    : failed('confirmed_twice', undefined)
}

function confirms(
  { confirmed, queryId }: ConfirmingPresentation,
  entry: AskedTransaction,
  asked: readonly AskedTransaction[],
): boolean {
  const at = entriesFor(queryId, asked).indexOf(entry)
  return confirmed?.ok === true && confirmed.value.includes(at)
}

function failed(detail: TransactionCode, queryId: string | undefined): TransactionCheck {
  return { name: 'transaction_data', outcome: 'failed', detail, queryId }
}
