/** What had the focus may be gone with what was done: then it goes to the place where that was. */
import type { RefObject } from 'preact'

/** After a question is closed, which gives it back to what asked. */
const LATER_MS = 100

export function keepFocus(place: RefObject<HTMLElement | null>): void {
  setTimeout(() => {
    if (document.activeElement === document.body) place.current?.focus({ preventScroll: true })
  }, LATER_MS)
}
