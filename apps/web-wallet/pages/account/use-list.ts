/** A list of the API that a part of a page shows, asked for again after something was changed. */
import type { Answer } from '@countersign/ui/http/fetch-json'
import { useCallback, useEffect, useState } from 'preact/hooks'
import { api } from './session.ts'

export interface ListState<T> {
  /** Absent while it is asked for. */
  readonly value?: T | undefined
  readonly failed: boolean
  readonly reload: () => Promise<void>
}

export function useList<T>(path: string): ListState<T> {
  const [value, setValue] = useState<T>()
  const [failed, setFailed] = useState(false)
  const reload = useCallback(async () => {
    const answer: Answer<T> = await api.get<T>(path)
    setFailed(!answer.ok)
    if (answer.ok) setValue(answer.value)
  }, [path])
  useEffect(() => void reload(), [reload])
  return { value, failed, reload }
}
