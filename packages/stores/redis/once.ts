/**
 * Claims that one caller makes. The claimer's write id is what is kept, so that one whose answer was lost can ask again and
 * learns that the claim is its own, while everybody else finds it made.
 */
import { checkedTtlMs, checkId } from '../limits.ts'
import type { OnceStore } from '../ports.ts'
import type { Connection } from './connection.ts'
import type { Link } from './subscriber.ts'

export function redisOnce(
  connection: Connection,
  keyOf: (id: string) => string,
  nextWriteId: () => string,
): OnceStore {
  return {
    claim: async (id, ttlSeconds) => {
      checkId(id)
      const claimed: Claim = { key: keyOf(id), token: nextWriteId(), ttlMs: checkedTtlMs(ttlSeconds) }
      return connection.run((link, isRetry) => claim(link, claimed, isRetry))
    },
  }
}

interface Claim {
  readonly key: string
  readonly token: string
  readonly ttlMs: number
}

async function claim(link: Link, { key, token, ttlMs }: Claim, isRetry: boolean): Promise<boolean> {
  const reply = await link.send(['SET', key, token, 'PX', `${ttlMs}`, 'NX'])
  if (reply === 'OK' || !isRetry) return reply === 'OK'
  return (await link.send(['GET', key])) === token
}
