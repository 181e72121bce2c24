/** Values of claims as people write them: a day and a moment in their language; everything else as it is, made harmless. */
import { plainText } from '../elements/plain-name.ts'
import { day, dayAndTime } from './format.ts'

/** A moment with its offset (RFC 3339 §5.6): nothing else looks like that. */
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/

/** `value`: JSON's text of one value. `1990-01-01` is `1 Jan 1990`, in the zone of nobody; a moment is that of the reader. */
export function claimText(value: string): string {
  const said = MOMENT.test(value) ? dayAndTime(value) : value.length === 10 ? day(value) : undefined
  return said ?? plainText(value)
}
