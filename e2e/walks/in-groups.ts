/** Many flows, of which some walk together at a time: what became of each. */
import { type Gate, together } from './together.ts'

export interface Groups<Walk, Outcome> {
  readonly walks: readonly Walk[]
  /** How many walk together. */
  readonly size: number
  readonly steps: readonly string[]
  readonly walked: (walk: Walk, gate: Gate) => Promise<Outcome>
  /** Before each step of a group. */
  readonly between: (step: string) => Promise<void>
}

export async function inGroups<Walk, Outcome>(
  groups: Groups<Walk, Outcome>,
): Promise<ReadonlyMap<Walk, PromiseSettledResult<Outcome>>> {
  const { between, size, steps, walked, walks } = groups
  const outcomes = new Map<Walk, PromiseSettledResult<Outcome>>()
  for (let at = 0; at < walks.length; at += size) {
    const flows = walks.slice(at, at + size).map((walk) => async (gate: Gate) => {
      const [outcome] = await Promise.allSettled([walked(walk, gate)])
      outcomes.set(walk, outcome)
    })
    await together(flows, steps, between)
  }
  return outcomes
}

/** Of one walk; throws why there is none. */
export function outcomeOf<Walk, Outcome>(
  outcomes: ReadonlyMap<Walk, PromiseSettledResult<Outcome>>,
  walk: Walk,
): Outcome {
  const outcome = outcomes.get(walk)
  if (outcome?.status !== 'fulfilled') throw outcome?.reason ?? new Error('it was not walked')
  return outcome.value
}
