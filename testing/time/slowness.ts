/**
 * How slow this machine is at this moment, beside the one on which the limits of the tests were chosen when it was idle:
 * the time of a fixed loop, long enough that the scheduler gives the processor away in the middle when others want it.
 * Limits of a test are multiplied by it. It runs in browsers too.
 */
const ROUNDS = 100_000_000
const IDLE_MS = 205

/** At least 1: a faster machine does not make a limit stricter. `now`: milliseconds of whatever the limit is in. */
export function slownessNow(now: () => number = () => performance.now()): number {
  const startedAt = now()
  turn(ROUNDS)
  return Math.max(1, (now() - startedAt) / IDLE_MS)
}

/** Xorshift: nothing that a compiler could leave out. */
function turn(rounds: number): number {
  let state = 1
  for (let round = 0; round < rounds; round++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
  }
  return state
}
