/** Looks again when something that was waited for may have come: soon after the wallet asks its issuer. */
import { readDateTime } from '@countersign/core/date-time'
import { nowMs } from '@countersign/ui/page/clock'
import { useEffect } from 'preact/hooks'

const SOON_MS = 2_000
const LONGEST_MS = 300_000

/** `waiting`: as it was read last, a new list with each reading. */
export function useAskAgain(
  waiting: readonly { readonly nextAt?: string | undefined }[],
  ask: () => void,
): void {
  useEffect(() => {
    const times = waiting.flatMap(({ nextAt }) => readDateTime(nextAt ?? '') ?? [])
    if (times.length === 0) return undefined
    const inMs = Math.min(...times) * 1000 - nowMs() + SOON_MS
    const timer = setTimeout(ask, Math.min(LONGEST_MS, Math.max(SOON_MS, inMs)))
    return () => clearTimeout(timer)
  }, [waiting, ask])
}
