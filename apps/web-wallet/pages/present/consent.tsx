/**
 * W6: name, reason, list, consequence, choice - in this order, before any button. Only an activated button sends: it is not
 * the submit of a form, and counts half a second after the page was seen.
 */
import type { RequestPreview } from '@countersign/api/wallet/request-exchange'
import { Button } from '@countersign/ui/elements/button'
import { useGuardedPress } from '@countersign/ui/elements/guarded-press'
import { Notice, TechnicalDetails } from '@countersign/ui/elements/notice'
import { plainText } from '@countersign/ui/elements/plain-name'
import { Sheet } from '@countersign/ui/elements/sheet'
import type { CallFailure } from '@countersign/ui/http/fetch-json'
import { Heading } from '@countersign/ui/page/heading'
import { supportText } from '@countersign/ui/page/problem'
import { Sentence } from '@countersign/ui/text/sentence'
import { filled } from '@countersign/ui/text/sentence-parts'
import { ui } from '@countersign/ui/text/ui-texts'
import { useState } from 'preact/hooks'
import { type Choices, firstChoices, selectionsFor, sharedCount } from '../../shown/choices.ts'
import { partyFacts } from '../../shown/party-facts.ts'
import type { Exchange } from '../exchange/use-exchange.ts'
import { WithNetwork } from '../offline/with-network.tsx'
import { Known, Who, type WhoTexts } from '../party/who.tsx'
import { wallet } from '../texts/wallet-texts.ts'
import { Advice } from './advice.tsx'
import { keepSelections, keptSelections } from './kept-selections.ts'
import { TransactionParts, titlesOf } from './transactions.tsx'
import { WhatToShare } from './what-to-share.tsx'
import { Why } from './why.tsx'

export interface ConsentProps {
  readonly preview: RequestPreview
  readonly exchange: Exchange<RequestPreview>
}

export function Consent({ preview, exchange }: ConsentProps) {
  const t = wallet.value.request
  const [choices, setChoices] = useState<Choices>(() => firstChoices(preview))
  const facts = partyFacts(partyOf(preview))
  const count = sharedCount(preview, choices)
  const { transactions = [] } = preview
  const confirms = transactions.length > 0
  const text = confirms ? t.confirmTitle(count) : t.title(count)

  // What was sent when the connection broke is sent again, whatever stands here now: another answer would be a second one.
  const share = useGuardedPress(() => {
    const selections = keptSelections(preview) ?? selectionsFor(preview, choices)
    if (selections.length === 0) return
    keepSelections(preview.id, selections)
    void exchange.decide('use', { selections, ...(confirms && { authorize: true }) })
  }, preview.id)
  const decline = useGuardedPress(() => void exchange.decide('reject', { answer: true }), preview.id)
  const leave = useGuardedPress(() => void exchange.decide('reject', { answer: false }), preview.id)

  const who = <Known facts={facts} />
  const what = <bdi class="foreign">{titlesOf(transactions)}</bdi>
  return (
    <div class="column stack" data-gap="l">
      <Heading
        title={filled(text, { who: facts.known, what: titlesOf(transactions) })}
        product={wallet.value.product}
      >
        <Sentence text={text} places={{ who, what }} />
      </Heading>
      <Broken preview={preview} failure={exchange.failure} />
      <Sheet parts>
        <Who facts={facts} texts={whoTexts(preview)} />
        <Why purpose={preview.purpose} />
        <TransactionParts preview={preview} choices={choices} />
        <WhatToShare preview={preview} choices={choices} onChange={setChoices} />
        <Advice preview={preview} choices={choices} />
      </Sheet>
      <div class="stack" data-gap="m">
        {!facts.trusted && <p role="status">{t.shareAnywayCount(count)}</p>}
        <WithNetwork>
          <div class="actions" data-fill>
            <Button kind={facts.trusted ? 'primary' : 'caution'} big busy={exchange.busy} onPress={share}>
              {exchange.busy ? t.sharing : shareLabel(facts.trusted, confirms, count)}
            </Button>
            <Button big busy={exchange.busy} onPress={decline}>
              {t.decline}
            </Button>
            <Button kind="quiet" busy={exchange.busy} onPress={leave}>
              {t.sayNothing}
            </Button>
          </div>
        </WithNetwork>
        <TechnicalDetails summary={ui.value.technicalDetails} text={exactWords(preview, exchange.failure)} />
      </div>
    </div>
  )
}

/** Of a request that nobody signed less is known than of one whose signer nobody vouches for. */
export function whoTexts({ verifier }: RequestPreview): WhoTexts {
  const t = wallet.value.request
  return verifier.trust.reason === 'request_unsigned' ? { ...t, notVerifiedWhy: t.unsignedWhy } : t
}

/** The button says what happens. */
function shareLabel(trusted: boolean, confirms: boolean, count: number): string {
  const t = wallet.value.request
  if (confirms) return trusted ? t.confirmAndShare(count) : t.confirmAnyway
  return trusted ? t.share(count) : t.shareAnyway
}

function Broken({
  preview,
  failure,
}: {
  readonly preview: RequestPreview
  readonly failure: CallFailure | undefined
}) {
  const t = wallet.value.request
  if (preview.state === 'unfinished')
    return (
      <Notice tone="warn" announced={failure !== undefined}>
        <p>{t.cut}</p>
      </Notice>
    )
  if (failure === undefined) return null
  const unknown = failure.kind === 'unreachable' || failure.kind === 'late'
  return (
    <Notice tone="bad" announced>
      <p>{unknown ? t.cut : t.failed}</p>
    </Notice>
  )
}

/** Without an address that the answer goes to, the identifier is all that is known. */
export function partyOf({ verifier }: RequestPreview) {
  return { ...verifier, host: verifier.host ?? plainText(verifier.clientId).slice(0, 100) }
}

export function exactWords(
  { id, verifier, queries, expiresAt, purpose, transactions = [] }: RequestPreview,
  failure?: CallFailure,
): string {
  const { trusted, name, anchor, source, reason } = verifier.trust
  const lines = [
    `exchange     ${id}`,
    `client_id    ${verifier.clientId}`,
    `answer to    ${verifier.host ?? 'nowhere'}`,
    `trust        ${trusted ? [name, anchor, source].filter(Boolean).join(' · ') : (reason ?? 'none')}`,
    ...(purpose === undefined ? [] : [`purpose      ${purpose.source}`]),
    ...queries.flatMap(({ queryId, required, candidates }) => {
      const [first] = candidates
      const names = first?.claims.map(({ path }) => path.join('.')) ?? []
      return [
        `query        ${queryId}${required ? '' : ' (optional)'} · ${names.join(', ')}`,
        ...(first === undefined ? [] : [`goes along   ${first.technical.join(', ')}`]),
      ]
    }),
    ...transactions.flatMap(({ type, queryIds, fields }) => [
      `confirms     ${type} · ${queryIds.join(', ')}`,
      ...fields.map(({ label, value }) => `             ${label}: ${value}`),
    ]),
    `ends         ${expiresAt}`,
    ...(failure === undefined ? [] : ['', supportText(failure)]),
  ]
  return plainText(lines.join('\n'))
}
