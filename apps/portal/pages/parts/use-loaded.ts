/** What a page asks for before it can show anything: loading, there, or why not - and asked again without a new load of the page. */
import type { Answer, CallFailure } from '@countersign/ui/http/fetch-json'
import { useCallback, useLayoutEffect, useState } from 'preact/hooks'

export interface Loaded<T> {
  readonly value?: T
  readonly failure?: CallFailure
  readonly retry: () => void
}

/** `key`: what is loaded; another one begins anew. */
export function useLoaded<T>(load: () => Promise<Answer<T>>, key: string): Loaded<T> {
  const [state, setState] = useState<{ readonly key: string; readonly answer: Answer<T> }>()
  const [tries, setTries] = useState(0)
  const retry = useCallback(() => setTries((made) => made + 1), [])
  // Before it is painted: what was asked ahead is there already.
  useLayoutEffect(() => {
    let wanted = true
    void load().then((answer) => {
      if (wanted) setState({ key, answer })
    })
    return () => {
      wanted = false
    }
  }, [key, tries])
  if (state === undefined || state.key !== key) return { retry }
  return state.answer.ok ? { value: state.answer.value, retry } : { failure: state.answer.error, retry }
}
