/**
 * How often somebody may do something: a token bucket for each key, in this process alone. A key is a sender, or a sender
 * with what it is about. A bucket is one number, the moment at which it is full again (the generic cell rate algorithm), and
 * one that is full is forgotten: whoever comes back finds a full one. So memory is bounded however many addresses an
 * attacker has; what is thrown out beyond that was asked for longest ago, and gives its key a full bucket early.
 */

export interface TokenBucketOptions {
  /** Tokens that come back in a second; fractions are fine, 20 a minute is 20 / 60. */
  readonly perSecond: number
  /** Tokens of a full bucket. */
  readonly atOnce: number
  /** Keys that are remembered at most; 20,000 when absent, some 3 MB. */
  readonly maxKeys?: number | undefined
  /** Milliseconds that never go back; `performance.now` when absent. */
  readonly nowMs?: (() => number) | undefined
}

export interface TokenBuckets {
  /** Takes a token; otherwise answers after how many whole seconds there is one again. */
  take(key: string): number | undefined
  /** After how many whole seconds there is a token, undefined where there is one now; takes none. */
  waitOf(key: string): number | undefined
  /** Keys that are remembered. */
  readonly size: number
}

const MAX_KEYS = 20_000
/** Full buckets that are forgotten with each new key, so that nobody ever waits for a sweep. */
const FORGOTTEN_AT_ONCE = 2

export function tokenBuckets(options: TokenBucketOptions): TokenBuckets {
  const { perSecond, atOnce, maxKeys = MAX_KEYS, nowMs = () => performance.now() } = options
  const msPerToken = 1000 / perSecond
  const roomMs = msPerToken * atOnce
  /** Ordered by the last token that was taken, the longest ago first. */
  const fullAgainAt = new Map<string, number>()
  const withOneLess = (key: string, now: number) => {
    const full = Math.max(fullAgainAt.get(key) ?? now, now) + msPerToken
    const missingMs = full - now - roomMs
    return { full, wait: missingMs > EPSILON_MS ? Math.max(1, Math.ceil(missingMs / 1000)) : undefined }
  }
  return {
    waitOf: (key) => withOneLess(key, nowMs()).wait,
    take(key) {
      const now = nowMs()
      const known = fullAgainAt.get(key)
      const { full, wait } = withOneLess(key, now)
      if (wait !== undefined) return wait
      if (known === undefined) forgetFull(fullAgainAt, now, maxKeys)
      else fullAgainAt.delete(key)
      fullAgainAt.set(key, full)
      return undefined
    },
    get size() {
      return fullAgainAt.size
    },
  }
}

/** Sums of fractions: a bucket of 200 has 200. */
const EPSILON_MS = 1e-6

function forgetFull(fullAgainAt: Map<string, number>, now: number, maxKeys: number): void {
  let left = FORGOTTEN_AT_ONCE
  for (const [key, full] of fullAgainAt) {
    if (left === 0 || (full > now && fullAgainAt.size < maxKeys)) return
    fullAgainAt.delete(key)
    left -= 1
  }
}
