/**
 * The one way in which a test waits for something to come true. The end is far away on purpose: a machine under load takes
 * ten times as long as one that is idle, and only a failing test ever waits for it.
 */
const END_MS = 90_000
const POLL_MS = 25

/**
 * Looks until it finds something that is not false, undefined, null, 0 or an empty text, and resolves with it. A look that
 * throws has found nothing yet; at the end its error is the cause of the failure.
 */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
): Promise<Exclude<T, false | undefined | null | 0 | ''>> {
  const deadline = performance.now() + END_MS
  for (;;) {
    const seen = await attempt(look)
    if ('value' in seen && isFound(seen.value)) return seen.value
    if (performance.now() > deadline) {
      throw new Error(`not within ${END_MS / 1000} s: ${what}`, 'error' in seen ? { cause: seen.error } : {})
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

async function attempt<T>(look: () => T | Promise<T>): Promise<{ value: T } | { error: unknown }> {
  try {
    return { value: await look() }
  } catch (error) {
    return { error }
  }
}

function isFound<T>(value: T): value is Exclude<T, false | undefined | null | 0 | ''> {
  return Boolean(value)
}
