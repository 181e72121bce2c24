/** W8: what was received, shared, declined and deleted, the newest first. Values are hidden until somebody asks for them. */
import './history.css'
import type { EventsAnswer, HistoryItem } from '@countersign/api/wallet/history'
import { Button } from '@countersign/ui/elements/button'
import { Dialog, Notice } from '@countersign/ui/elements/notice'
import type { CallFailure } from '@countersign/ui/http/fetch-json'
import { announce } from '@countersign/ui/page/frame'
import { Heading } from '@countersign/ui/page/heading'
import { Problem } from '@countersign/ui/page/problem'
import { day } from '@countersign/ui/text/format'
import { formatTag } from '@countersign/ui/text/texts'
import { useCallback, useEffect, useState } from 'preact/hooks'
import { api } from '../account/session.ts'
import { own } from '../texts/own-texts.ts'
import { wallet } from '../texts/wallet-texts.ts'
import { Entry } from './entry.tsx'

const FILTERS = ['all', 'Present', 'Receive', 'Reject', 'Delete'] as const
type Filter = (typeof FILTERS)[number]

const PER_PAGE = 20

export function HistoryPage({ walletId }: { readonly walletId: string }) {
  const t = own.value.history
  const tag = formatTag()
  const [filter, setFilter] = useState<Filter>('all')
  const [items, setItems] = useState<readonly HistoryItem[]>()
  const [next, setNext] = useState<string | null>(null)
  const [failure, setFailure] = useState<CallFailure>()
  const [deleting, setDeleting] = useState(false)
  const base = `/wallet/${walletId}/eventlog`

  const load = useCallback(
    async (after: string | null, before: readonly HistoryItem[]) => {
      const query = new URLSearchParams({ limit: String(PER_PAGE), sortOrder: 'desc' })
      if (filter !== 'all') query.set('filter', `action=${filter}`)
      if (after !== null) query.set('startingAfter', after)
      const answer = await api.get<EventsAnswer>(`${base}?${query.toString()}`)
      if (!answer.ok) return setFailure(answer.error)
      setFailure(undefined)
      const all = [...before, ...answer.value.items]
      setItems(all)
      setNext(answer.value.nextStartingAfter)
      if (before.length > 0 || filter !== 'all') announce(t.shown(all.length))
    },
    [base, filter, t],
  )
  useEffect(() => void load(null, []), [load, tag])

  if (failure !== undefined)
    return (
      <Problem failure={failure} product={wallet.value.product} home="/" retry={() => void load(null, [])} />
    )

  async function deleteAll() {
    const answer = await api.send('DELETE', base)
    setDeleting(false)
    if (!answer.ok) return setFailure(answer.error)
    setItems([])
    setNext(null)
    announce(t.allDeleted)
  }

  return (
    <div class="column stack" data-gap="l">
      <div class="head">
        <Heading title={t.title} product={wallet.value.product} />
        <a class="button" data-kind="plain" href={`/wallet-api${base}/export`} download="history.json">
          <span>{t.exportAll}</span>
        </a>
      </div>
      <fieldset class="filters">
        <legend class="visually-hidden">{t.filter}</legend>
        {FILTERS.map((one) => (
          <label key={one}>
            <input type="radio" name="filter" checked={filter === one} onChange={() => setFilter(one)} />
            <span>{t.filters[one]}</span>
          </label>
        ))}
      </fieldset>
      {items === undefined && <p class="muted">{t.fetching}</p>}
      {items?.length === 0 && <p class="lede">{filter === 'all' ? t.empty : t.emptyFiltered}</p>}
      {[...Map.groupBy(items ?? [], ({ timestamp }) => day(timestamp))].map(([on, entries]) => (
        <section key={on} class="stack" data-gap="m" aria-label={on}>
          <h2 class="day">{on}</h2>
          <ul class="sheet entries" role="list">
            {entries.map((item) => (
              <Entry
                key={item.id}
                item={item}
                base={base}
                onDeleted={() => {
                  setItems(items?.filter(({ id }) => id !== item.id))
                  announce(t.entryDeleted)
                }}
              />
            ))}
          </ul>
        </section>
      ))}
      {next !== null && (
        <div class="actions" data-fill>
          <Button onPress={() => void load(next, items ?? [])}>{t.older}</Button>
        </div>
      )}
      <Notice tone="open">
        <p>{t.kept}</p>
      </Notice>
      {(items?.length ?? 0) > 0 && (
        <div class="actions">
          <Button kind="quiet" onPress={() => setDeleting(true)}>
            {t.deleteAll}
          </Button>
        </div>
      )}
      <Dialog heading={t.deleteAllTitle} open={deleting} onClose={() => setDeleting(false)}>
        <p>{t.deleteAllWhy}</p>
        <div class="actions">
          <Button kind="danger" onPress={() => void deleteAll()}>
            {t.deleteAll}
          </Button>
          <Button onPress={() => setDeleting(false)}>{own.value.confirming.cancel}</Button>
        </div>
      </Dialog>
    </div>
  )
}
