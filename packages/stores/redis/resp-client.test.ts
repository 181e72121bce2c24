/** What the client makes of a server's bytes, however they are cut. What real servers do is tried beside it. */
import { createServer, type Server, type Socket } from 'node:net'
import { eventually } from '@countersign/testing/time/eventually'
import { afterEach, describe, expect, it } from 'vitest'
import { type RedisClient, redisClient } from './resp-client.ts'

const HELLO = '%1\r\n$5\r\nproto\r\n:3\r\n'

let server: Server
let client: RedisClient
let said = ''
let socket: Socket
let broken: string[]
let messages: (readonly [string, string])[]

/** A server that answers the greeting; what else it says is up to the test. */
async function connected(
  greeting = HELLO,
  options: { database?: number; password?: string } = {},
): Promise<void> {
  said = ''
  broken = []
  messages = []
  server = createServer((accepted) => {
    socket = accepted
    accepted.on('data', (data) => {
      if (said === '') accepted.write(greeting)
      said += String(data)
    })
    accepted.on('error', () => {})
  })
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(Number(Object(server.address()).port)))
  })
  client = redisClient({
    host: '127.0.0.1',
    port,
    database: 0,
    name: 'me',
    onBroken: ({ message }) => broken.push(message),
    onMessage: (channel, message) => messages.push([channel, message]),
    ...options,
  })
  await client.connect()
}

afterEach(async () => {
  client.destroy()
  await new Promise((resolve) => server.close(resolve))
})

const asked = (text: string) => eventually('it asks', () => said.includes(text))

describe('a client', () => {
  it('greets with its name, its password and its database', async () => {
    await connected(`${HELLO}+OK\r\n`, { database: 2, password: 'pässword' })
    expect(said).toBe(
      '*7\r\n$5\r\nHELLO\r\n$1\r\n3\r\n$4\r\nAUTH\r\n$7\r\ndefault\r\n$9\r\npässword\r\n$7\r\nSETNAME\r\n$2\r\nme\r\n' +
        '*2\r\n$6\r\nSELECT\r\n$1\r\n2\r\n',
    )
  })

  const REPLIES: readonly (readonly [string, string, unknown])[] = [
    ['a word', '+OK\r\n', 'OK'],
    ['a number', ':-12\r\n', -12],
    ['text with line ends and many bytes a letter', '$8\r\nä\r\n€x\r\n', 'ä\r\n€x'],
    ['nothing', '_\r\n', null],
    ['nothing as RESP2 has it', '$-1\r\n', null],
    ['no text', '$0\r\n\r\n', ''],
    ['a list', '*3\r\n$1\r\na\r\n_\r\n:7\r\n', ['a', null, 7]],
    ['a list in a list', '*1\r\n*2\r\n+x\r\n+y\r\n', [['x', 'y']]],
  ]
  it.each(REPLIES)('reads %s, whole and byte by byte', async (_what, bytes, value) => {
    await connected()
    const [first, second] = [client.send(['A']), client.send(['B'])]
    await asked('$1\r\nB\r\n')
    socket.write(bytes)
    expect(await first).toEqual(value)
    socket.setNoDelay(true)
    for (const byte of Buffer.from(bytes)) {
      socket.write(Uint8Array.of(byte))
      await new Promise(setImmediate)
    }
    expect(await second).toEqual(value)
  })

  it('sends what is asked in one turn together, and answers in its order', async () => {
    await connected()
    const before = said.length
    const answers = Promise.allSettled([client.send(['A', 'é']), client.send(['B']), client.send(['C'])])
    await asked('$1\r\nC\r\n')
    expect(said.slice(before)).toBe('*2\r\n$1\r\nA\r\n$2\r\né\r\n*1\r\n$1\r\nB\r\n*1\r\n$1\r\nC\r\n')
    socket.write('+1\r\n-ERR no\r\n+3\r\n')
    expect(
      (await answers).map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason))),
    ).toEqual(['1', 'Error: ERR no', '3'])
  })

  it('tells messages apart from answers', async () => {
    await connected()
    const asking = Promise.all([
      client.send(['A']),
      client.subscribe('c'),
      client.send(['B']),
      client.unsubscribe('c'),
    ])
    await asked('UNSUBSCRIBE')
    const push = (kind: string, last: string) => `>3\r\n$${kind.length}\r\n${kind}\r\n$1\r\nc\r\n${last}`
    socket.write(
      `${push('message', '$1\r\n1\r\n')}+a\r\n${push('subscribe', ':1\r\n')}${push('message', '$1\r\n2\r\n')}+b\r\n`,
    )
    socket.write(push('unsubscribe', ':0\r\n'))
    expect(await asking).toEqual(['a', undefined, 'b', undefined])
    expect(messages).toEqual([
      ['c', '1'],
      ['c', '2'],
    ])
  })

  it('is told that it may not subscribe', async () => {
    await connected()
    const subscribing = client.subscribe('c')
    await asked('SUBSCRIBE')
    socket.write('-NOPERM no\r\n')
    await expect(subscribing).rejects.toThrow('NOPERM no')
    expect(broken).toEqual([])
  })

  const BREAKS: readonly (readonly [string, () => void, RegExp])[] = [
    ['closes', () => socket.end(), /closed/],
    ['resets', () => socket.resetAndDestroy(), /ECONNRESET/],
    ['says what is no RESP', () => socket.write('HTTP/1.1 400\r\n'), /Unknown RESP type/],
    ['answers what nobody asked', () => socket.write('+a\r\n+b\r\n+c\r\n'), /nobody asked/],
    [
      'answers a subscription that nobody asked',
      () => socket.write('>3\r\n+subscribe\r\n+c\r\n:1\r\n'),
      /nobody asked/,
    ],
  ]
  it.each(BREAKS)(
    'breaks when the server %s: once, with everything that waits',
    async (_what, doIt, reason) => {
      await connected()
      const waiting = Promise.allSettled([client.send(['A']), client.send(['B'])])
      await asked('$1\r\nB\r\n')
      doIt()
      await eventually('it breaks', () => broken.length > 0)
      await expect(client.send(['D'])).rejects.toThrow(reason)
      expect((await waiting).length).toBe(2)
      expect(broken).toEqual([expect.stringMatching(reason)])
    },
  )

  it('that is destroyed breaks nobody, and answers who waits', async () => {
    await connected()
    const waiting = client.send(['A'])
    client.destroy()
    await expect(waiting).rejects.toThrow('given up')
    await expect(client.send(['B'])).rejects.toThrow('given up')
    await eventually('the socket is closed', () => socket.closed || socket.destroyed)
    expect(broken).toEqual([])
  })
})
