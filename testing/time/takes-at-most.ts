/**
 * A deadline that the product promises: an operation on a dead store ends, a stop comes to its end. It is measured in the
 * time of this machine now, which is looked at when the deadline was missed: how long a computation and the start of a
 * process take.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { slownessNow } from './slowness.ts'

const PROCESS_START_IDLE_MS = 60

/** Resolves with what the action resolves with; throws when it took longer than `limitMs` would be on this machine now. */
export async function takesAtMost<T>(limitMs: number, action: () => T | PromiseLike<T>): Promise<T> {
  const startedAt = performance.now()
  const value = await action()
  await expectTook(performance.now() - startedAt, limitMs)
  return value
}

/** For a time that was measured already, a moment ago. */
export async function expectTook(elapsedMs: number, limitMs: number): Promise<void> {
  if (elapsedMs <= limitMs) return
  const slowness = Math.max(slownessNow(), await slownessOfProcesses())
  if (elapsedMs <= limitMs * slowness) return
  throw new Error(`took ${Math.round(elapsedMs)} ms instead of ${limitMs} ms x ${slowness.toFixed(1)}`)
}

async function slownessOfProcesses(): Promise<number> {
  const startedAt = performance.now()
  await promisify(execFile)(process.execPath, ['--eval', '0'])
  return (performance.now() - startedAt) / PROCESS_START_IDLE_MS
}
