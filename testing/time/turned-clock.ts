/**
 * The time as the clients of a test read it: that of the machine, or ahead of it where a test turns the clock of a process.
 * Services that the test starts in its process go by the same clock; a process of its own has one of its own.
 */
let aheadSeconds = 0

/** What `ServiceStart.clock` takes. */
export const TURNED_CLOCK = {
  /** Epoch seconds. */
  now: (): number => Math.floor(Date.now() / 1000) + aheadSeconds,
  monotonicMs: (): number => performance.now() + aheadSeconds * 1000,
}

/** Forwards only: clocks of services never go back. `moment` in epoch seconds. */
export function turnClockTo(moment: number): void {
  aheadSeconds += Math.max(0, moment - TURNED_CLOCK.now())
}
