/**
 * Limits on what others may take, in attentive time (`attentive-time.ts`): an answer that lies unread because this process
 * was busy is not late. One list and one interval for all limits of the process, no timer each; a limit is kept to about
 * a look of the loop, so it is for waits on networks, not for pacing.
 */
import { atEachLook, attentiveNow, holdOpen } from './attentive-time.ts'

interface Limit {
  readonly endsAt: number
  readonly onEnd: () => void
}

const running = new Set<Limit>()
let release: (() => void) | undefined

atEachLook(() => {
  const now = attentiveNow()
  for (const limit of running) {
    if (now < limit.endsAt) continue
    drop(limit)
    limit.onEnd()
  }
})

function drop(limit: Limit): void {
  running.delete(limit)
  if (running.size > 0) return
  release?.()
  release = undefined
}

/** Calls once after `ms` of attention, unless the answered function was called before. */
export function afterAttentive(ms: number, onEnd: () => void): () => void {
  const limit: Limit = { endsAt: attentiveNow() + ms, onEnd }
  running.add(limit)
  release ??= holdOpen()
  return () => drop(limit)
}

/** What the work comes to; rejects with `late()` when it takes longer. What it does later is of no interest. */
export function withinTime<T>(work: Promise<T>, ms: number, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = afterAttentive(ms, () => reject(late()))
    work.then(
      (value) => {
        cancel()
        resolve(value)
      },
      (error: unknown) => {
        cancel()
        reject(error)
      },
    )
  })
}

/** Runs the work with a signal that is aborted with a `TimeoutError` after `ms` of attention. */
export async function withTimeSignal<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const late = () => controller.abort(new DOMException(`no answer within ${ms} ms`, 'TimeoutError'))
  const cancel = afterAttentive(ms, late)
  try {
    return await work(controller.signal)
  } finally {
    cancel()
  }
}

/**
 * What comes within that many milliseconds of attention, or the other value. What is waited for goes on by itself, and others
 * may wait for it as well.
 */
export async function within<T, Otherwise>(
  coming: Promise<T>,
  ms: number,
  otherwise: Otherwise,
): Promise<T | Otherwise> {
  if (ms <= 0) return Promise.race([coming, otherwise])
  const { promise: over, resolve } = Promise.withResolvers<Otherwise>()
  const cancel = afterAttentive(ms, () => resolve(otherwise))
  return Promise.race([coming, over]).finally(cancel)
}
