/** W2: the cards of a wallet, as a list. */
import type { TakenBackAnswer, WalletCard } from '@countersign/api/wallet/cards'
import { LinkButton } from '@countersign/ui/elements/button'
import { Strokes } from '@countersign/ui/elements/icon'
import { scan } from '@countersign/ui/elements/icons'
import { TextField } from '@countersign/ui/forms/field'
import type { CallFailure } from '@countersign/ui/http/fetch-json'
import { announce } from '@countersign/ui/page/frame'
import { Heading } from '@countersign/ui/page/heading'
import { formatTag, language, textsThere } from '@countersign/ui/text/texts'
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { lazy } from 'preact-iso'
import { api } from '../account/session.ts'
import { keepCards, keepTakenBack } from '../offline/kept-cards.ts'
import { newer } from '../offline/start-worker.ts'
import { wallet } from '../texts/wallet-texts.ts'
import { AwayPage } from './away-page.tsx'
import { CardItem, type TakenBack } from './card-item.tsx'
import { CategoryChoice } from './category-choice.tsx'
import { isIn, matches } from './search.ts'
import { useWaiting } from './use-waiting.ts'
import { validityAt } from './validity.ts'
import { WalletChoice } from './wallet-choice.tsx'

type Loaded =
  | { readonly state: 'asking' }
  | { readonly state: 'failed'; readonly failure: CallFailure }
  | { readonly state: 'here'; readonly cards: readonly WalletCard[] }

const NewerNotice = lazy(async () => {
  const { NewerNotice: Notice } = await import('../offline/newer-notice.tsx')
  await textsThere()
  return Notice
})

const WaitingCards = lazy(async () => {
  const { WaitingCards: Waiting } = await import('./waiting-cards.tsx')
  return Waiting
})

/** From so many on there is a search. */
const SEARCH_FROM = 8

/** The one page where nothing is unfinished, so that a newer version may be spoken of. */
export function HomePage({ walletId }: { readonly walletId: string }) {
  if (newer.value === undefined) return <Cards walletId={walletId} />
  return (
    <div class="stack" data-gap="l">
      <NewerNotice />
      <Cards walletId={walletId} />
    </div>
  )
}

function Cards({ walletId }: { readonly walletId: string }) {
  const [cards, setCards] = useState<Loaded>({ state: 'asking' })
  // Titles are in the language of the page.
  const tag = formatTag()
  const shown = `${walletId} ${tag}`
  const wanted = useRef(shown)
  wanted.current = shown
  const load = useCallback(() => {
    void api.get<readonly WalletCard[]>(`/wallet/${walletId}/cards`).then((answer) => {
      // Another wallet, or another language, is shown meanwhile.
      if (wanted.current !== shown) return
      setCards(
        answer.ok ? { state: 'here', cards: answer.value } : { state: 'failed', failure: answer.error },
      )
      if (answer.ok) void keepCards(walletId, answer.value, tag, new Date().toISOString())
    })
  }, [walletId, tag, shown])
  // Before it is painted: what was asked ahead is there already.
  useLayoutEffect(load, [load])

  const waiting = useWaiting(walletId, tag, load)
  const later = waiting.cards.length > 0 && (
    <WaitingCards walletId={walletId} cards={waiting.cards} onAsked={waiting.reload} />
  )

  if (cards.state === 'failed') return <AwayPage failure={cards.failure} walletId={walletId} retry={load} />
  if (cards.state === 'asking') return <Fetching />
  return (
    <div class="stack" data-gap="l">
      {cards.cards.length === 0 ? (
        <NoCards />
      ) : (
        <CardList key={walletId} walletId={walletId} cards={cards.cards} />
      )}
      {later}
    </div>
  )
}

/** Before it is known who is there, and then until the cards are: the same picture. */
export function Fetching() {
  const t = wallet.value.home
  return (
    <div class="stack" data-gap="l" data-loading>
      <Heading title={t.title} product={wallet.value.product} />
      <p class="muted">{t.fetching}</p>
    </div>
  )
}

function NoCards() {
  const t = wallet.value.home
  return (
    <div class="column stack" data-gap="l">
      <Heading title={t.title} product={wallet.value.product} />
      <WalletChoice />
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

interface CardListProps {
  readonly walletId: string
  readonly cards: readonly WalletCard[]
}

function CardList({ walletId, cards }: CardListProps) {
  const t = wallet.value.home
  const [words, setWords] = useState('')
  const [category, setCategory] = useState<string>()
  const takenBack = useTakenBack(walletId)
  const now = Date.now() / 1000
  const ended = cards.filter(
    ({ expiresAt, id }) => takenBack.get(id) === 'revoked' || validityAt(expiresAt, now).state === 'ended',
  ).length
  const shown = cards.filter((card) => matches(card, words.trim()) && isIn(card, category))
  useEffect(() => {
    if (words.trim() !== '' || category !== undefined) announce(t.found(shown.length))
  }, [words, category, shown.length, t])
  return (
    <div class="stack" data-gap="l">
      <div class="head">
        <div class="stack" data-gap="s">
          <Heading title={t.title} product={wallet.value.product} />
          <WalletChoice />
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
      <CategoryChoice cards={cards} chosen={category} onChoose={setCategory} />
      <ul class="cards" role="list">
        {shown.map((card) => (
          <CardItem
            key={card.id}
            card={card}
            now={now}
            takenBack={takenBack.get(card.id)}
            tag={language() === 'pseudo' ? undefined : formatTag()}
          />
        ))}
      </ul>
    </div>
  )
}

/** Asked when the cards are there: issuers may need a while to say so. */
function useTakenBack(walletId: string): ReadonlyMap<string, TakenBack> {
  const [found, setFound] = useState<ReadonlyMap<string, TakenBack>>(new Map())
  useEffect(() => {
    void api.get<TakenBackAnswer>(`/wallet/${walletId}/cards/taken-back`).then((answer) => {
      if (!answer.ok) return
      setFound(new Map(answer.value.map(({ id, status }) => [id, status])))
      void keepTakenBack(walletId, answer.value)
    })
  }, [walletId])
  return found
}
