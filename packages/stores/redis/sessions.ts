/**
 * One hash a session: `v` version, `d` data, `w` ids of the last writes, newest first. A repeated write that finds its
 * id in `w` was applied the first time, even when others have written after it.
 */
import { checkedTtlMs, checkId, checkValue } from '../limits.ts'
import type { SessionStore, Versioned } from '../ports.ts'
import type { Connection } from './connection.ts'
import { type Script, script } from './scripts.ts'
import { WRITE_ID_LENGTH } from './write-ids.ts'

/** More than can be written to one session while one caller waits for its retry. */
const WRITES_REMEMBERED = 8

export function redisSessions(
  connection: Connection,
  keyOf: (id: string) => string,
  nextWriteId: () => string,
): SessionStore<string> {
  const write = (action: Script, id: string, args: readonly string[]) =>
    connection.run(async (link) => (await action(link, keyOf(id), args)) === 1)
  return {
    create: async (id, value, ttlSeconds) => {
      checkId(id)
      checkValue(value)
      return write(create, id, [value, nextWriteId(), `${checkedTtlMs(ttlSeconds)}`])
    },
    get: async (id) => {
      checkId(id)
      return versioned(await connection.run((link) => link.send(['HMGET', keyOf(id), 'v', 'd'])))
    },
    compareAndSet: async (id, expectedVersion, value) => {
      checkId(id)
      checkValue(value)
      return write(compareAndSet, id, [`${expectedVersion}`, value, nextWriteId()])
    },
    // Said twice it is the same; a repeated write of somebody else's finds no version to compare with.
    remove: async (id) => {
      checkId(id)
      await connection.run((link) => link.send(['DEL', keyOf(id)]))
    },
  }
}

function versioned(reply: unknown): Versioned<string> | undefined {
  const [version, value]: unknown[] = Array.isArray(reply) ? reply : []
  if (version === null && value === null) return undefined
  if (typeof version === 'string' && typeof value === 'string') return { value, version: Number(version) }
  throw new Error('a session in redis has no version or no data')
}

const create = script(`
local writes = redis.call('HGET', KEYS[1], 'w')
if writes then
  return string.find(writes, ARGV[2], 1, true) and 1 or 0
end
redis.call('HSET', KEYS[1], 'v', '1', 'd', ARGV[1], 'w', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`)

const compareAndSet = script(`
local found = redis.call('HMGET', KEYS[1], 'v', 'w')
if found[1] == ARGV[1] then
  local writes = string.sub(ARGV[3] .. found[2], 1, ${WRITES_REMEMBERED * WRITE_ID_LENGTH})
  redis.call('HSET', KEYS[1], 'v', string.format('%d', ARGV[1] + 1), 'd', ARGV[2], 'w', writes)
  return 1
end
return found[2] and string.find(found[2], ARGV[3], 1, true) and 1 or 0`)
