/**
 * What instances tell of themselves: one hash a deployment, one field an instance, `milliseconds|text` with the time of the
 * server, so that clocks of instances do not count. Fields that nobody renews are removed by whoever reads; the hash ends
 * with its deployment.
 */
import { checkTold, MAX_INSTANCES } from '../limits.ts'
import type { Instances, ToldByInstance } from '../ports.ts'
import type { Connection } from './connection.ts'
import { script } from './scripts.ts'

/** After the last instance told something. */
const HASH_MS = 3_600_000

export function redisInstances(connection: Connection, key: string): Instances {
  return {
    tell: async (instance, told) => {
      checkTold(instance, told)
      const args = [instance, told, `${HASH_MS}`, `${MAX_INSTANCES}`]
      return { storeMs: Number(await connection.run((link) => tell(link, key, args))) }
    },
    read: async (keepMs) => toldIn(await connection.run((link) => read(link, key, [`${keepMs}`]))),
  }
}

function toldIn(reply: unknown): readonly ToldByInstance[] {
  const parts: unknown[] = Array.isArray(reply) ? reply : []
  const found: ToldByInstance[] = []
  for (let at = 0; at + 2 < parts.length; at += 3) {
    const [instance, ageMs, told] = [String(parts[at]), Number(parts[at + 1]), String(parts[at + 2])]
    found.push({ instance, told, ageMs })
  }
  return found
}

/** Numbers of 13 digits as text: Lua would round some others. */
const BEGINNING = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(number) return string.format('%.0f', number) end`

const tell = script(`${BEGINNING}
if redis.call('HLEN', KEYS[1]) < tonumber(ARGV[4]) or redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then
  redis.call('HSET', KEYS[1], ARGV[1], text(now) .. '|' .. ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
return text(now)`)

/** A time ahead of the server's was written before a fail-over: it is as old as can be said. */
const read = script(`${BEGINNING}
local found = {}
local all = redis.call('HGETALL', KEYS[1])
for at = 1, #all, 2 do
  local told, rest = string.match(all[at + 1], '^(%d+)|(.*)$')
  local age = told and math.max(0, now - tonumber(told))
  if not age or age > tonumber(ARGV[1]) then
    redis.call('HDEL', KEYS[1], all[at])
  else
    found[#found + 1] = all[at]
    found[#found + 1] = text(age)
    found[#found + 1] = rest
  end
end
return found`)
