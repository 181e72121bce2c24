/** What is confirmed beside what is shared: all of it, before any button. Labels are of its type, values are their words. */
import type { RequestPreview } from '@countersign/api/wallet/request-exchange'
import { plainName, plainText } from '@countersign/ui/elements/plain-name'
import { Facts, Part } from '@countersign/ui/elements/sheet'
import { claimText } from '@countersign/ui/text/claim-text'
import { Sentence } from '@countersign/ui/text/sentence'
import { ui } from '@countersign/ui/text/ui-texts'
import { type Choices, chosenCandidate, confirmingQuery } from '../../shown/choices.ts'
import { wallet } from '../texts/wallet-texts.ts'

export type Transactions = NonNullable<RequestPreview['transactions']>

export function titlesOf(transactions: Transactions): string {
  return wallet.value.request.and([...new Set(transactions.map(({ title }) => plainName(title)))])
}

/** `choices`: by which card it would be; absent: it is over. */
export function TransactionParts({
  preview,
  choices,
}: {
  readonly preview: RequestPreview
  readonly choices: Choices
}) {
  const t = wallet.value.request
  const { transactions = [] } = preview
  if (transactions.length === 0) return null
  return (
    <Part label={t.confirmWhat}>
      {transactions.map((transaction, place) => (
        <div class="query" key={`${place} ${transaction.type}`}>
          <h3 class="label foreign">{plainName(transaction.title)}</h3>
          <TransactionFacts transaction={transaction} />
          <ConfirmedWith preview={preview} choices={choices} transaction={transaction} />
        </div>
      ))}
    </Part>
  )
}

export function TransactionFacts({ transaction }: { readonly transaction: Transactions[number] }) {
  return (
    <Facts
      facts={transaction.fields.map(({ label, value }) => ({
        label: plainText(label),
        value: claimText(value),
      }))}
      none={ui.value.notGiven}
    />
  )
}

function ConfirmedWith({
  preview,
  choices,
  transaction,
}: {
  readonly preview: RequestPreview
  readonly choices: Choices
  readonly transaction: Transactions[number]
}) {
  const query = confirmingQuery(preview, choices, transaction)
  const card = query && chosenCandidate(query, choices)
  if (card === undefined) return null
  return (
    <p class="muted">
      <Sentence
        text={wallet.value.request.confirmedWith}
        places={{ card: <bdi class="foreign">{plainName(card.title)}</bdi> }}
      />
    </p>
  )
}
