/**
 * What changes by itself, asked for again and again while somebody looks. The last answer stays while the next one is fetched and
 * while none comes, so that nothing blinks: `failure` says that it may be old.
 */
import type { Answer, CallFailure } from '@countersign/ui/http/fetch-json'
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'

export interface Polled<T> {
  readonly value?: T
  /** Of the last call; absent: it went well. */
  readonly failure?: CallFailure
  /** Asks at once. */
  readonly refresh: () => void
}

/** `key`: what is asked for; another one begins anew. */
export function usePolled<T>(load: () => Promise<Answer<T>>, key: string, everyMs: number): Polled<T> {
  const [state, setState] = useState<Omit<Polled<T>, 'refresh'> & { readonly key: string }>({ key })
  const latest = useRef(load)
  latest.current = load
  const now = useRef(() => {})
  useEffect(() => {
    let wanted = true
    let timer: ReturnType<typeof setTimeout> | undefined
    let round = 0
    const ask = async () => {
      clearTimeout(timer)
      const mine = ++round
      const answer = await latest.current()
      // A slow answer that another question has overtaken is not the newest.
      if (!wanted || mine !== round) return
      setState((before) =>
        answer.ok
          ? { key, value: answer.value }
          : {
              ...(before.key === key && 'value' in before && { value: before.value }),
              key,
              failure: answer.error,
            },
      )
      if (document.visibilityState === 'visible') timer = setTimeout(() => void ask(), everyMs)
    }
    const seen = () => {
      if (document.visibilityState === 'visible') void ask()
    }
    now.current = () => void ask()
    document.addEventListener('visibilitychange', seen)
    void ask()
    return () => {
      wanted = false
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', seen)
    }
  }, [key, everyMs])
  const refresh = useCallback(() => now.current(), [])
  if (state.key !== key) return { refresh }
  return {
    ...(state.value !== undefined && { value: state.value }),
    ...(state.failure && { failure: state.failure }),
    refresh,
  }
}
