/** What the bench does to its Redis from outside: fill it with live sessions, look at its memory and CPU, empty it. */
import { setTimeout as delay } from 'node:timers/promises'
import { connectLink, type Link } from '@countersign/stores/redis/subscriber'

export interface RedisControl {
  /** Writes `count` copies of the session under ids of their own, with its time to live. */
  fillWith(key: string, count: number): Promise<void>
  /** Bytes of memory that Redis uses for data and overhead. */
  usedMemory(): Promise<number>
  /** Bytes of one key with its value. */
  memoryOf(key: string): Promise<number>
  /** CPU microseconds of the server process since its start. */
  cpuMicroseconds(): Promise<number>
  empty(): Promise<void>
  close(): void
}

const FREED_POLL_MS = 10
const PORTION = 20_000

/** The fields and the lifetime of one key, written under other keys: what as many sessions would look like. */
const COPY = `
local fields = redis.call('HGETALL', KEYS[1])
local ttl = redis.call('PTTL', KEYS[1])
for i = tonumber(ARGV[1]), tonumber(ARGV[2]) do
  local key = string.format('%s%022d', ARGV[3], i)
  redis.call('HSET', key, unpack(fields))
  redis.call('PEXPIRE', key, ttl)
end`

export async function redisControl(port: number): Promise<RedisControl> {
  const target = { at: { host: '127.0.0.1', port }, database: 0, connectTimeoutMs: 2000 }
  const link = await connectLink(target, (cause) => {
    throw cause
  })
  return {
    fillWith: async (key, count) => {
      const prefix = key.slice(0, key.lastIndexOf(':') + 1)
      for (let from = 1; from <= count; from += PORTION) {
        const to = Math.min(count, from + PORTION - 1)
        await link.send(['EVAL', COPY, '1', key, `${from}`, `${to}`, prefix])
      }
    },
    usedMemory: async () => Number(await infoValue(link, 'memory', 'used_memory')),
    memoryOf: async (key) => Number(await link.send(['MEMORY', 'USAGE', key, 'SAMPLES', '0'])),
    cpuMicroseconds: async () => {
      const seconds = await Promise.all(
        ['used_cpu_user', 'used_cpu_sys'].map((name) => infoValue(link, 'cpu', name)),
      )
      return seconds.reduce((sum, value) => sum + Number(value) * 1_000_000, 0)
    },
    // A million sessions at once would hold Redis for so long that services give their connection up.
    empty: async () => {
      await link.send(['FLUSHALL', 'ASYNC'])
      while ((await infoValue(link, 'memory', 'lazyfree_pending_objects')) !== '0') await delay(FREED_POLL_MS)
    },
    close: () => link.destroy(),
  }
}

async function infoValue(link: Link, section: string, name: string): Promise<string> {
  const text = String(await link.send(['INFO', section]))
  const value = new RegExp(`^${name}:(\\S+)`, 'm').exec(text)?.[1]
  if (value === undefined) throw new Error(`redis does not tell ${name}`)
  return value
}
