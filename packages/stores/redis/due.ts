/**
 * What is due, as one sorted set a namespace. An entry is the session's id with the time of its look as score; a lease is
 * `id|end|fence` with the negative of its end, so that leases are found without the entries. The time is the server's (`TIME` in the script): clocks of instances do not count. Every script may run twice, because its
 * answer was lost: a lease of the same fence is given once, and the end of a lease that is gone before its time was ours.
 */
import { checkedDueMs, checkId, checkLeasing } from '../limits.ts'
import type { Due, Lease } from '../ports.ts'
import type { Connection } from './connection.ts'
import { script } from './scripts.ts'

export function redisDue(connection: Connection, key: string, nextWriteId: () => string): Due {
  return {
    put: async (id, inMs) => {
      checkId(id)
      const args = [id, `${checkedDueMs(inMs)}`]
      await connection.run((link) => put(link, key, args))
    },
    lease: async (max, leaseMs) => {
      checkLeasing(max, leaseMs)
      const args = [`${max}`, `${leaseMs}`, nextWriteId()]
      return leasesOf(await connection.run((link) => lease(link, key, args)))
    },
    done: async (ended, inMs) => {
      const again = inMs === undefined ? [] : [`${checkedDueMs(inMs)}`]
      const args = [memberOf(ended), `${ended.endsAt}`, ended.id, ...again]
      return (await connection.run((link) => done(link, key, args))) === 1
    },
  }
}

/** No id has the separator (limits.ts). */
function memberOf({ id, endsAt, fence }: Lease): string {
  return `${id}|${endsAt}|${fence}`
}

function leasesOf(reply: unknown): readonly Lease[] {
  const members: unknown[] = Array.isArray(reply) ? reply : []
  return members.map((member) => {
    const [id, endsAt, fence] = String(member).split('|')
    if (id === undefined || endsAt === undefined || fence === undefined)
      throw new Error('a lease in redis that is none')
    return { id, endsAt: Number(endsAt), fence }
  })
}

/** `now`, and `putEarlier`, which keeps the earlier time. Numbers of 13 digits as text: Lua would round some others. */
const BEGINNING = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(number) return string.format('%.0f', number) end
local function putEarlier(id, inMs)
  local known = redis.call('ZSCORE', KEYS[1], id)
  if not known or now + inMs < tonumber(known) then
    redis.call('ZADD', KEYS[1], text(now + inMs), id)
  end
end`

const put = script(`${BEGINNING}
putEarlier(ARGV[1], ARGV[2])
return 1`)

/** All leases are read: there are as many as instances look at together, and those of the dead. */
const lease = script(`${BEGINNING}
local max, ends, fence = tonumber(ARGV[1]), now + ARGV[2], ARGV[3]
local running, given, over, overOf = {}, {}, {}, {}
local leases = redis.call('ZREVRANGEBYSCORE', KEYS[1], '(0', '-inf')
for _, member in ipairs(leases) do
  local id, itsEnd, itsFence = string.match(member, '^(.-)|(%d+)|(.*)$')
  if tonumber(itsEnd) <= now then
    over[#over + 1] = { id = id, at = tonumber(itsEnd) }
    overOf[id] = member
  else
    running[id] = true
    if itsFence == fence then given[#given + 1] = member end
  end
end
if #given > 0 then return given end
local function give(id)
  if running[id] then return end
  running[id] = true
  if overOf[id] then redis.call('ZREM', KEYS[1], overOf[id]) end
  local at = redis.call('ZSCORE', KEYS[1], id)
  if at and tonumber(at) <= now then redis.call('ZREM', KEYS[1], id) end
  given[#given + 1] = id .. '|' .. text(ends) .. '|' .. fence
  redis.call('ZADD', KEYS[1], text(-ends), given[#given])
end
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '(0', text(now), 'WITHSCORES', 'LIMIT', 0, max + #leases)
local o, e = 1, 1
while #given < max and (over[o] or due[e]) do
  if over[o] and (not due[e] or over[o].at <= tonumber(due[e + 1])) then
    give(over[o].id)
    o = o + 1
  else
    give(due[e])
    e = e + 2
  end
end
return given`)

const done = script(`${BEGINNING}
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 and now >= tonumber(ARGV[2]) then return 0 end
if ARGV[4] then putEarlier(ARGV[3], ARGV[4]) end
return 1`)
