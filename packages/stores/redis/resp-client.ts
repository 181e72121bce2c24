/**
 * Speaks RESP3 with one Redis server over one socket: commands go out in the order they came, those of one turn of the loop
 * together, and the replies come back in that order. The replies are read by the client library's own decoder; the rest of the
 * library is left out, since it comes in 480 files and makes a method of every command there is. A socket that breaks takes
 * everything that waits with it. It knows no limits of time and no retries.
 */
import { createConnection, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { ErrorReply } from '@redis/client/dist/lib/errors.js'
import { Decoder } from '@redis/client/dist/lib/RESP/decoder.js'

export interface ClientOptions {
  readonly host: string
  readonly port: number
  /** Absent: no TLS. */
  readonly tls?:
    | { readonly ca?: string; readonly cert?: string; readonly key?: string; readonly servername?: string }
    | undefined
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly database: number
  /** Of the connection, for whoever looks at the server's list. */
  readonly name: string
  /** Called once, when the socket breaks without having been destroyed. */
  readonly onBroken: (cause: Error) => void
  /** Called for every message of a channel. */
  readonly onMessage: (channel: string, message: string) => void
}

export interface RedisClient {
  /** Resolves when the server has let us in; rejects with its error reply, or with what broke the socket. */
  connect(): Promise<void>
  /** Rejects with `ErrorReply`, or with what broke the socket: then it may have been executed. */
  send(args: readonly string[]): Promise<unknown>
  /** Of one channel, as is the other one: the server confirms each channel by itself. */
  subscribe(channel: string): Promise<void>
  unsubscribe(channel: string): Promise<void>
  /** Whoever waits is told so. */
  destroy(): void
}

interface Waiting {
  readonly resolve: (reply: unknown) => void
  readonly reject: (error: Error) => void
  /** Its answer is told like a message, as a push. */
  readonly isPushed: boolean
}

/** A server that vanished is found out by the system too, as the library has it. */
const KEEP_ALIVE = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 }

export function redisClient(options: ClientOptions): RedisClient {
  const waiting: Waiting[] = []
  let socket: Socket | undefined
  let broken: Error | undefined
  let unsent = ''

  const end = (cause: Error): boolean => {
    if (broken !== undefined) return false
    broken = cause
    socket?.destroy()
    for (const { reject } of waiting.splice(0)) reject(cause)
    return true
  }
  const breakOff = (cause: Error) => end(cause) && options.onBroken(cause)
  const next = (isPushed: boolean): Waiting => {
    if (waiting[0]?.isPushed !== isPushed) throw new Error('the server answered what nobody asked')
    return waiting.shift() as Waiting
  }
  const decoder = new Decoder({
    onReply: (reply: unknown) => next(false).resolve(reply),
    onErrorReply: (error: ErrorReply) => (waiting[0]?.isPushed ? next(true) : next(false)).reject(error),
    onPush: (push: readonly unknown[]) => {
      const [kind, channel, message] = push.map(String)
      if (kind === 'message') options.onMessage(channel ?? '', message ?? '')
      if (kind === 'subscribe' || kind === 'unsubscribe') next(true).resolve(undefined)
    },
    getTypeMapping: () => ({}),
  })
  const read = (chunk: Buffer) => {
    try {
      decoder.write(chunk)
    } catch (error) {
      breakOff(error instanceof Error ? error : new Error(String(error)))
    }
  }
  const write = () => {
    const text = unsent
    unsent = ''
    if (broken === undefined) socket?.write(text)
  }
  const ask = (args: readonly string[], isPushed: boolean): Promise<unknown> => {
    if (broken !== undefined) return Promise.reject(broken)
    if (unsent === '') setImmediate(write)
    unsent += encoded(args)
    return new Promise((resolve, reject) => waiting.push({ resolve, reject, isPushed }))
  }
  const opened = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const { host, port, tls } = options
      socket = tls
        ? connectTls({ host, port, ...KEEP_ALIVE, ...tls })
        : createConnection({ host, port, ...KEEP_ALIVE })
      const lost = (cause: Error) => {
        breakOff(cause)
        reject(cause)
      }
      socket
        .once(tls ? 'secureConnect' : 'connect', resolve)
        .on('data', read)
        .on('error', lost)
        .once('close', () => lost(new Error('the connection was closed')))
    })
  return {
    connect: async () => {
      await opened()
      await Promise.all(greetings(options).map((args) => ask(args, false)))
    },
    send: (args) => ask(args, false),
    subscribe: async (channel) => void (await ask(['SUBSCRIBE', channel], true)),
    unsubscribe: async (channel) => void (await ask(['UNSUBSCRIBE', channel], true)),
    destroy: () => void end(new Error('the connection was given up')),
  }
}

/** Redis "HELLO" (Redis 6, Valkey): protocol, log-in and name in one; the database is another command's business. */
function greetings({ username, password, name, database }: ClientOptions): readonly (readonly string[])[] {
  const login = password === undefined ? [] : ['AUTH', username ?? 'default', password]
  const hello = ['HELLO', '3', ...login, 'SETNAME', name]
  return database === 0 ? [hello] : [hello, ['SELECT', `${database}`]]
}

/** An array of bulk strings (Redis serialization protocol, "Sending commands to a Redis server"). */
function encoded(args: readonly string[]): string {
  let text = `*${args.length}\r\n`
  for (const arg of args) text += `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`
  return text
}
