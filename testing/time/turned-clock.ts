/**
 * The time as the clients of a test read it: that of the machine, or the moment to which a test has turned the clock. It
 * stands there until it is turned again, so that a busy machine may take as long as it likes for what happens in a moment.
 * Services that the test starts in its process go by the same clock; a process of its own has one of its own.
 */
let standing: number | undefined

/** What `ServiceStart.clock` takes. */
export const TURNED_CLOCK = {
  /** Epoch seconds. */
  now: (): number => standing ?? Math.floor(Date.now() / 1000),
  monotonicMs: (): number => (standing === undefined ? performance.now() : standing * 1000),
}

/** Forwards only, since clocks of services never go back. `moment` in epoch seconds; the first one comes before any service. */
export function turnClockTo(moment: number): void {
  standing = Math.max(standing ?? 0, moment)
}
