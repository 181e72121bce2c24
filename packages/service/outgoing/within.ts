/**
 * Waits that end, in attentive time. What is waited for goes on by itself, and others may wait for it as well.
 */
import { afterAttentive } from '@countersign/event-loop/time-limit'

/** What comes within that many milliseconds, or the other value. */
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
