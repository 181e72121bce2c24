/** After an offer was taken up: the cards themselves, with what is on them. */
import type { OfferPreview } from '@countersign/api/wallet/offer-exchange'
import { Card } from '@countersign/ui/credential/card'
import { lookOf } from '@countersign/ui/credential/card-look'
import { Outcome } from '@countersign/ui/elements/badge'
import { LinkButton } from '@countersign/ui/elements/button'
import { plainName } from '@countersign/ui/elements/plain-name'
import { Facts, Said, Sheet } from '@countersign/ui/elements/sheet'
import { Heading } from '@countersign/ui/page/heading'
import { claimText } from '@countersign/ui/text/claim-text'
import { day, dayAndTime } from '@countersign/ui/text/format'
import { filled } from '@countersign/ui/text/sentence-parts'
import { ui } from '@countersign/ui/text/ui-texts'
import { commonName } from '../../shown/party-facts.ts'
import { Ended } from '../exchange/states.tsx'
import { wallet } from '../texts/wallet-texts.ts'
import { Unissued } from './unissued.tsx'

type Received = NonNullable<OfferPreview['result']>['credentials'][number]

export function OfferResult({ preview }: { readonly preview: OfferPreview }) {
  const t = wallet.value.offer
  const credentials = preview.result?.credentials ?? []
  const at = dayAndTime(preview.result?.at)
  const { deferred = [] } = preview
  if (credentials.length === 0 && deferred.length > 0)
    return (
      <Ended title={wallet.value.waiting.nothing} why={wallet.value.waiting.nothingWhy} tone="bad">
        <Unissued deferred={deferred} />
      </Ended>
    )
  return (
    <div class="column stack" data-gap="l">
      <Outcome
        tone="ok"
        heading={<Heading title={t.added(Math.max(1, credentials.length))} product={wallet.value.product} />}
      >
        {at === undefined ? t.alreadyAdded : filled(t.addedAt, { time: at })}
      </Outcome>
      <Unissued deferred={deferred} />
      {credentials.map((credential) => (
        <ReceivedCard key={credential.id} credential={credential} />
      ))}
      <div class="actions" data-fill>
        <LinkButton kind="primary" big href="/">
          {t.toCards}
        </LinkButton>
      </div>
    </div>
  )
}

export function ReceivedCard({ credential }: { readonly credential: Received }) {
  const t = wallet.value
  const { title, issuerName, look, type, expiresAt, claims, trust } = credential
  const until = expiresAt === undefined ? undefined : day(new Date(expiresAt * 1000).toISOString())
  const signer = trust.trusted ? commonName(trust.name) : ''
  return (
    <Sheet>
      <div class="stack">
        <Card
          title={title}
          issuer={issuerName}
          validity={until === undefined ? undefined : filled(t.home.until, { day: until })}
          look={lookOf(type, title)}
          own={look}
          issuedBy={t.home.issuedBy}
        />
        {signer !== '' && <Said tone="ok">{filled(t.offer.signedBy, { name: signer })}</Said>}
        <Facts
          facts={claims.map(({ label, value }) => ({ label: plainName(label), value: claimText(value) }))}
          none={ui.value.notGiven}
        />
      </div>
    </Sheet>
  )
}
