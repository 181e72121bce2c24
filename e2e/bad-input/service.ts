/** A service under test, in a process of its own. */
export interface Service {
  readonly url: string
  readonly isRunning: () => boolean
  /** Turns the clock of the process. */
  turnClock(seconds: number): Promise<void>
  /** Lines that the service logged as its own faults. */
  faults(): readonly string[]
  stop(): Promise<void>
}
