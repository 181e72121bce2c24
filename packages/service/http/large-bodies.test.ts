import { connect, type Socket } from 'node:net'
import { eventually } from '@countersign/testing/time/eventually'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fail } from './answers/wire-errors.ts'
import { builtService, json, start, testConfig } from './http-service.testing.ts'
import type { HttpServiceOptions } from './http-service.ts'
import { BODY_LIMITS } from './request-bodies.ts'
import type { ServiceApp } from './service-app.ts'

const { exchange, message } = BODY_LIMITS
const sockets: Socket[] = []
/** Held open while a test wants it. */
let mayEnd = Promise.resolve()
let asked: [id: string, isLarge: boolean][] = []
let handled = 0
let end = () => {}

afterEach(() => {
  end()
  mayEnd = Promise.resolve()
  asked = []
  handled = 0
  for (const socket of sockets.splice(0)) socket.destroy()
})

function routes(app: ServiceApp): void {
  const schema = { body: z.object({ a: z.string() }), params: z.object({ id: z.string() }) }
  const handler = async () => {
    handled += 1
    await mayEnd
    return { done: true }
  }
  const knowsCaller = async ({ params }: { params: unknown }, isLarge: boolean) => {
    const { id } = schema.params.parse(params)
    asked.push([id, isLarge])
    if (id !== 'known') fail({ status: 404, message: 'There is no such session' })
  }
  const wallet = { door: 'wallet', limited: false, knowsCaller } as const
  app.post('/answer/:id', { schema, bodyLimit: exchange, config: wallet }, handler)
  app.post(
    '/order/:id',
    { schema, bodyLimit: exchange, config: { door: 'management', scope: 'sessions:read' } },
    handler,
  )
  app.post('/small/:id', { schema, bodyLimit: message, config: { ...wallet, errors: 'management' } }, handler)
}

type Settings = Partial<HttpServiceOptions['config']>

async function started(config: Settings = {}, largeBodies?: HttpServiceOptions['largeBodies']) {
  const { ask, port } = await start(
    { senderRequestsPerSecond: 100, ...config },
    { routes, ...(largeBodies && { largeBodies }) },
  )
  const post = async (path: string, bytes: number, headers?: Record<string, string>) =>
    ask(path, json({ a: 'x'.repeat(bytes - 8) }, headers))
  return { ask, post, port }
}

function hold(): void {
  mayEnd = new Promise((resolve) => {
    end = resolve
  })
}

/** Says the head of a request and as much of its body. */
function say(port: number, head: string, body: string) {
  let received = ''
  const text = `${head}\r\nhost: localhost\r\ncontent-type: application/json\r\n\r\n${body}`
  const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(text))
  sockets.push(socket)
  socket.on('data', (chunk) => {
    received += chunk.toString()
  })
  socket.on('error', () => {})
  return { socket, received: () => received }
}

