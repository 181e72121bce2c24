/** W2: the cards of a wallet, as a list. */
import type { Credential, CredentialView } from '@countersign/api/wallet/credentials'
import { Card, CardNote, lookOf } from '@countersign/ui/credential/card'
import { Badge } from '@countersign/ui/elements/badge'
import { LinkButton } from '@countersign/ui/elements/button'
import { Strokes } from '@countersign/ui/elements/icon'
import { scan } from '@countersign/ui/elements/icons'
import { TextField } from '@countersign/ui/forms/field'
import type { Answer, CallFailure } from '@countersign/ui/http/fetch-json'
import { announce } from '@countersign/ui/page/frame'
import { Heading } from '@countersign/ui/page/heading'
import { Problem } from '@countersign/ui/page/problem'
import { day } from '@countersign/ui/text/format'
import { filled } from '@countersign/ui/text/sentence-parts'
import { formatTag, language } from '@countersign/ui/text/texts'
import { useCallback, useEffect, useState } from 'preact/hooks'
import { api } from '../account/session.ts'
import { wallet } from '../texts/wallet-texts.ts'
import { type HomeCard, homeCard, matches, validityAt } from './card-view.ts'

type Cards =
  | { readonly state: 'asking' }
  | { readonly state: 'failed'; readonly failure: CallFailure }
  | { readonly state: 'here'; readonly cards: readonly HomeCard[] }

/** From so many on there is a search. */
const SEARCH_FROM = 8
/** Views are asked for beside each other, and so many at a time. */
const AT_ONCE = 6

export function HomePage({ walletId }: { readonly walletId: string }) {
  const t = wallet.value.home
  const [cards, setCards] = useState<Cards>({ state: 'asking' })
  const tag = formatTag()
  const load = useCallback(() => {
    void cardsOf(walletId, tag).then((answer) =>
      setCards(
        answer.ok ? { state: 'here', cards: answer.value } : { state: 'failed', failure: answer.error },
      ),
    )
  }, [walletId, tag])
  useEffect(load, [load])

  if (cards.state === 'failed')
    return <Problem failure={cards.failure} product={wallet.value.product} home="/" retry={load} />
  if (cards.state === 'asking')
    return (
      <div class="stack" data-gap="l">
        <Heading title={t.title} product={wallet.value.product} />
        <p class="muted">{t.fetching}</p>
      </div>
    )
  return cards.cards.length === 0 ? <NoCards /> : <CardList cards={cards.cards} />
}

async function cardsOf(walletId: string, tag: string): Promise<Answer<readonly HomeCard[]>> {
  const list = await api.get<readonly Credential[]>(
    `/wallet/${walletId}/credentials?sortBy=addedOn&descending=true`,
  )
  if (!list.ok) return list
  const cards: HomeCard[] = []
  for (let start = 0; start < list.value.length; start += AT_ONCE) {
    const views = await Promise.all(
      list.value
        .slice(start, start + AT_ONCE)
        .map(({ id }) =>
          api.get<CredentialView>(
            `/wallet/${walletId}/credentials/${encodeURIComponent(id)}/view?locale=${tag}`,
          ),
        ),
    )
    for (const view of views) {
      if (!view.ok) return view
      cards.push(homeCard(view.value))
    }
  }
  return { ok: true, value: cards }
}

function NoCards() {
  const t = wallet.value.home
  return (
    <div class="column stack" data-gap="l">
      <Heading title={t.title} product={wallet.value.product} />
      <div class="empty">
        <div class="ghost" aria-hidden="true">
          <Strokes />
        </div>
        <h2>{t.emptyTitle}</h2>
        <p class="lede">{t.empty}</p>
        <div class="actions" data-fill>
          <LinkButton kind="primary" big icon={scan} href="/scan">
            {wallet.value.scan}
          </LinkButton>
        </div>
      </div>
    </div>
  )
}

function CardList({ cards }: { readonly cards: readonly HomeCard[] }) {
  const t = wallet.value.home
  const [words, setWords] = useState('')
  const now = Date.now() / 1000
  const ended = cards.filter(({ expiresAt }) => validityAt(expiresAt, now).state === 'ended').length
  const shown = cards.filter((card) => matches(card, words.trim()))
  useEffect(() => {
    if (words.trim() !== '') announce(t.found(shown.length))
  }, [words, shown.length, t])
  return (
    <div class="stack" data-gap="l">
      <div class="head">
        <div class="stack" data-gap="s">
          <Heading title={t.title} product={wallet.value.product} />
          <p class="lede">
            {ended === 0 ? t.count(cards.length) : `${t.count(cards.length)} ${t.ended(ended)}`}
          </p>
        </div>
        <LinkButton kind="primary" big icon={scan} href="/scan">
          {wallet.value.scan}
        </LinkButton>
      </div>
      {cards.length >= SEARCH_FROM && (
        <div class="column">
          <TextField label={t.search} type="search" value={words} onInput={setWords} />
        </div>
      )}
      <ul class="cards" role="list">
        {shown.map((card) => (
          <CardItem key={card.id} card={card} now={now} />
        ))}
      </ul>
    </div>
  )
}

function CardItem({ card, now }: { readonly card: HomeCard; readonly now: number }) {
  const t = wallet.value.home
  const validity = validityAt(card.expiresAt, now)
  const on = card.expiresAt === undefined ? undefined : day(new Date(card.expiresAt * 1000).toISOString())
  const words = validity.state === 'ended' ? t.endedOn : t.until
  return (
    <li lang={language() === 'pseudo' ? undefined : formatTag()}>
      <Card
        title={card.title}
        issuer={card.issuer}
        holder={card.holder}
        validity={on === undefined ? undefined : filled(words, { day: on })}
        look={lookOf(card.type, card.title)}
        ended={validity.state === 'ended'}
        issuedBy={t.issuedBy}
      />
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
    </li>
  )
}
