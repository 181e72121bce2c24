/** Flows that go step by step together: what is done to the services between two steps is done between those of each flow. */
import { many } from '../cluster/many.ts'

/** Steps of so many flows are under way at once. */
const AT_ONCE = 6

/** Resolves when it is the turn of this step. */
export type Gate = (step: string) => Promise<void>

type Flow = (gate: Gate) => Promise<void>

/**
 * `steps`: all there are, in their order, any of which a flow may leave out. `between` is called before each of them, when nothing is under
 * way. A flow that fails is over, and the first failure is told when the others are over as well.
 */
export async function together(
  flows: readonly Flow[],
  steps: readonly string[],
  between: (step: string) => Promise<void>,
): Promise<void> {
  const walking = flows.map(stepwise)
  await Promise.all(walking.map(({ paused }) => paused()))
  for (const step of steps) {
    await between(step)
    const theirs = walking.filter((one) => one.next() === step)
    await many(theirs.length, AT_ONCE, async (at) => theirs[at]?.go())
  }
  const left = walking.map(({ next }) => next()).filter((step) => step !== undefined)
  if (left.length > 0) throw new Error(`nobody's turn came at ${left.join(', ')}`)
  await Promise.all(walking.map(({ over }) => over))
}

interface Stepwise {
  readonly over: Promise<void>
  /** At whose gate it waits; undefined when it is over. */
  next(): string | undefined
  /** Resolves when it waits, or is over. */
  paused(): Promise<void>
  /** Through the gate, and on to the next. */
  go(): Promise<void>
}

function stepwise(flow: Flow): Stepwise {
  let waiting: { readonly step: string; readonly goOn: () => void } | undefined
  let pause = Promise.withResolvers<void>()
  const gate: Gate = (step) =>
    new Promise((goOn) => {
      waiting = { step, goOn }
      pause.resolve()
    })
  const over = flow(gate).finally(() => pause.resolve())
  // It is looked at when all are over.
  over.catch(() => {})
  return {
    over,
    next: () => waiting?.step,
    paused: () => pause.promise,
    go() {
      pause = Promise.withResolvers()
      const through = waiting
      waiting = undefined
      through?.goOn()
      return pause.promise
    },
  }
}
