/**
 * A question to a store that has to be answered soon; late is `StoreUnavailable`. An answer that lies unread because this
 * process was busy is not late.
 */
import { withinTime } from '@countersign/event-loop/time-limit'
import { StoreUnavailable } from '../ports.ts'

export async function inTime(work: Promise<unknown>, timeoutMs: number, name: string): Promise<void> {
  await withinTime(work, timeoutMs, () => new StoreUnavailable(`${name}: no answer within ${timeoutMs} ms`))
}
