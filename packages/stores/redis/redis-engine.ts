/**
 * The store that instances share: Redis 6 or later, or Valkey, alone or behind Sentinels. Opening does not need it to
 * be there; while it is away every operation fails with `StoreUnavailable` within 1.8 times the command timeout, and
 * once it is back everything works again by itself. A write whose reply was lost is asked for once more, and answers
 * what the first one did.
 */
import { checkNamespace } from '../limits.ts'
import type { StoreEngine } from '../ports.ts'
import { Connection, type ConnectionOptions } from './connection.ts'
import { redisDue } from './due.ts'
import { redisIndexes } from './index-of-sessions.ts'
import { redisInstances } from './instances.ts'
import { redisOnce } from './once.ts'
import { redisSessions } from './sessions.ts'
import { openSignalHub } from './signals.ts'
import {
  connectLink,
  type RedisAddress,
  type RedisLogin,
  type RedisTarget,
  type RedisTls,
} from './subscriber.ts'
import { writeIds } from './write-ids.ts'

export interface RedisOptions extends RedisLogin {
  /** `redis[s]://[user:password@]host[:port][/database]`; with `sentinel` only login, database and TLS count. */
  readonly url?: string
  /** Follow the master of this name, as these Sentinels see it. Their login is separate from the server's. */
  readonly sentinel?: { readonly master: string; readonly nodes: readonly (RedisAddress & RedisLogin)[] }
  readonly tls?: RedisTls
  /** Starts every key and channel; default `countersign:`. */
  readonly keyPrefix?: string
  /** How long one command may take; default 1000. */
  readonly commandTimeoutMs?: number
  /** For logs; never with credentials. */
  readonly onProblem?: (message: string) => void
}

const COMMAND_TIMEOUT_MS = 1_000
const KEY_PREFIX = /^[A-Za-z0-9_.:-]{0,64}$/

/** Throws `TypeError` or `RangeError` when the options make no sense; whether Redis is there, `ping` tells. */
export async function openRedisEngine(options: RedisOptions): Promise<StoreEngine> {
  const prefix = checkedPrefix(options.keyPrefix ?? 'countersign:')
  const target = targetOf(options)
  const connecting = connectionOptions(target, options)
  const connection = new Connection(connecting)
  const hub = openSignalHub(connecting)
  const nextWriteId = writeIds()
  const indexes = redisIndexes(connection)
  // Separators that no namespace has: sessions, claims, lists and what is due never meet (docs/storage.md).
  const keys = (namespace: string, separator: ':' | '#' | '@' | '~') => {
    const start = `${prefix}${checkNamespace(namespace)}${separator}`
    return (id: string) => start + id
  }
  return {
    shared: true,
    description: describe(target),
    // The key of a session is also the channel of its signals.
    sessions: (namespace) => redisSessions(connection, keys(namespace, ':'), nextWriteId),
    once: (namespace) => redisOnce(connection, keys(namespace, '#'), nextWriteId),
    signals: (namespace) => hub.signals(keys(namespace, ':')),
    due: (namespace) => redisDue(connection, keys(namespace, '@')('due'), nextWriteId),
    index: (namespace) => indexes.open(keys(namespace, '~')),
    instances: () => redisInstances(connection, `${prefix}!instances`),
    // One key for all instances: none of ours has that separator.
    ping: (timeoutMs) => connection.ping(timeoutMs, ['SET', `${prefix}!written`, '1', 'PX', '60000']),
    evictionPolicy: async () =>
      evictionPolicyIn(await connection.run((link) => link.send(['INFO', 'memory']))),
    close: async () => {
      await indexes.finish()
      hub.close()
      connection.close()
    },
  }
}

function connectionOptions(target: RedisTarget, options: RedisOptions): ConnectionOptions {
  return {
    name: 'redis',
    connect: (onBroken) => connectLink(target, onBroken),
    commandTimeoutMs: target.connectTimeoutMs,
    onProblem: options.onProblem ?? (() => {}),
  }
}

function targetOf(options: RedisOptions): RedisTarget {
  const { sentinel } = options
  // `new URL` would put the text, password included, into its error.
  const url = URL.parse(options.url ?? 'redis://127.0.0.1:6379')
  if (url?.protocol !== 'redis:' && url?.protocol !== 'rediss:')
    throw new TypeError('a redis URL starts with redis: or rediss:')
  const server = { host: url.hostname.replace(/^\[|\]$/g, '') || '127.0.0.1', port: Number(url.port || 6379) }
  return {
    at: sentinel ? { master: sentinel.master, sentinels: sentinel.nodes } : server,
    username: options.username ?? (decodeURIComponent(url.username) || undefined),
    password: options.password ?? (decodeURIComponent(url.password) || undefined),
    database: databaseOf(url),
    tls: options.tls ?? (url.protocol === 'rediss:' ? {} : undefined),
    connectTimeoutMs: checkedTimeout(options.commandTimeoutMs ?? COMMAND_TIMEOUT_MS),
  }
}

function databaseOf(url: URL): number {
  const path = url.pathname.replace(/^\//, '') || '0'
  if (!/^\d{1,5}$/.test(path)) throw new TypeError('the path of a redis URL is the number of the database')
  return Number(path)
}

function checkedTimeout(timeoutMs: number): number {
  if (timeoutMs >= 10 && timeoutMs <= 60_000) return timeoutMs
  throw new RangeError('commandTimeoutMs is 10 to 60000')
}

function checkedPrefix(prefix: string): string {
  if (KEY_PREFIX.test(prefix)) return prefix
  throw new RangeError('keyPrefix is at most 64 characters of A-Z a-z 0-9 _ . : -')
}

/** Redis, "Key eviction": our entries have times to live, so that every policy but `noeviction` may take them. */
function evictionPolicyIn(info: unknown): string | undefined {
  const members = new Map(
    String(info)
      .split('\r\n')
      .map((line) => [line.split(':')[0], line.split(':')[1]]),
  )
  const policy = members.get('maxmemory_policy')
  return policy === 'noeviction' || Number(members.get('maxmemory') ?? 0) === 0 ? undefined : policy
}

function describe(target: RedisTarget): string {
  const scheme = target.tls ? 'rediss' : 'redis'
  const { at } = target
  const place = 'host' in at ? `${at.host}:${at.port}` : `${at.master}@${at.sentinels.length}-sentinels`
  return `${scheme}://${place}/${target.database}`
}
