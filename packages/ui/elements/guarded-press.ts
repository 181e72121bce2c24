/**
 * Guards a decision against presses that nobody meant: a double tap that began on the page before, a page slipped under a
 * finger, a key that is held down. Nothing counts in the first half second after the decision appeared, while the page is
 * not seen, by a repeated key, or by a script.
 */
import { useCallback, useEffect, useRef } from 'preact/hooks'

export const QUIET_MS = 500

export type Press = Pick<MouseEvent, 'isTrusted' | 'timeStamp' | 'detail'>

/** Pure, so that a table can test it: may this press decide? `since`: when the decision was seen, on the clock of events. */
export function counts(press: Press, since: number, heldKey: boolean): boolean {
  return press.isTrusted && !heldKey && press.timeStamp - since >= QUIET_MS
}

/**
 * Gives back a handler that calls `decide` for presses that count, once. `shown`: changes whenever another decision stands
 * there; the half second begins anew.
 */
export function useGuardedPress(decide: () => void, shown: unknown): (press: Press) => void {
  const since = useRef(Number.POSITIVE_INFINITY)
  const held = useRef(false)
  const latest = useRef(decide)
  latest.current = decide

  useEffect(() => {
    const seen = () => {
      since.current = document.visibilityState === 'visible' ? performance.now() : Number.POSITIVE_INFINITY
    }
    // A key that went down before the page was there, or that repeats, is held.
    held.current = false
    const down = (event: KeyboardEvent) => {
      held.current = event.repeat || performance.now() - since.current < QUIET_MS
    }
    const up = () => {
      // The click of a space bar comes after its keyup.
      setTimeout(() => {
        held.current = false
      })
    }
    seen()
    document.addEventListener('visibilitychange', seen)
    window.addEventListener('focus', seen)
    window.addEventListener('keydown', down, true)
    window.addEventListener('keyup', up, true)
    return () => {
      document.removeEventListener('visibilitychange', seen)
      window.removeEventListener('focus', seen)
      window.removeEventListener('keydown', down, true)
      window.removeEventListener('keyup', up, true)
    }
  }, [shown])

  return useCallback((press: Press) => {
    if (counts(press, since.current, held.current)) latest.current()
  }, [])
}
