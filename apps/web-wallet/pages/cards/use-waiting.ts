/** Which cards are still to come, read again when one of them may be here. */
import type { DeferredListAnswer } from '@countersign/api/wallet/deferred'
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { api } from '../account/session.ts'
import { useAskAgain } from '../exchange/ask-again.ts'

export interface Waiting {
  readonly cards: DeferredListAnswer
  readonly reload: () => void
}

/** `onGone`: one of them came, or does not come any more. */
export function useWaiting(walletId: string, tag: string, onGone: () => void): Waiting {
  const [cards, setCards] = useState<DeferredListAnswer>([])
  const known = useRef<{ readonly walletId: string; readonly cards: DeferredListAnswer } | undefined>(
    undefined,
  )
  const reload = useCallback(() => {
    void api.get<DeferredListAnswer>(`/wallet/${walletId}/exchange/deferred`).then((answer) => {
      const before = known.current?.walletId === walletId ? known.current.cards : []
      const now = answer.ok ? answer.value : before
      known.current = { walletId, cards: now }
      // A new list, also where nobody answered: it is asked for again.
      setCards([...now])
      if (before.some(({ id }) => !now.some((one) => one.id === id))) onGone()
    })
    // The tag: titles are in the language of the page.
  }, [walletId, tag, onGone])
  useEffect(reload, [reload])
  useAskAgain(cards, reload)
  return { cards, reload }
}
