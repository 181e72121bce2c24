/** A list a page at a time. Where the pages before this one ended is kept, so that there is a way back to them. */
import type { Answer } from '@countersign/ui/http/fetch-json'
import { useState } from 'preact/hooks'
import { type Loaded, useLoaded } from '../parts/use-loaded.ts'
import type { PagerProps } from './pager.tsx'

export interface Pages<T> extends Loaded<T>, PagerProps {
  /** Where this page begins; undefined for the first. */
  readonly before: string | undefined
}

/** `key`: which list it is; `load` takes where the page before ended. */
export function usePages<T extends { readonly next?: string | undefined }>(
  load: (before: string | undefined) => Promise<Answer<T>>,
  key: string,
): Pages<T> {
  const [places, setPlaces] = useState<readonly string[]>([])
  const before = places.at(-1)
  const loaded = useLoaded(() => load(before), JSON.stringify([key, before]))
  const next = loaded.value?.next
  return {
    ...loaded,
    before,
    newer: places.length === 0 ? undefined : () => setPlaces(places.slice(0, -1)),
    older: next === undefined ? undefined : () => setPlaces([...places, next]),
  }
}
