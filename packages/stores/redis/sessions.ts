/**
 * One hash a session: `v` version, `d` data, `w` ids of the last writes, newest first. A repeated write that finds its
 * id in `w` was applied the first time, even when others have written after it.
 */
import { checkedTtlMs, checkId, checkValue } from '../limits.ts'
import type { SessionStore, Versioned } from '../ports.ts'
import type { Connection } from './connection.ts'
import { type Script, script } from './scripts.ts'
import type { Argument } from './subscriber.ts'
import { WRITE_ID_LENGTH } from './write-ids.ts'

/** More than can be written to one session while one caller waits for its retry. */
const WRITES_REMEMBERED = 8

export function redisSessions(
  connection: Connection,
  keyOf: (id: string) => string,
  nextWriteId: () => string,
): SessionStore<Uint8Array> {
  const write = (action: Script, id: string, args: readonly Argument[]) =>
    connection.run(async (link) => (await action(link, keyOf(id), args)) === 1)
  return {
    create: async (id, value, ttlSeconds) => {
      checkId(id)
      checkValue(value)
      return write(create, id, [bufferOver(value), nextWriteId(), `${checkedTtlMs(ttlSeconds)}`])
    },
    get: async (id) => {
      checkId(id)
      return versioned(await connection.run((link) => link.sendForBytes(['HMGET', keyOf(id), 'v', 'd'])))
    },
    compareAndSet: async (id, expectedVersion, value) => {
      checkId(id)
      checkValue(value)
      return write(compareAndSet, id, [`${expectedVersion}`, bufferOver(value), nextWriteId()])
    },
    // Said twice it is the same; a repeated write of somebody else's finds no version to compare with.
    remove: async (id) => {
      checkId(id)
      await connection.run((link) => remove(link, keyOf(id), []))
    },
  }
}

/** The same bytes, as the client library takes them. */
function bufferOver({ buffer, byteLength, byteOffset }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}

function versioned(reply: unknown): Versioned<Uint8Array> | undefined {
  const [version, value]: unknown[] = Array.isArray(reply) ? reply : []
  if (version === null && value === null) return undefined
  if (Buffer.isBuffer(version) && Buffer.isBuffer(value))
    return { value, version: Number(version.toString('latin1')) }
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

/** A user who may not publish writes all the same: a call that gets lost costs a delay. */
const WAKE = `redis.pcall('PUBLISH', KEYS[1], '')`

const compareAndSet = script(`
local found = redis.call('HMGET', KEYS[1], 'v', 'w')
if found[1] == ARGV[1] then
  local writes = string.sub(ARGV[3] .. found[2], 1, ${WRITES_REMEMBERED * WRITE_ID_LENGTH})
  redis.call('HSET', KEYS[1], 'v', string.format('%d', ARGV[1] + 1), 'd', ARGV[2], 'w', writes)
  ${WAKE}
  return 1
end
return found[2] and string.find(found[2], ARGV[3], 1, true) and 1 or 0`)

const remove = script(`
redis.call('DEL', KEYS[1])
${WAKE}
return 1`)
