/**
 * The newest DPoP nonce of each server (RFC 9449 §8.2, §9): with it the next proof is right at once, and without it the server
 * asks. So this process alone keeps them, and for no long time; what is forgotten costs one more request.
 */
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
  const byOrigin = new Map<string, string>()
  return {
    newest: (url) => byOrigin.get(new URL(url).origin),
    keep(url, nonce) {
      if (nonce === undefined || !NONCE.test(nonce)) return
      const { origin } = new URL(url)
      byOrigin.delete(origin)
      byOrigin.set(origin, nonce)
      const [oldest] = byOrigin.keys()
      if (byOrigin.size > MAX_SERVERS && oldest !== undefined) byOrigin.delete(oldest)
    },
  }
}
