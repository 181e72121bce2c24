/** The trips of a request to Redis: JSON is written and sealed, opened and read, and a session is changed at its version alone. */
import { type BareRedis, bareRedis } from './bare-redis.ts'
import { bareSeal } from './bare-seal.ts'
import type { StoreCommand, StoreTrip } from './store-work.ts'

/** Of one flow. */
export interface LimitSession {
  id: string
  version: string
}

export interface BareStore {
  run(trips: readonly StoreTrip[], session: LimitSession): Promise<void>
}

const CREATE = `if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'v', '1', 'd', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1`

const CHANGE = `if redis.call('HGET', KEYS[1], 'v') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'v', ARGV[1] + 1, 'd', ARGV[2])
redis.call('PUBLISH', KEYS[1], '')
return 1`

const TTL_MS = '900000'

export async function openBareStore(port: number): Promise<BareStore> {
  const redis = bareRedis(port)
  const scripts = { create: await load(redis, CREATE), change: await load(redis, CHANGE) }
  const { open, seal } = bareSeal()
  const sessionOf = sessionsBySize()
  const prefix = `limit:${process.pid}:`
  let ids = 0
  const nextId = () => `${prefix}${(ids++).toString().padStart(22, '0')}`
  const sealed = (jsonBytes: number, id: string) => seal(JSON.stringify(sessionOf(jsonBytes)), id)
  const write = async (script: string, id: string, ...args: readonly string[]) => {
    if ((await redis.send('EVALSHA', script, '1', id, ...args)) !== 1)
      throw new Error('the store of the limit refused a write')
  }
  const run = async (command: StoreCommand, session: LimitSession): Promise<unknown> => {
    const { id } = session
    switch (command.kind) {
      case 'create':
        session.id = nextId()
        session.version = '1'
        return write(scripts.create, session.id, sealed(command.jsonBytes, session.id), TTL_MS)
      case 'read': {
        const found = await redis.send('HMGET', id, 'v', 'd')
        const [version, data] = Array.isArray(found) ? found : []
        session.version = String(version)
        return JSON.parse(open(String(data), id))
      }
      case 'change':
        return write(scripts.change, id, session.version, sealed(command.jsonBytes, id))
      case 'claim':
        return redis.send('SET', nextId(), '1', 'PX', TTL_MS, 'NX')
      case 'keep': {
        const own = nextId()
        return write(scripts.create, own, sealed(command.jsonBytes, own), TTL_MS)
      }
    }
  }
  return {
    run: async (trips, session) => {
      for (const [only, ...others] of trips) {
        if (only === undefined) continue
        if (others.length === 0) await run(only, session)
        else await Promise.all([only, ...others].map((command) => run(command, session)))
      }
    },
  }
}

async function load(redis: BareRedis, script: string): Promise<string> {
  return String(await redis.send('SCRIPT', 'LOAD', script))
}

/** Objects of texts and objects, as a session is, that are as long in JSON as is asked for. */
function sessionsBySize(): (jsonBytes: number) => object {
  const known = new Map<number, object>()
  return (jsonBytes) => {
    const session = known.get(jsonBytes) ?? sessionOfSize(jsonBytes)
    known.set(jsonBytes, session)
    return session
  }
}

function sessionOfSize(jsonBytes: number): object {
  const value: Record<string, object | string> = { rest: '' }
  const session = { schema: 1, value }
  const length = () => JSON.stringify(session).length
  for (let member = 10; length() < jsonBytes - 80; member++)
    value[`member${member}`] = { name: 'a text of a session', at: 1_796_091_813 }
  value['rest'] = 'x'.repeat(Math.max(0, jsonBytes - length()))
  return session
}
