/**
 * How long the event loop has been at its present turn: what comes in now has waited up to that long, and so will what
 * comes next. Idle time does not count. Asked on every request, so it costs a clock and a counter; it is exact for turns
 * in which somebody asked, and otherwise off by the work of at most one look (`attentive-time.ts`).
 */
import { performance } from 'node:perf_hooks'
import { atEachLook } from './attentive-time.ts'

let turnedAt = performance.now()
let idleThen = performance.nodeTiming.idleTime
let marking = false

// Timers run at the beginning of a turn, immediates at the end of one.
atEachLook(mark)

function mark(): void {
  marking = false
  turnedAt = performance.now()
  idleThen = performance.nodeTiming.idleTime
}

/** Milliseconds of work since the loop last began a turn. */
export function turnMs(): number {
  if (!marking) {
    marking = true
    setImmediate(mark)
  }
  return performance.now() - turnedAt - (performance.nodeTiming.idleTime - idleThen)
}
