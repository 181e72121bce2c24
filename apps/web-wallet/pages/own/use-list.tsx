/** A list of the API that a part of a page shows, asked for again after something was changed. */
import { Button } from '@countersign/ui/elements/button'
import { again } from '@countersign/ui/elements/icons'
import { Said } from '@countersign/ui/elements/sheet'
import type { Answer } from '@countersign/ui/http/fetch-json'
import { ui } from '@countersign/ui/text/ui-texts'
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { api } from '../account/session.ts'
import { own } from '../texts/own-texts.ts'

export interface Listed<T> {
  /** Absent while it is asked for, and where it never came. */
  readonly value?: T | undefined
  /** The last time it did not come. */
  readonly failed: boolean
  readonly reload: () => Promise<void>
}

export function useList<T>(path: string): Listed<T> {
  const [value, setValue] = useState<T>()
  const [failed, setFailed] = useState(false)
  const wanted = useRef(path)
  wanted.current = path
  const reload = useCallback(async () => {
    const answer: Answer<T> = await api.get<T>(path)
    // Another list is shown meanwhile.
    if (wanted.current !== path) return
    setFailed(!answer.ok)
    if (answer.ok) setValue(answer.value)
  }, [path])
  useEffect(() => void reload(), [reload])
  return { value, failed, reload }
}

export function isThere({ failed, value }: Listed<unknown>): boolean {
  return failed || value !== undefined
}

/** Says that a list did not come, with a way on; nothing else. */
export function NotFetched({ list: { failed, reload } }: { readonly list: Listed<unknown> }) {
  if (!failed) return null
  return (
    <div class="row" role="alert">
      <Said tone="bad">{own.value.notFetched}</Said>
      <Button kind="quiet" icon={again} onPress={() => void reload()}>
        {ui.value.tryAgain}
      </Button>
    </div>
  )
}
