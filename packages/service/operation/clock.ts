/**
 * The clocks of a process, made here and nowhere else: a service is started with them and hands them on as functions, so
 * that whatever outlives a call asks when it needs to know. A test starts the same service with clocks of its own.
 */
export interface Clock {
  /** Epoch seconds. */
  readonly now: () => number
  /** Milliseconds from any origin, never going back: for what lives a while in the memory of this process. */
  readonly monotonicMs: () => number
}

export const SYSTEM_CLOCK: Clock = {
  now: () => Math.floor(Date.now() / 1000),
  monotonicMs: () => performance.now(),
}
