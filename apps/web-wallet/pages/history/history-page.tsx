/** W8: what was received, shared, declined and deleted, the newest first. Values are hidden until somebody asks for them. */
import './history.css'
import type { HistoryItem } from '@countersign/api/wallet/history'
import { showDateTime } from '@countersign/core/date-time'
import { Button, LinkButton } from '@countersign/ui/elements/button'
import { Question } from '@countersign/ui/elements/question'
import { Said } from '@countersign/ui/elements/sheet'
import { nowMs } from '@countersign/ui/page/clock'
import { announce } from '@countersign/ui/page/frame'
import { Heading } from '@countersign/ui/page/heading'
import { Problem } from '@countersign/ui/page/problem'
import { day } from '@countersign/ui/text/format'
import { formatTag } from '@countersign/ui/text/texts'
import type { ComponentChildren } from 'preact'
import { useId, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { api } from '../account/session.ts'
import { DeedTold, useDeed } from '../account/use-deed.tsx'
import { whyNot } from '../account/why-not.ts'
import { own } from '../texts/own-texts.ts'
import { wallet } from '../texts/wallet-texts.ts'
import { Entry } from './entry.tsx'
import { type Entries, useHistory } from './use-history.ts'

const FILTERS = ['all', 'Present', 'Receive', 'Reject', 'Delete'] as const
type Filter = (typeof FILTERS)[number]

export function HistoryPage({ walletId }: { readonly walletId: string }) {
  const t = own.value.history
  // Of a card's own page: the entries about this card alone.
  const card = useLocation().query['card']
  const [filter, setFilter] = useState<Filter>('all')
  const base = `/wallet/${walletId}/eventlog`
  const entries = useHistory(base, queryOf(filter, card), formatTag())
  const { asking, failure, hasMore, items, more, reload } = entries
  const isWhole = filter === 'all' && card === undefined
  if (failure !== undefined && items === undefined)
    return <Problem failure={failure} product={wallet.value.product} home="/" retry={reload} />
  return (
    <div class="column stack" data-gap="l" data-loading={items === undefined || undefined}>
      <div class="head">
        <Heading title={t.title} product={wallet.value.product} />
        {isWhole && (items?.length ?? 0) > 0 && (
          <a class="button" data-kind="plain" href={`/wallet-api${base}/export`} download="history.json">
            <span>{t.exportAll}</span>
          </a>
        )}
      </div>
      {card !== undefined && (
        <div class="actions" data-fill>
          <LinkButton href={`/cards/${encodeURIComponent(card)}`}>{t.toCard}</LinkButton>
          <LinkButton kind="quiet" href="/history">
            {t.everything}
          </LinkButton>
        </div>
      )}
      <Filters chosen={filter} onChoose={setFilter} />
      <Told base={base} entries={entries} isWhole={isWhole} />
      {failure !== undefined && (
        <div role="alert">
          <Said tone="bad">{own.value.notFetched}</Said>
        </div>
      )}
      {hasMore && (
        <div class="actions" data-fill>
          <Button
            busy={asking}
            onPress={() => {
              void more().then((count) => {
                if (count !== undefined) announce(t.shown(count))
              })
            }}
          >
            {t.older}
          </Button>
        </div>
      )}
      {items !== undefined && <p class="muted">{t.kept}</p>}
    </div>
  )
}

function queryOf(filter: Filter, card: string | undefined): string {
  const query = new URLSearchParams()
  if (filter !== 'all') query.set('filter', `action=${filter}`)
  if (card !== undefined) query.set('credential', card)
  return query.toString()
}

interface FiltersProps {
  readonly chosen: Filter
  readonly onChoose: (filter: Filter) => void
}

function Filters({ chosen, onChoose }: FiltersProps) {
  const t = own.value.history
  return (
    <fieldset class="choices">
      <legend class="visually-hidden">{t.filter}</legend>
      {FILTERS.map((one) => (
        <label key={one}>
          <input
            class="tick"
            type="radio"
            name="filter"
            checked={chosen === one}
            onChange={() => onChoose(one)}
          />
          <span>{t.filters[one]}</span>
        </label>
      ))}
    </fieldset>
  )
}

interface ToldProps {
  readonly base: string
  readonly entries: Entries
  /** Nothing is left out by a filter. */
  readonly isWhole: boolean
}

/** The entries by their days, and the questions before any of them goes. */
function Told({ base, entries: { drop, items, reload }, isWhole }: ToldProps) {
  const t = own.value.history
  const deed = useDeed()
  const [asked, setAsked] = useState<HistoryItem | 'all'>()
  const today = day(showDateTime(Math.floor(nowMs() / 1000)))

  async function remove(what: HistoryItem | 'all') {
    const path = what === 'all' ? base : `${base}/${encodeURIComponent(what.id)}`
    const answer = await api.send('DELETE', path)
    setAsked(undefined)
    // It may have been deleted on another page: that is what was wanted.
    if (!answer.ok && answer.error.status !== 404) return { tone: 'bad', text: whyNot(answer.error) } as const
    if (what === 'all') reload()
    else drop(what.id)
    return { tone: 'ok', text: what === 'all' ? t.allDeleted : t.entryDeleted } as const
  }

  return (
    <>
      <DeedTold of={deed} />
      {items === undefined && <p class="muted">{t.fetching}</p>}
      {items?.length === 0 && <p class="lede">{isWhole ? t.empty : t.emptyFiltered}</p>}
      {[...Map.groupBy(items ?? [], ({ timestamp }) => day(timestamp) ?? '')].map(([on, its], place) => (
        // Not by its name: that is another one in another language.
        <Day key={`day ${place}`} name={on === today ? t.today : on}>
          {its.map((item) => (
            <Entry key={item.id} item={item} base={base} onDelete={() => setAsked(item)} />
          ))}
        </Day>
      ))}
      {isWhole && (items?.length ?? 0) > 0 && (
        <div class="actions">
          <Button kind="quiet" onPress={() => setAsked('all')}>
            {t.deleteAll}
          </Button>
        </div>
      )}
      <Question
        heading={asked === 'all' ? t.deleteAllTitle : t.deleteEntryTitle}
        why={asked === 'all' ? t.deleteAllWhy : t.deleteEntryWhy}
        keep={t.keepIt}
        doIt={asked === 'all' ? t.deleteAll : t.deleteIt}
        open={asked !== undefined}
        busy={deed.busy}
        onClose={() => setAsked(undefined)}
        onDo={() => {
          if (asked !== undefined) deed.run(() => remove(asked))
        }}
      />
    </>
  )
}

function Day({ children, name }: { readonly name: string; readonly children: ComponentChildren }) {
  const id = useId()
  return (
    <section class="stack" data-gap="m" aria-labelledby={id}>
      <h2 class="day" id={id}>
        {name}
      </h2>
      <ul class="sheet entries" role="list">
        {children}
      </ul>
    </section>
  )
}
