/** Waits that end: what is waited for goes on by itself, and nothing of it is lost to others who wait for it too. */

/** What comes within that many milliseconds, or the other value. */
export async function within<T, Otherwise>(
  coming: Promise<T>,
  ms: number,
  otherwise: Otherwise,
): Promise<T | Otherwise> {
  const { promise: over, resolve } = Promise.withResolvers<Otherwise>()
  const timer = setTimeout(resolve, Math.max(0, ms), otherwise)
  return Promise.race([coming, over]).finally(() => clearTimeout(timer))
}
