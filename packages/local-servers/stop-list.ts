/**
 * What has to be undone, last first; each once, and each even when another fails. Whoever starts several things adds each
 * as it stands, so that a start that fails half-way leaves nothing behind (`startedWhole`).
 */
export interface StopList {
  add(stop: () => Promise<unknown>): void
  /** May be called twice. Throws an `AggregateError` at the end for what could not be stopped. */
  stop(): Promise<void>
}

export function newStopList(): StopList {
  const steps: (() => Promise<unknown>)[] = []
  let stopping: Promise<void> | undefined
  const stopAll = async () => {
    const failures: unknown[] = []
    for (const step of steps.toReversed()) await step().catch((error: unknown) => failures.push(error))
    if (failures.length > 0) throw new AggregateError(failures, 'not everything could be stopped')
  }
  return {
    add: (step) => void steps.push(step),
    stop: () => {
      stopping ??= stopAll()
      return stopping
    },
  }
}

/** Starts several things as a whole: when `start` throws, what it added is stopped and the error goes on. */
export async function startedWhole<T>(start: (started: StopList) => Promise<T>): Promise<T> {
  const started = newStopList()
  try {
    return await start(started)
  } catch (error) {
    await started.stop().catch(() => {})
    throw error
  }
}