const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`

describe('a body', () => {
  it('as large as the route takes is read, and one byte more is told the limit, in the form of the route', async () => {
    const { post } = await started()
    expect((await post('/answer/known', exchange)).status).toBe(200)
    const tooLarge = await post('/answer/known', exchange + 1)
    expect(tooLarge.status).toBe(413)
    expect(await tooLarge.json()).toEqual({
      error: 'invalid_request',
      error_description: `The body is too large, limit ${exchange} bytes`,
    })
    const small = await post('/small/known', message + 1)
    expect(await small.json()).toMatchObject({
      code: '413',
      message: `The body is too large, limit ${message} bytes`,
    })
  })

  it('that says no length is cut at the same limit and told the same', async () => {
    const { port } = await started()
    const text = `{"a":"${'x'.repeat(message)}"}`
    const head = 'POST /small/known HTTP/1.1\r\ntransfer-encoding: chunked'
    const { received, socket } = say(port, head, chunk(text))
    await eventually('it is refused', () => received().includes(`too large, limit ${message} bytes`))
    expect(received()).toMatch(/^HTTP\/1\.1 413 /)
    // The rest of it is passed over, and the connection goes on.
    socket.write(`${chunk(text)}0\r\n\r\nGET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n`)
    await eventually('the next one is answered', () => received().includes('HTTP/1.1 200 '))
  })

  it('larger than a message is read only when its caller is known', async () => {
    const { port, post } = await started()
    const head = `POST /answer/nobody HTTP/1.1\r\ncontent-length: ${exchange}`
    const { received } = say(port, head, '')
    await eventually('it is refused', () => received().includes('no such session'))
    expect((await post('/answer/known', 100)).status).toBe(200)
    expect((await post('/answer/known', message + 1)).status).toBe(200)
    expect(asked).toEqual([
      ['nobody', true],
      ['known', false],
      ['known', true],
    ])
  })

  it('larger than a message is not read by a route that would know nobody: the start is refused', async () => {
    const open = { door: 'open', limited: false } as const
    const stranger = (app: ServiceApp) =>
      void app.post('/all', { bodyLimit: message + 1, config: open }, async () => ({}))
    await expect(builtService({ config: testConfig(), routes: stranger })).rejects.toThrow(
      '/all would read large bodies from anybody',
    )
  })
})

describe('large bodies', () => {
  const mb = 1024 * 1024

  it('share a pool: beyond it only they are refused, with a time to come back, until one has gone', async () => {
    const { post } = await started(
      { senderRequestsPerSecond: 0 },
      { poolBytes: 3 * mb, senderBytes: mb, bodyMs: 60_000 },
    )
    hold()
    const first = [post('/answer/known', 2 * mb), post('/order/known', mb)]
    await eventually('both are in', () => handled === 2)
    const full = await post('/answer/known', message + 1)
    expect([full.status, full.headers.get('retry-after')]).toEqual([503, '2'])
    expect(await full.json()).toEqual({
      error: 'temporarily_unavailable',
      error_description: 'There are too many large bodies at the moment; try again',
    })
    const small = post('/answer/known', message)
    await eventually('a small one is in', () => handled === 3)
    end()
    for (const answer of [...first, small]) expect((await answer).status).toBe(200)
    expect((await post('/answer/known', 3 * mb)).status).toBe(200)
  })

  it('of one sender have a part of it, those with a management credential not counted', async () => {
    const config = { trustedProxies: ['127.0.0.1'], managementApiKey: 'a key', senderRequestsPerSecond: 100 }
    const { post } = await started(config, { poolBytes: 8 * mb, senderBytes: 2 * mb, bodyMs: 60_000 })
    const from = (sender: string) => ({ 'x-forwarded-for': sender })
    hold()
    const first = [1, 2].map(() => post('/answer/known', mb, from('198.51.100.1')))
    await eventually('both are in', () => handled === 2)
    expect((await post('/answer/known', mb, from('198.51.100.1'))).status).toBe(503)
    const others = [
      post('/answer/known', 2 * mb, from('198.51.100.2')),
      post('/order/known', 3 * mb, { ...from('198.51.100.1'), 'x-api-key': 'a key' }),
    ]
    await eventually('they are in', () => handled === 4)
    end()
    for (const answer of [...first, ...others]) expect((await answer).status).toBe(200)
  })

  it('that say no length take their room as they come', async () => {
    const { port, post } = await started({}, { poolBytes: mb, senderBytes: mb, bodyMs: 60_000 })
    const head = 'POST /answer/known HTTP/1.1\r\ntransfer-encoding: chunked'
    const { received, socket } = say(port, head, chunk(`{"a":"${'x'.repeat(mb / 2)}`))
    await eventually('it has come', () => asked.length === 1)
    expect(received()).toBe('')
    socket.write(chunk('x'.repeat(mb / 2)))
    await eventually('there is no more of it', () => received().startsWith('HTTP/1.1 503 '))
    await eventually('it is given back', async () => (await post('/answer/known', mb)).status === 200)
  })

  it('that leave give their room back', async () => {
    const { port, post } = await started({}, { poolBytes: mb, senderBytes: mb, bodyMs: 60_000 })
    const { socket } = say(port, `POST /answer/known HTTP/1.1\r\ncontent-length: ${mb}`, '{"a":"')
    await eventually('it has come', () => asked.length === 1)
    expect((await post('/answer/known', mb)).status).toBe(503)
    socket.destroy()
    await eventually('there is room', async () => (await post('/answer/known', mb)).status === 200)
  })

  it('that do not come in time are told so and give their room back', async () => {
    const { port, post } = await started({}, { poolBytes: mb, senderBytes: mb, bodyMs: 300 })
    const { received } = say(port, `POST /answer/known HTTP/1.1\r\ncontent-length: ${mb}`, '{"a":"')
    await eventually('it is late', () => received().includes('The request took too long'))
    expect(received()).toMatch(/^HTTP\/1\.1 408 /)
    await eventually('there is room', async () => (await post('/answer/known', 0.9 * mb)).status === 200)
  })
})
