/**
 * One live connection to one Redis server, and the single place that knows the client library. A link is never
 * mended: when it breaks it says so once, and `connection.ts` makes another. With Sentinel the address of the
 * present master is asked anew for each link, which is the whole of following a failover.
 */
import { withinTime } from '@countersign/event-loop/time-limit'
import { createClient, ErrorReply, RESP_TYPES } from '@redis/client'
import { StoreRefuses, StoreUnavailable } from '../ports.ts'
import { type Silence, silence } from './silence.ts'

export interface RedisAddress {
  readonly host: string
  readonly port: number
}

export interface RedisTls {
  /** PEM; the system's authorities by default. */
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly servername?: string
}

export interface RedisLogin {
  readonly username?: string | undefined
  readonly password?: string | undefined
}

export interface RedisTarget extends RedisLogin {
  /** The server, or the Sentinels that know the master of this name. */
  readonly at:
    | RedisAddress
    | { readonly master: string; readonly sentinels: readonly (RedisAddress & RedisLogin)[] }
  readonly database: number
  readonly tls?: RedisTls | undefined
  readonly connectTimeoutMs: number
}

export type Argument = string | Buffer

export type OnMessage = (message: string, channel: string) => void

export interface Link {
  /** Throws `LinkBroken`, `StoreUnavailable` (the server answers, and cannot serve) or the server's error reply. */
  send(args: readonly Argument[]): Promise<unknown>
  /** The same, with bytes in the reply where `send` has text. */
  sendForBytes(args: readonly Argument[]): Promise<unknown>
  subscribe(channel: string, onMessage: OnMessage): Promise<void>
  /** The function has to be the one that subscribed: without it the library loses a subscription made meanwhile. */
  unsubscribe(channel: string, onMessage: OnMessage): Promise<void>
  /** How long the server has said nothing although a command waits; our own pauses do not count. */
  silentMs(): number
  destroy(): void
}

/** The connection is of no more use, and whether the last command was executed is not known. */
export class LinkBroken extends Error {
  override readonly name = 'LinkBroken'

  /** Whether the server said so. */
  get answered(): boolean {
    return this.cause instanceof ErrorReply
  }
}

/** Resolves with a link that has logged in. `onBroken` is called at most once, after that. */
export async function connectLink(target: RedisTarget, onBroken: (cause: Error) => void): Promise<Link> {
  const address = 'host' in target.at ? target.at : await presentMaster(target.at, target)
  return openLink(address, target, onBroken)
}

export function isErrorReply(error: unknown, code: string): boolean {
  return error instanceof ErrorReply && error.message.startsWith(`${code} `)
}

const AS_BYTES = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } }

async function openLink(
  address: RedisAddress,
  target: RedisTarget,
  onBroken: (cause: Error) => void,
): Promise<Link> {
  const client = clientFor(address, target)
  let live = false
  client.on('error', (cause: Error) => {
    if (live) onBroken(cause)
    live = false
  })
  await connectWithin(client, target.connectTimeoutMs)
  live = true
  const quiet = silence()
  const heard = hearing(quiet)
  return {
    send: (args) => translated(client.sendCommand([...args]), quiet),
    sendForBytes: (args) => translated(client.sendCommand([...args], AS_BYTES), quiet),
    subscribe: (channel, onMessage) => translated(client.subscribe(channel, heard(onMessage)), quiet),
    unsubscribe: (channel, onMessage) => translated(client.unsubscribe(channel, heard(onMessage)), quiet),
    silentMs: quiet.silentMs,
    destroy: () => {
      live = false
      client.destroy()
    },
  }
}

/** The same listener for the same function, since a subscription is ended by the one that made it. */
function hearing({ heard }: Silence): (onMessage: OnMessage) => OnMessage {
  const known = new WeakMap<OnMessage, OnMessage>()
  return (onMessage) => {
    const listener: OnMessage =
      known.get(onMessage) ??
      ((message, channel) => {
        heard()
        onMessage(message, channel)
      })
    known.set(onMessage, listener)
    return listener
  }
}

