import { showDateTime } from '@countersign/core/date-time'

/** Epoch seconds, as the services write them, for what wants ISO 8601. */
export function isoOf(epochSeconds: number): string {
  return showDateTime(epochSeconds)
}
