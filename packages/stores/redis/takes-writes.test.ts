/** A ping tells whether sessions can be written, on a real server that is up and refuses to. */
import { rm } from 'node:fs/promises'
import { type RedisServer, startRedis } from '@countersign/local-servers/redis-server'
import { eventually } from '@countersign/testing/time/eventually'
import { createClient } from '@redis/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StoreEngine } from '../ports.ts'
import { openRedisEngine } from './redis-engine.ts'

let server: RedisServer
let engine: StoreEngine
let operator: ReturnType<typeof client>

function client(url: string) {
  return createClient({ url })
}

beforeAll(async () => {
  server = await startRedis()
  engine = await openRedisEngine({ url: server.url })
  operator = client(server.url)
  await operator.connect()
})
afterAll(async () => {
  await engine.close()
  operator.destroy()
  await server.stop()
})

type Words = readonly string[]
const say = (...words: Words) => operator.sendCommand([...words])
const pinged = () =>
  engine.ping(5_000).then(
    () => 'takes writes',
    (error: Error) => `${error.name} ${error.message}`,
  )

describe('a redis that answers', () => {
  const cases: readonly (readonly [string, () => Promise<unknown>, () => Promise<unknown>, string])[] = [
    [
      'is full',
      () => say('CONFIG', 'SET', 'maxmemory', '1'),
      () => say('CONFIG', 'SET', 'maxmemory', '0'),
      'OOM',
    ],
    [
      'is a replica',
      () => say('REPLICAOF', '127.0.0.1', '1'),
      () => say('REPLICAOF', 'NO', 'ONE'),
      'READONLY',
    ],
    [
      'has too few replicas',
      () => say('CONFIG', 'SET', 'min-replicas-to-write', '1'),
      () => say('CONFIG', 'SET', 'min-replicas-to-write', '0'),
      'NOREPLICAS',
    ],
    ['could not save', failToSave, () => say('CONFIG', 'SET', 'save', ''), 'MISCONF'],
  ]
  it.each(cases)('and %s is unavailable until that is over', async (_what, begin, end, code) => {
    expect(await pinged()).toBe('takes writes')
    await begin()
    expect(await pinged()).toBe(`StoreUnavailable redis: answered ${code}`)
    await end()
    expect(await pinged()).toBe('takes writes')
  })

  it('says by which rule it forgets, where it may', async () => {
    const limit = async (bytes: string, policy: string) => {
      await say('CONFIG', 'SET', 'maxmemory', bytes)
      await say('CONFIG', 'SET', 'maxmemory-policy', policy)
      return engine.evictionPolicy()
    }
    expect(await limit('0', 'allkeys-lru')).toBeUndefined()
    expect(await limit('100000000', 'noeviction')).toBeUndefined()
    expect(await limit('100000000', 'allkeys-lru')).toBe('allkeys-lru')
    expect(await limit('100000000', 'volatile-ttl')).toBe('volatile-ttl')
  })
})

/** Its folder is gone; with a save point, a save that failed ends all writes. */
async function failToSave(): Promise<void> {
  const [folder] = Object.values(Object(await say('CONFIG', 'GET', 'dir')))
  await rm(String(folder), { recursive: true })
  await say('CONFIG', 'SET', 'save', '3600 1')
  await say('BGSAVE')
  await eventually('the save fails', async () => {
    const said: unknown = await say('INFO', 'persistence')
    return typeof said === 'string' && said.includes('rdb_last_bgsave_status:err')
  })
}
