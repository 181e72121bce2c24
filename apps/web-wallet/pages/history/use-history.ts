/** The entries that a page of the history shows: a page of the service at a time, each right after the one before. */
import type { EventsAnswer, HistoryItem } from '@countersign/api/wallet/history'
import type { CallFailure } from '@countersign/ui/http/fetch-json'
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { api } from '../account/session.ts'

export interface Entries {
  /** Absent until the first came. */
  readonly items?: readonly HistoryItem[] | undefined
  readonly hasMore: boolean
  readonly asking: boolean
  /** Of the last call. */
  readonly failure?: CallFailure | undefined
  /** Resolves with how many there are then; undefined where that did not work, or something else is shown meanwhile. */
  readonly more: () => Promise<number | undefined>
  /** Anew, from the newest one. */
  readonly reload: () => void
  readonly drop: (id: string) => void
}

const PER_PAGE = 20

/** `wanted`: what is added to each call; `language`: that the entries are told in. */
export function useHistory(base: string, wanted: string, language: string): Entries {
  const [items, setItems] = useState<readonly HistoryItem[]>()
  const [next, setNext] = useState<string | null>(null)
  const [asking, setAsking] = useState(false)
  const [failure, setFailure] = useState<CallFailure>()
  // Counts what is asked for: an answer to what was asked for before is nobody's.
  const latest = useRef(0)

  const ask = useCallback(
    async (after: string | null, before: readonly HistoryItem[]) => {
      latest.current += 1
      const turn = latest.current
      setAsking(true)
      const query = new URLSearchParams(wanted)
      query.set('limit', String(PER_PAGE))
      query.set('sortOrder', 'desc')
      if (after !== null) query.set('startingAfter', after)
      const answer = await api.get<EventsAnswer>(`${base}?${query.toString()}`)
      if (turn !== latest.current) return undefined
      setAsking(false)
      setFailure(answer.ok ? undefined : answer.error)
      if (!answer.ok) return undefined
      const all = [...before, ...answer.value.items]
      setItems(all)
      setNext(answer.value.nextStartingAfter)
      return all.length
    },
    [base, wanted, language],
  )
  useEffect(() => void ask(null, []), [ask])

  return {
    items,
    hasMore: next !== null,
    asking,
    failure,
    more: async () => (asking || next === null ? undefined : ask(next, items ?? [])),
    reload: () => void ask(null, []),
    drop: (id) => setItems((held) => held?.filter((one) => one.id !== id)),
  }
}
