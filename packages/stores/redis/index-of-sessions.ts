/**
 * Which sessions were made: one sorted set an hour and namespace, with the epoch seconds of an entry as its score, that ends
 * with the last of its sessions. Nobody waits for a put, so entries wait for company: some milliseconds of them are one
 * command, and putting costs a session next to nothing. A script touches the set of one hour.
 */
import { checkedCreatedAt, checkedListedMs, checkId, checkListing, hourOf, LISTED_HOURS } from '../limits.ts'
import { type Index, type IndexEntry, type IndexPlace, StoreUnavailable } from '../ports.ts'
import type { Connection } from './connection.ts'
import { script } from './scripts.ts'

/** How long entries wait for company. */
const TOGETHER_MS = 20
/** Of one command; a script takes some thousands of arguments. */
const TOGETHER_MOST = 500
/** While so many are on their way, the store is behind and further ones are lost. */
const MOST_WAITING = 20_000

/** Sets that are looked for at once: near ones first, since most pages end there. */
const HOURS_FIRST = 4
const HOURS_AT_ONCE = 128

export interface RedisIndexes {
  /** `keyOf`: the place of an hour. */
  open(keyOf: (hour: string) => string): Index
  /** Sends what waits. */
  finish(): Promise<void>
}

export function redisIndexes(connection: Connection): RedisIndexes {
  const puts = openPuts(connection)
  return {
    open: (keyOf) => ({
      put: async (id, createdAt, ttlSeconds) => {
        checkId(id)
        const at = checkedCreatedAt(createdAt)
        return puts.add(keyOf(`${hourOf(at)}`), { id, at, ttlMs: checkedListedMs(ttlSeconds) })
      },
      page: async (before, max) => {
        checkListing(before, max)
        return pageOf(connection, keyOf, before, max)
      },
    }),
    finish: () => puts.finish(),
  }
}

interface Put {
  readonly id: string
  readonly at: number
  readonly ttlMs: number
}

interface Puts {
  /** Resolves when it is kept. */
  add(key: string, put: Put): Promise<void>
  finish(): Promise<void>
}

/** What is put within some milliseconds. */
interface Together {
  readonly byKey: Map<string, EntriesOfHour>
  size: number
  readonly sent: PromiseWithResolvers<void>
  readonly timer: NodeJS.Timeout
}

/** As arguments of the script: score, member, score, member … */
interface EntriesOfHour {
  readonly args: string[]
  ttlMs: number
}

function openPuts(connection: Connection): Puts {
  let waiting: Together | undefined
  let unsent = 0
  const send = async (together: Together) => {
    if (waiting === together) waiting = undefined
    clearTimeout(together.timer)
    const commands = [...together.byKey].map(([key, { args, ttlMs }]) =>
      connection.run((link) => add(link, key, [`${ttlMs}`, ...args])),
    )
    await Promise.all(commands).then(() => together.sent.resolve(), together.sent.reject)
    unsent -= together.size
  }
  const begin = (): Together => {
    const together: Together = {
      byKey: new Map(),
      size: 0,
      sent: Promise.withResolvers(),
      timer: setTimeout(() => void send(together), TOGETHER_MS).unref(),
    }
    // Whoever put something hears of it; the others need not.
    together.sent.promise.catch(() => undefined)
    return together
  }
  return {
    add: (key, { id, at, ttlMs }) => {
      if (unsent >= MOST_WAITING) return Promise.reject(new StoreUnavailable('redis: lists are behind'))
      waiting ??= begin()
      const together = waiting
      const set: EntriesOfHour = together.byKey.get(key) ?? { args: [], ttlMs: 0 }
      together.byKey.set(key, set)
      set.args.push(`${at}`, id)
      set.ttlMs = Math.max(set.ttlMs, ttlMs)
      together.size += 1
      unsent += 1
      if (together.size >= TOGETHER_MOST) void send(together)
      return together.sent.promise
    },
    finish: async () => {
      if (waiting !== undefined) await send(waiting)
    },
  }
}

async function pageOf(
  connection: Connection,
  keyOf: (hour: string) => string,
  before: IndexPlace,
  max: number,
): Promise<readonly IndexEntry[]> {
  const found: IndexEntry[] = []
  const first = hourOf(before.createdAt)
  const last = Math.max(-1, first - LISTED_HOURS)
  let hour = first
  let many = HOURS_FIRST
  while (hour > last && found.length < max) {
    const hours = Array.from({ length: Math.min(many, hour - last) }, (_, at) => hour - at)
    for (const key of await thoseThatAre(connection, hours, keyOf)) {
      if (found.length < max) found.push(...(await entriesIn(connection, key, before, max - found.length)))
    }
    hour -= hours.length
    many = HOURS_AT_ONCE
  }
  return found
}

async function thoseThatAre(
  connection: Connection,
  hours: readonly number[],
  keyOf: (hour: string) => string,
): Promise<readonly string[]> {
  const keys = hours.map((hour) => keyOf(`${hour}`))
  const there = await connection.run((link) => Promise.all(keys.map((key) => link.send(['EXISTS', key]))))
  return keys.filter((_, at) => there[at] === 1)
}

async function entriesIn(
  connection: Connection,
  key: string,
  { createdAt, id }: IndexPlace,
  max: number,
): Promise<readonly IndexEntry[]> {
  const args = [`${createdAt}`, `${max}`, ...(id === undefined ? [] : [id])]
  const reply = await connection.run((link) => older(link, key, args))
  const parts: unknown[] = Array.isArray(reply) ? reply : []
  const entries: IndexEntry[] = []
  for (let at = 0; at + 1 < parts.length; at += 2)
    entries.push({ id: String(parts[at]), createdAt: Number(parts[at + 1]) })
  return entries
}

/** The set lasts as long as the longest of its sessions. */
const add = script(`
redis.call('ZADD', KEYS[1], unpack(ARGV, 2))
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return 1`)

/** By rank: of one second there may be thousands. Where the entry is gone, those of its second come once more. */
const older = script(`
local from = ARGV[3] and redis.call('ZREVRANK', KEYS[1], ARGV[3])
if from then
  from = from + 1
else
  from = redis.call('ZCOUNT', KEYS[1], (ARGV[3] and '(' or '') .. ARGV[1], '+inf')
end
return redis.call('ZREVRANGE', KEYS[1], from, from + ARGV[2] - 1, 'WITHSCORES')`)
