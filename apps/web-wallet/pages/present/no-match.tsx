/** Nothing fits: what is missing, by name, and the two ways on. Nothing was shared, and nothing was told. */
import type { RequestPreview } from '@countersign/api/wallet/request-exchange'
import { Button, LinkButton } from '@countersign/ui/elements/button'
import { useGuardedPress } from '@countersign/ui/elements/guarded-press'
import { lock, scan } from '@countersign/ui/elements/icons'
import { TechnicalDetails } from '@countersign/ui/elements/notice'
import { plainName } from '@countersign/ui/elements/plain-name'
import { Part, Said, Sheet } from '@countersign/ui/elements/sheet'
import { Heading } from '@countersign/ui/page/heading'
import { Sentence } from '@countersign/ui/text/sentence'
import { filled } from '@countersign/ui/text/sentence-parts'
import { ui } from '@countersign/ui/text/ui-texts'
import { partyFacts } from '../../shown/party-facts.ts'
import { Who } from '../party/who.tsx'
import { wallet } from '../texts/wallet-texts.ts'
import { type ConsentProps, exactWords, partyOf, whoTexts } from './consent.tsx'
import { Why } from './why.tsx'

type Unmet = NonNullable<RequestPreview['queries'][number]['unmet']>

export function NoMatch({ preview, exchange }: ConsentProps) {
  const t = wallet.value.request
  const unmet = preview.queries.flatMap((query) =>
    query.unmet === undefined ? [] : [{ id: query.queryId, ...query.unmet }],
  )
  const tell = useGuardedPress(() => void exchange.decide('reject', { answer: true }), preview.id)
  return (
    <div class="column stack" data-gap="l">
      <Heading title={t.missingTitle} product={wallet.value.product} />
      <Sheet parts>
        <Who facts={partyFacts(partyOf(preview))} texts={whoTexts(preview)} />
        <Why purpose={preview.purpose} />
        <Part label={t.missing}>
          <div class="stack" data-gap="m">
            {unmet.map(({ id, ...one }) => (
              <Missing key={id} unmet={one} />
            ))}
          </div>
        </Part>
        <Part label={t.goodToKnow}>
          <ul class="advice" role="list">
            <Said item icon={lock}>
              {t.missingNothing}
            </Said>
          </ul>
        </Part>
      </Sheet>
      <div class="stack" data-gap="m">
        <div class="actions" data-fill>
          <LinkButton kind="primary" big icon={scan} href="/scan">
            {t.addCard}
          </LinkButton>
          <Button big busy={exchange.busy} onPress={tell}>
            {exchange.busy ? t.declining : t.tellNo}
          </Button>
        </div>
        <TechnicalDetails summary={ui.value.technicalDetails} text={exactWords(preview, exchange.failure)} />
      </div>
    </div>
  )
}

function Missing({ unmet }: { readonly unmet: Unmet }) {
  const t = wallet.value.request
  const { wanted, near, reason } = unmet
  const asked = t.and(wanted.claims.map(({ label }) => plainName(label)))
  return (
    <div class="stack" data-gap="s">
      <div class="from">
        <span class="ghost" data-thumb aria-hidden="true" />
        <p>
          <b class="foreign">{plainName(wanted.title)}</b>
          {asked !== '' && <small class="foreign">{asked}</small>}
        </p>
      </div>
      {near.length === 0 && <p class="muted">{reasonSentence(reason, undefined)}</p>}
      {near.map(({ credentialId, title, reason: why, claim }) => (
        <p class="muted" key={credentialId}>
          <Sentence text={t.near} places={{ card: <bdi class="foreign">{plainName(title)}</bdi> }} />{' '}
          {reasonSentence(why, claim?.label)}
        </p>
      ))}
    </div>
  )
}

function reasonSentence(reason: Unmet['reason'], claim: string | undefined): string {
  return filled(wallet.value.request.reasons[reason], { claim: plainName(claim ?? '') })
}
