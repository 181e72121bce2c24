/** Moments and durations of the services, as pages show them. */
import { showDateTime } from '@countersign/core/date-time'
import { number } from '@countersign/ui/text/format'

/** Epoch seconds, as the services write them, for what wants ISO 8601. */
export function isoOf(epochSeconds: number): string {
  return showDateTime(epochSeconds)
}

/** Tenths only where they tell something. */
export function inMs(milliseconds: number): string {
  return number(milliseconds, milliseconds < 10 ? 1 : 0)
}
