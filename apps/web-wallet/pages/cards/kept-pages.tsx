/** W11: what a wallet shows while nobody answers: its cards as they were kept, and of every other page why it waits. */
import { LinkButton, WaitingButton } from '@countersign/ui/elements/button'
import { clock, scan } from '@countersign/ui/elements/icons'
import { plainName } from '@countersign/ui/elements/plain-name'
import { Part, Sheet } from '@countersign/ui/elements/sheet'
import { BackLink } from '@countersign/ui/page/back-link'
import { Heading } from '@countersign/ui/page/heading'
import { day, dayAndTime } from '@countersign/ui/text/format'
import { filled } from '@countersign/ui/text/sentence-parts'
import { language } from '@countersign/ui/text/texts'
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { Loading } from '../exchange/states.tsx'
import { AwayNotice } from '../offline/away-notice.tsx'
import { type KeptCard, type KeptCards, keptCards } from '../offline/kept-cards.ts'
import { away } from '../texts/offline-texts.ts'
import { wallet } from '../texts/wallet-texts.ts'
import { CardFace, CardItem, CardNotes } from './card-item.tsx'
import { validityAt } from './validity.ts'

export interface KeptPagesProps {
  readonly walletId: string
  readonly retry: () => void
  /** Where nothing was kept. */
  readonly otherwise: ComponentChildren
}

/** In the place of a page that could not be fetched. */
export function KeptPages({ otherwise, walletId, retry }: KeptPagesProps) {
  const { path } = useLocation()
  const kept = useKept(walletId)
  const [, first = '', id = ''] = path.split('/')
  if (kept === 'asking') return <Loading />
  if (kept === undefined) return otherwise
  if (first === '') return <KeptHome kept={kept} retry={retry} />
  if (first === 'cards') return <KeptCardPage kept={kept} id={decoded(id)} retry={retry} />
  return <Waits hasLink={first === 'open' || first === 'api'} retry={retry} />
}

/** An address may be mistyped. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function useKept(walletId: string): KeptCards | undefined | 'asking' {
  const [kept, setKept] = useState<KeptCards | undefined | 'asking'>('asking')
  useEffect(() => {
    void keptCards(walletId).then(setKept)
  }, [walletId])
  return kept
}

interface KeptProps {
  readonly kept: KeptCards
  readonly retry: () => void
}

function KeptHome({ kept: { asked, cards, language: tag }, retry }: KeptProps) {
  const t = wallet.value.home
  const why = useId()
  const now = Date.now() / 1000
  const ended = cards.filter(
    ({ expiresAt, takenBack }) => takenBack === 'revoked' || validityAt(expiresAt, now).state === 'ended',
  ).length
  return (
    <div class="stack" data-gap="l">
      <div class="head">
        <div class="stack" data-gap="s">
          <Heading title={t.title} product={wallet.value.product} />
          <p class="lede">
            {ended === 0 ? t.count(cards.length) : `${t.count(cards.length)} ${t.ended(ended)}`}
          </p>
        </div>
        <WaitingButton kind="primary" big icon={scan} describedBy={why}>
          {wallet.value.scan}
        </WaitingButton>
      </div>
      <AwayNotice id={why} retry={retry}>
        {filled(away.value.kept, { time: dayAndTime(asked) ?? '' })}
      </AwayNotice>
      <ul class="cards" role="list">
        {cards.map((card) => (
          <CardItem key={card.id} card={card} now={now} takenBack={card.takenBack} tag={spoken(tag)} />
        ))}
      </ul>
    </div>
  )
}

/** What is written backwards for a test is no language. */
function spoken(tag: string): string | undefined {
  return language() === 'pseudo' ? undefined : tag
}

function KeptCardPage({ kept, id, retry }: KeptProps & { readonly id: string }) {
  const card = kept.cards.find((one) => one.id === id)
  return card === undefined ? (
    <Waits retry={retry} why={away.value.cardGone} />
  ) : (
    <KeptCardShown kept={kept} card={card} retry={retry} />
  )
}

function KeptCardShown({ kept, card, retry }: KeptProps & { readonly card: KeptCard }) {
  const t = wallet.value.card
  const why = useId()
  const now = Date.now() / 1000
  const added = { name: plainName(card.issuerName ?? ''), day: day(card.addedOn) ?? '' }
  return (
    <div class="stack" data-gap="m">
      <BackLink href="/">{wallet.value.home.title}</BackLink>
      <div class="two" data-side="start">
        <div class="stack" lang={spoken(kept.language)}>
          <CardFace card={card} now={now} takenBack={card.takenBack} />
          <CardNotes card={card} now={now} takenBack={card.takenBack} />
        </div>
        <div class="stack" data-gap="l">
          <div class="stack" data-gap="s">
            <Heading title={plainName(card.title)} product={wallet.value.product} />
            <p class="lede foreign">{filled(card.issuerName === undefined ? t.added : t.addedFrom, added)}</p>
          </div>
          <AwayNotice id={why} retry={retry}>
            {filled(away.value.keptCard, { time: dayAndTime(kept.asked) ?? '' })}
          </AwayNotice>
          <Sheet parts>
            <Part label={t.onIt}>
              <p class="muted">{away.value.notKept}</p>
            </Part>
          </Sheet>
          <div class="actions" data-fill>
            <WaitingButton icon={clock} describedBy={why}>
              {t.history}
            </WaitingButton>
            <WaitingButton kind="danger" describedBy={why}>
              {t.remove}
            </WaitingButton>
          </div>
        </div>
      </div>
    </div>
  )
}

interface WaitsProps {
  readonly retry: () => void
  /** A link that somebody followed is in the address of this page. */
  readonly hasLink?: boolean
  readonly why?: string
}

/** A page that is nothing without an answer. */
function Waits({ hasLink = false, retry, why }: WaitsProps) {
  const t = away.value
  const id = useId()
  return (
    <div class="column stack" data-gap="l">
      <Heading title={t.needsTitle} product={wallet.value.product} />
      <AwayNotice id={id} retry={retry}>
        {why ?? (hasLink ? `${t.needs} ${t.needsLink}` : t.needs)}
      </AwayNotice>
      <div class="actions" data-fill>
        <LinkButton big href="/">
          {wallet.value.request.toCards}
        </LinkButton>
      </div>
    </div>
  )
}
