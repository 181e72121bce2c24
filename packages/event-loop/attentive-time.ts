/**
 * The time during which this process was able to notice that somebody else answered. A process that computes for a
 * second, or that the machine does not let run, finds the answers of that second unread; a limit measured by the wall
 * clock takes its own pause for the other's silence. Here a pause of any length counts as one look. One interval for
 * the whole process; it knows nothing of who is waited for.
 */

/** How often the loop looks when it is not late, in milliseconds. */
export const LOOK_EVERY_MS = 25

/** The most that one look counts: a loop that is late by less than one look is as good as in time. */
const LONGEST_LOOK_MS = 2 * LOOK_EVERY_MS

let attentiveMs = 0
let lookedAt = performance.now()
const looking = new Set<(sinceLastMs: number) => void>()
let holders = 0

// The process may end while nobody waits: `holdOpen` is for those who do.
const interval = setInterval(look, LOOK_EVERY_MS).unref()

function look(): void {
  const now = performance.now()
  const sinceLastMs = now - lookedAt
  attentiveMs += Math.min(sinceLastMs, LONGEST_LOOK_MS)
  lookedAt = now
  for (const one of looking) one(sinceLastMs)
}

/** Milliseconds that never run while the loop cannot look; as fine as `LOOK_EVERY_MS`. */
export function attentiveNow(): number {
  return attentiveMs
}

/**
 * Calls at every look with the milliseconds of the wall clock since the last one; what was readable before the last look
 * has been read by then. Answers how to end it.
 */
export function atEachLook(call: (sinceLastMs: number) => void): () => void {
  looking.add(call)
  return () => void looking.delete(call)
}

/** Until the answered function is called, the process does not end for want of anything else to do. */
export function holdOpen(): () => void {
  holders += 1
  if (holders === 1) interval.ref()
  let held = true
  return () => {
    if (!held) return
    held = false
    holders -= 1
    if (holders === 0) interval.unref()
  }
}
