/** The line of steps of a session that waits for a wallet. Pure. */
import type { StepState } from '@countersign/ui/page/steps'
import type { SessionEvent } from '../parts/use-session-stream.ts'

export interface LineStep<Id extends string> {
  readonly id: Id
  readonly state: StepState
  readonly event?: SessionEvent | undefined
}

/** The first `done` of them are done, the next one is what happens now. */
export function lineOf<Id extends string>(
  ids: readonly Id[],
  done: number,
  eventOf: (id: Id) => SessionEvent | undefined,
): readonly LineStep<Id>[] {
  return ids.map((id, at) => ({
    id,
    state: at < done ? 'done' : at === done ? 'now' : 'todo',
    event: eventOf(id),
  }))
}
