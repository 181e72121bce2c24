/** Values of claims as people write them: a day and a moment in their language; everything else as it is, made harmless. */
import { isFullDate } from '@countersign/core/date-time'
import { plainText } from '../elements/plain-name.ts'
import { day, dayAndTime } from './format.ts'

/** `value`: JSON's text of one value. `1990-01-01` is `1 Jan 1990`, in the zone of nobody; a moment (RFC 3339) is that of the reader. */
export function claimText(value: string): string {
  const said = isFullDate(value) ? day(value) : dayAndTime(value)
  return said ?? plainText(value)
}
