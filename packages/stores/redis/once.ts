/**
 * Values that one caller gets, and claims that one caller makes.
 * A value is `v` + id of the put + value; once taken it is `t` + id of the taker + id of the put + value for a few
 * seconds, so that the taker whose reply was lost can ask again while everybody else finds nothing, and a put that
 * arrives late for a second time does not bring the value back.
 */
import { checkedTtlMs, checkId, checkValue } from '../limits.ts'
import type { OnceStore } from '../ports.ts'
import type { Connection } from './connection.ts'
import { script } from './scripts.ts'
import type { Link } from './subscriber.ts'
import { WRITE_ID_LENGTH } from './write-ids.ts'

/** How long a taken value is kept for its taker: several times what an operation may last. */
const TAKEN_KEPT_MS = '10000'

export interface OnceKeys {
  readonly value: (id: string) => string
  readonly claim: (id: string) => string
}

export function redisOnce(connection: Connection, keyOf: OnceKeys, nextWriteId: () => string): OnceStore {
  return {
    put: async (id, value, ttlSeconds) => {
      checkId(id)
      checkValue(value)
      const args = [nextWriteId(), value, `${checkedTtlMs(ttlSeconds)}`]
      await connection.run((link) => put(link, keyOf.value(id), args))
    },
    take: async (id) => {
      checkId(id)
      const args = [nextWriteId(), TAKEN_KEPT_MS]
      const reply = await connection.run((link) => take(link, keyOf.value(id), args))
      return typeof reply === 'string' ? reply : undefined
    },
    claim: async (id, ttlSeconds) => {
      checkId(id)
      const claimed: Claim = { key: keyOf.claim(id), token: nextWriteId(), ttlMs: checkedTtlMs(ttlSeconds) }
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

const ID = WRITE_ID_LENGTH

const put = script(`
local head = redis.call('GETRANGE', KEYS[1], 0, ${2 * ID})
if string.sub(head, 1, 1) == 't' and string.sub(head, ${ID + 2}) == ARGV[1] then
  return 1
end
redis.call('SET', KEYS[1], 'v' .. ARGV[1] .. ARGV[2], 'PX', ARGV[3])
return 1`)

const take = script(`
local stored = redis.call('GET', KEYS[1])
if not stored then
  return false
end
if string.sub(stored, 1, 1) == 'v' then
  redis.call('SET', KEYS[1], 't' .. ARGV[1] .. string.sub(stored, 2), 'PX', ARGV[2])
  return string.sub(stored, ${ID + 2})
end
return string.sub(stored, 2, ${ID + 1}) == ARGV[1] and string.sub(stored, ${2 * ID + 2})`)
