/** What a holder was to authorise beside showing a credential, and which credential it was that did. */
import type { VerificationView } from '@countersign/api/verifier/session'
import type { TransactionDataProfiles } from '@countersign/api/verifier/transaction-data'
import { plainText } from '@countersign/ui/elements/plain-name'
import { Facts } from '@countersign/ui/elements/sheet'
import { claimText } from '@countersign/ui/text/claim-text'
import { Sentence } from '@countersign/ui/text/sentence'
import { formatTag } from '@countersign/ui/text/texts'
import { ui } from '@countersign/ui/text/ui-texts'
import { type IssuerMetadata, titleOf } from '../issue/catalogue.ts'
import { useLoaded } from '../parts/use-loaded.ts'
import { api } from '../session.ts'
import { asking } from '../text/asking-texts.ts'
import { transactionRows, transactionTitle } from './transaction-rows.ts'

interface TransactionsProps {
  readonly view: VerificationView
  readonly metadata: IssuerMetadata | undefined
}

const loadProfiles = () => api.get<TransactionDataProfiles>('/verifier/openid4vc/transaction-data-profiles')

/** Without the names of the verifier what is authorised stands here under its own. */
export function Transactions({ view, metadata }: TransactionsProps) {
  const t = asking.value.transactions
  const { failure, value: profiles = [] } = useLoaded(loadProfiles, 'profiles')
  const { transactionData: entries = [] } = view
  if (failure === undefined && profiles.length === 0) return null
  const how = { language: formatTag(), words: { yes: ui.value.yes, no: ui.value.no } }
  const isDone = entries.every(({ authorizedBy }) => authorizedBy !== undefined)
  return (
    <section class="sheet stack" data-gap="m" aria-labelledby="transactions">
      <h2 id="transactions">{isDone ? t.authorised : t.asked}</h2>
      {entries.map(({ authorizedBy, data }, at) => {
        const type = typeof data['type'] === 'string' ? data['type'] : ''
        const profile = profiles.find((one) => one.type === type)
        return (
          <div class="stack" data-gap="s" key={`${at} ${type}`}>
            <h3 class="label foreign">{plainText(transactionTitle(type, profile, how.language))}</h3>
            <Facts
              none={ui.value.notGiven}
              facts={transactionRows(data, profile, how).map(({ label, value }) => ({
                label: plainText(label),
                value: claimText(value),
              }))}
            />
            <p class="muted">
              {authorizedBy === undefined ? (
                t.notAuthorised
              ) : (
                <Sentence
                  text={t.by}
                  places={{ type: <bdi class="foreign">{cardOf(view, authorizedBy, metadata)}</bdi> }}
                />
              )}
            </p>
          </div>
        )
      })}
    </section>
  )
}

function cardOf(view: VerificationView, queryId: string, metadata: IssuerMetadata | undefined): string {
  const credentials = 'credentials' in view ? [...view.credentials] : []
  const type = credentials.find((one) => one.queryId === queryId)?.type
  return plainText(type === undefined ? queryId : titleOf(metadata, type))
}
