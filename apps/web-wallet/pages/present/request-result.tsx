/** W7: what was shared with whom and when, computed from what was sent; or that nothing was. It can be read again. */
import type { RequestPreview } from '@countersign/api/wallet/request-exchange'
import { Outcome } from '@countersign/ui/elements/badge'
import { LinkButton } from '@countersign/ui/elements/button'
import { lock } from '@countersign/ui/elements/icons'
import { TechnicalDetails } from '@countersign/ui/elements/notice'
import { hostOf, plainName, plainText, safeHref } from '@countersign/ui/elements/plain-name'
import { Facts, Said, Sheet } from '@countersign/ui/elements/sheet'
import { Heading } from '@countersign/ui/page/heading'
import { claimText } from '@countersign/ui/text/claim-text'
import { dayAndTime } from '@countersign/ui/text/format'
import { Sentence } from '@countersign/ui/text/sentence'
import { filled } from '@countersign/ui/text/sentence-parts'
import { ui } from '@countersign/ui/text/ui-texts'
import { partyFacts } from '../../shown/party-facts.ts'
import { Known } from '../party/who.tsx'
import { wallet } from '../texts/wallet-texts.ts'
import { exactWords, partyOf } from './consent.tsx'
import { TransactionFacts } from './transactions.tsx'

export function RequestResult({ preview }: { readonly preview: RequestPreview }) {
  const t = wallet.value.request
  const { state, result } = preview
  const facts = partyFacts(partyOf(preview))
  const title = state === 'shared' ? t.shared : state === 'declined' ? t.declined : t.refused
  const back = safeHref(result?.redirectUri)
  return (
    <div class="column stack" data-gap="l">
      <Outcome
        tone={state === 'shared' ? 'ok' : state === 'declined' ? 'open' : 'bad'}
        heading={
          <Heading title={filled(title, { who: facts.known })} product={wallet.value.product}>
            <Sentence text={title} places={{ who: <Known facts={facts} /> }} />
          </Heading>
        }
      >
        <What preview={preview} />
      </Outcome>
      {state === 'shared' &&
        preview.transactions?.map((transaction, place) => (
          <Sheet key={`${place} ${transaction.type}`}>
            <h2 class="label">{filled(t.confirmed, { what: plainName(transaction.title) })}</h2>
            <TransactionFacts transaction={transaction} />
          </Sheet>
        ))}
      {result?.shared.map((credential) => (
        <Sheet key={`${credential.queryId} ${credential.title}`}>
          <h2 class="label">
            {state === 'shared' ? t.theyReceived : filled(t.from, { card: plainName(credential.title) })}
          </h2>
          <Facts
            facts={credential.claims.map(({ label, value }) => ({
              label: plainName(label),
              value: claimText(value),
            }))}
            none={ui.value.notGiven}
          />
        </Sheet>
      ))}
      {state === 'shared' && <Said icon={lock}>{t.nothingElseLeft}</Said>}
      <div class="actions" data-fill>
        {back !== undefined && (
          <LinkButton kind="primary" big away href={back}>
            <Sentence
              text={t.goBack}
              places={{
                host: (
                  <bdi class="host" dir="ltr">
                    {hostOf(back)}
                  </bdi>
                ),
              }}
            />
          </LinkButton>
        )}
        <LinkButton big href="/" kind={back === undefined ? 'primary' : 'plain'}>
          {t.toCards}
        </LinkButton>
      </div>
      <TechnicalDetails summary={ui.value.technicalDetails} text={exactWords(preview)} />
    </div>
  )
}

/** One sentence on whether anything left. */
function What({ preview }: { readonly preview: RequestPreview }) {
  const t = wallet.value.request
  const { state, result } = preview
  const facts = partyFacts(partyOf(preview))
  if (state === 'shared') return <>{filled(t.sharedAt, { time: dayAndTime(result?.at) ?? '' })}</>
  if (state === 'declined')
    return <Sentence text={t.declinedTold} places={{ who: <Known facts={facts} /> }} />
  const words = result?.refusal?.description ?? result?.refusal?.error
  return (
    <>
      {result?.dataSent === true ? t.refusedSent : t.refusedNothing}{' '}
      {words !== undefined && (
        <Sentence
          text={t.theySay}
          places={{ words: <q class="foreign">{plainText(words).slice(0, 300)}</q> }}
        />
      )}
    </>
  )
}
