/**
 * What stands open when its time is over asks again, so that no button is left that leads nowhere. The clock of a browser may be
 * wrong: what the wallet says counts, and it is asked until it says so.
 */
import { readDateTime } from '@countersign/core/date-time'
import { nowMs } from '@countersign/ui/page/clock'
import { useEffect } from 'preact/hooks'
import type { Exchange } from './use-exchange.ts'

interface Ending {
  readonly state: string
  readonly expiresAt: string
  readonly expired?: boolean
}

const AGAIN_MS = 5_000
/** Timers of browsers know no longer one. */
const LONGEST_MS = 2_000_000_000

export function useAskAtEnd<T extends Ending>({ busy, loaded, reload }: Exchange<T>): void {
  const open = loaded.state === 'here' && isOpen(loaded.preview) ? loaded.preview : undefined
  useEffect(() => {
    if (open === undefined || busy) return undefined
    const timer = setTimeout(reload, waitMs(open, nowMs()))
    return () => clearTimeout(timer)
  }, [open, busy, reload])
}

function isOpen({ state, expired }: Ending): boolean {
  return state === 'open' && expired !== true
}

function waitMs({ expiresAt }: Ending, now: number): number {
  const left = (readDateTime(expiresAt) ?? 0) * 1000 - now
  return left > 0 ? Math.min(left + 250, LONGEST_MS) : AGAIN_MS
}