function clientFor(address: RedisAddress, target: RedisTarget) {
  const { host, port } = address
  const socket = { host, port, connectTimeout: NO_LIMIT_OF_THE_LIBRARY_MS, reconnectStrategy: false as const }
  return createClient({
    socket: target.tls ? { ...socket, tls: true, ...target.tls } : socket,
    ...(target.username === undefined ? {} : { username: target.username }),
    ...(target.password === undefined ? {} : { password: target.password }),
    database: target.database,
    name: 'countersign',
    disableOfflineQueue: true,
    // The library's timeout ends when a command is written, and takes our own pauses for the server's.
    commandOptions: { timeout: 0 },
    maintNotifications: 'disabled',
    disableClientInfo: true,
  })
}

/** `connectWithin` sets the limit, and takes no pause of ours for the server's. */
const NO_LIMIT_OF_THE_LIBRARY_MS = 600_000

/** A server that takes the connection and then says nothing (a stopped process) must not hold us. */
async function connectWithin(client: ReturnType<typeof clientFor>, timeoutMs: number): Promise<void> {
  const late = () => new LinkBroken(`no login within ${timeoutMs} ms`)
  try {
    await withinTime(client.connect(), timeoutMs, late)
  } catch (error) {
    client.destroy()
    throw isLoginRefused(error)
      ? new StoreRefuses(`redis: ${loginProblem(error)}: see \`sessions\``, { cause: error })
      : error
  }
}

/** A wrong password, none where one is asked for, one where none is known, and a database that does not exist. */
function isLoginRefused(error: unknown): error is ErrorReply {
  return error instanceof ErrorReply && /^(WRONGPASS|NOAUTH|NOPERM|ERR) /.test(error.message)
}

function loginProblem({ message }: ErrorReply): string {
  if (message.startsWith('NOAUTH ')) return 'it asks for a password, and none is given'
  return message.startsWith('WRONGPASS ') ? 'it does not take this user or password' : message
}

/** Redis Sentinel, "Guidelines for Redis clients": the first Sentinel that answers tells where the master is. */
async function presentMaster(
  at: { readonly master: string; readonly sentinels: readonly (RedisAddress & RedisLogin)[] },
  target: RedisTarget,
): Promise<RedisAddress> {
  let problem: unknown = new LinkBroken('no Sentinel is configured')
  for (const sentinel of at.sentinels) {
    try {
      return await askSentinel(sentinel, at.master, target)
    } catch (error) {
      problem = error
    }
  }
  throw problem
}

async function askSentinel(sentinel: RedisAddress & RedisLogin, master: string, target: RedisTarget) {
  const { username, password } = sentinel
  const link = await openLink(sentinel, { ...target, username, password, database: 0 }, () => {})
  try {
    const reply = await link.send(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', master])
    const [host, port] = Array.isArray(reply) ? reply : []
    if (typeof host === 'string' && Number(port) > 0) return { host, port: Number(port) }
    throw new LinkBroken(`no Sentinel knows a master named ${master}`)
  } finally {
    link.destroy()
  }
}

/** The server answers, and cannot serve now; another connection would hear the same. */
const CANNOT_SERVE = new Set(['LOADING', 'BUSY', 'OOM', 'MISCONF', 'NOREPLICAS', 'NOAUTH', 'WRONGPASS'])
/** This server is not, or is no more, the one that takes writes. */
const WRONG_SERVER = new Set(['READONLY', 'MASTERDOWN', 'UNBLOCKED'])

async function translated<T>(answer: Promise<T>, quiet: Silence): Promise<T> {
  quiet.asked()
  try {
    return await answer
  } catch (error) {
    throw meaningOf(error)
  } finally {
    quiet.answered()
  }
}

function meaningOf(error: unknown): unknown {
  if (!(error instanceof ErrorReply)) return new LinkBroken('connection lost', { cause: error })
  const code = error.message.split(' ', 1)[0] ?? ''
  if (code === 'NOPERM')
    return new StoreRefuses(
      `redis: ${error.message}: give this user the right, or name another in \`sessions\``,
      {
        cause: error,
      },
    )
  if (WRONG_SERVER.has(code)) return new LinkBroken(`answered ${code}`, { cause: error })
  return CANNOT_SERVE.has(code)
    ? new StoreUnavailable(`redis: answered ${code}`, { cause: error, answered: true })
    : error
}
