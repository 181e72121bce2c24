/** An exchange under its id: what was resolved is read, and read again after each decision. */
import type { Answer, CallFailure } from '@countersign/ui/http/fetch-json'
import { formatTag } from '@countersign/ui/text/texts'
import { useCallback, useLayoutEffect, useState } from 'preact/hooks'
import { api } from '../account/session.ts'

export type Loaded<T> =
  | { readonly state: 'asking' }
  | { readonly state: 'failed'; readonly failure: CallFailure }
  | { readonly state: 'here'; readonly preview: T }

export interface Exchange<T> {
  readonly loaded: Loaded<T>
  readonly reload: () => void
  /** What went wrong with the last decision. */
  readonly failure: CallFailure | undefined
  readonly busy: boolean
  /** Sends a decision, and shows what came of it; answers it too, where the answer came through. */
  readonly decide: (verb: 'use' | 'reject', body: unknown) => Promise<T | undefined>
}

/** There is nothing under this id any more, or never was for whoever asks. */
export function isForgotten({ status }: CallFailure): boolean {
  return status === 404 || status === 410
}

export function useExchange<T extends { readonly state: string }>(path: string): Exchange<T> {
  const [loaded, setLoaded] = useState<Loaded<T>>({ state: 'asking' })
  const [failure, setFailure] = useState<CallFailure>()
  const [busy, setBusy] = useState(false)

  const show = useCallback((answer: Answer<T>) => {
    setLoaded(
      answer.ok ? { state: 'here', preview: answer.value } : { state: 'failed', failure: answer.error },
    )
  }, [])
  const reload = useCallback(() => {
    void api.get<T>(path).then(show)
  }, [path, show])
  // Titles and labels of others are in the language of the page.
  const tag = formatTag()
  // Before it is painted: what was asked ahead is there already.
  useLayoutEffect(reload, [reload, tag])

  async function decide(verb: 'use' | 'reject', body: unknown): Promise<T | undefined> {
    if (busy) return undefined
    setBusy(true)
    setFailure(undefined)
    const answer = await api.send<T>('POST', `${path}/${verb}`, body)
    if (!answer.ok) setFailure(answer.error)
    // What happened stands there, whether or not the answer came through.
    const now = answer.ok && 'state' in answer.value ? answer : await api.get<T>(path)
    if (now.ok || isForgotten(now.error)) show(now)
    setBusy(false)
    return answer.ok ? answer.value : undefined
  }

  return { loaded, reload, failure, busy, decide }
}
