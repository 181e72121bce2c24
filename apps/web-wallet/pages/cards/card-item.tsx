/** A card in the list of cards: what tells it from others, until when it is good, and what stands against it. */
import type { TakenBackAnswer } from '@countersign/api/wallet/cards'
import { Card, CardNote, type OwnLook } from '@countersign/ui/credential/card'
import { lookOf } from '@countersign/ui/credential/card-look'
import { Badge } from '@countersign/ui/elements/badge'
import { day } from '@countersign/ui/text/format'
import { filled } from '@countersign/ui/text/sentence-parts'
import { wallet } from '../texts/wallet-texts.ts'
import { validityAt } from './validity.ts'

export type TakenBack = TakenBackAnswer[number]['status']

/** What a list knows of a card, whether it came just now or was kept. */
export interface ListedCard {
  readonly id: string
  readonly type: string
  readonly title: string
  readonly issuerName?: string | undefined
  readonly holder?: string | undefined
  readonly look: OwnLook
  readonly expiresAt?: number | undefined
}

export interface CardItemProps {
  readonly card: ListedCard
  /** Epoch seconds. */
  readonly now: number
  readonly takenBack: TakenBack | undefined
  /** BCP 47, of what others wrote on it; absent: that of the page. */
  readonly tag: string | undefined
}

export function CardItem({ card, now, takenBack, tag }: CardItemProps) {
  return (
    <li lang={tag}>
      <CardFace card={card} now={now} takenBack={takenBack} href={`/cards/${encodeURIComponent(card.id)}`} />
      <CardNotes card={card} now={now} takenBack={takenBack} />
    </li>
  )
}

type FaceProps = Omit<CardItemProps, 'tag'>

/** `href`: where it leads; absent: it is a picture of one. */
export function CardFace({ card, now, takenBack, href }: FaceProps & { readonly href?: string }) {
  const t = wallet.value.home
  const { state } = validityAt(card.expiresAt, now)
  const on = card.expiresAt === undefined ? undefined : day(new Date(card.expiresAt * 1000).toISOString())
  return (
    <Card
      {...(href !== undefined && { href })}
      title={card.title}
      issuer={card.issuerName}
      holder={card.holder}
      validity={on === undefined ? undefined : filled(state === 'ended' ? t.endedOn : t.until, { day: on })}
      look={lookOf(card.type, card.title)}
      own={card.look}
      ended={state === 'ended' || takenBack === 'revoked'}
      issuedBy={t.issuedBy}
    />
  )
}

export function CardNotes({ card, now, takenBack }: FaceProps) {
  const t = wallet.value.home
  const validity = validityAt(card.expiresAt, now)
  return (
    <>
      {takenBack !== undefined && (
        <CardNote>
          <Badge tone={takenBack === 'revoked' ? 'bad' : 'warn'}>{t[takenBack]}</Badge>
        </CardNote>
      )}
      {validity.state === 'ended' && (
        <CardNote>
          <Badge tone="bad">{t.expired}</Badge>
        </CardNote>
      )}
      {validity.state === 'ending' && (
        <CardNote>
          <Badge tone="warn">{t.expires(validity.days)}</Badge>
        </CardNote>
      )}
    </>
  )
}
