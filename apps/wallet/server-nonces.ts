/**
 * The newest challenges of servers: DPoP nonces (RFC 9449 §8.2, §9), and those for proofs of clients. With one the next proof is
 * right at once, and without it the server asks. So this process alone keeps them, and for no long time; what is forgotten costs
 * one more request.
 */
export interface NewestChallenges {
  /** `from`: who gave it, and to whom. */
  newest(from: string): string | undefined
  /** `challenge`: as an answer's header has it. */
  keep(from: string, challenge: string | undefined): void
  /** The newest one, for whoever uses it: some servers take a challenge once. */
  take(from: string): string | undefined
}

export interface ServerNonces {
  /** Of the server at this address, whichever of its endpoints. */
  newest(url: string): string | undefined
  /** `nonce`: as an answer's header has it. */
  keep(url: string, nonce: string | undefined): void
}

const MAX_SERVERS = 1000
/** RFC 9449 §8.1: NQCHAR. */
const NONCE = /^[\x21\x23-\x5b\x5d-\x7e]{1,512}$/

export function serverNonces(): ServerNonces {
  const byOrigin = newestChallenges()
  return {
    newest: (url) => byOrigin.newest(new URL(url).origin),
    keep: (url, nonce) => byOrigin.keep(new URL(url).origin, nonce),
  }
}

export function newestChallenges(): NewestChallenges {
  const kept = new Map<string, string>()
  return {
    newest: (from) => kept.get(from),
    take(from) {
      const challenge = kept.get(from)
      kept.delete(from)
      return challenge
    },
    keep(from, challenge) {
      if (challenge === undefined || !NONCE.test(challenge)) return
      kept.delete(from)
      kept.set(from, challenge)
      const [oldest] = kept.keys()
      if (kept.size > MAX_SERVERS && oldest !== undefined) kept.delete(oldest)
    },
  }
}
