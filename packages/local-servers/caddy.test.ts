import { createServer, type RequestListener, type Server } from 'node:http'
import { eventually } from '@countersign/testing/time/eventually'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCaddy } from './caddy.ts'
import { freePorts, takesConnections } from './ports.ts'
import type { Program } from './process/program.ts'

const names = ['a', 'b'] as const
type Name = (typeof names)[number]

/** What the two instances were asked for, and how many event streams each has open. */
const seen: Record<Name, string[]> = { a: [], b: [] }
let openStreams = 0
let ready: Record<Name, boolean>
let servers: Record<Name, Server>
let ports: readonly number[]
let caddy: Program
let url: string

describe('Caddy before two instances', () => {
  beforeAll(async () => {
    ports = await freePorts(3)
    ready = { a: true, b: true }
    servers = { a: await listen('a', 0), b: await listen('b', 1) }
    const [first, second, front = 0] = ports
    caddy = await startCaddy({
      sites: [{ port: front, upstreams: [`127.0.0.1:${first}`, `127.0.0.1:${second}`] }],
    })
    url = `http://localhost:${front}`
  })

  afterAll(async () => {
    await caddy.stop()
    for (const name of names) cut(servers[name])
  })

  it('asks them in turn', async () => {
    const answered: string[] = []
    for (let turn = 0; turn < 6; turn++) answered.push(await askedOf('/who'))
    expect(answered.filter((name) => name === 'a')).toHaveLength(3)
    expect(answered.every((name, turn) => turn === 0 || name !== answered[turn - 1])).toBe(true)
  })

  it('keeps the Host that the caller used', async () => {
    const response = await fetch(`${url}/host`)
    expect(await response.text()).toBe(new URL(url).host)
  })

  it('refuses a body that no service would read, and goes on with both instances', async () => {
    const body = 'x'.repeat(5_100_000)
    const statuses = await Promise.all([1, 2, 3, 4].map(() => statusOf('/who', body)))
    expect(statuses.every((status) => status === undefined || status === 413)).toBe(true)
    expect(new Set(await answers(4)).size).toBe(2)
  })

  it.each(['', '/acme'])('lets a body be larger that is read row by row, below %j', async (base) => {
    const body = 'x'.repeat(5_100_000)
    expect(await statusOf(`${base}/openid4vc/profiles/many/bulk`, body)).toBe(200)
    expect(await statusOf(`${base}/openid4vc/profiles/many/offers`, body)).not.toBe(200)
  })

  it('passes events on at once, and tells the instance when the reader leaves', async () => {
    const reader = new AbortController()
    const response = await fetch(`${url}/events`, { signal: reader.signal })
    const chunk = await response.body?.getReader().read()
    expect(Buffer.from(chunk?.value ?? []).toString()).toBe('data: first\n\n')
    expect(openStreams).toBe(1)
    reader.abort()
    await eventually('the instance is told', () => openStreams === 0)
  })

  it('looks elsewhere when an instance says that it is not ready', async () => {
    ready.b = false
    await eventually('one instance answers', async () => new Set(await answers(4)).size === 1)
    expect(new Set(await answers(6))).toEqual(new Set(['a']))
    ready.b = true
    await eventually('both instances answer', async () => new Set(await answers(4)).size === 2)
  })

  it('lets a reading wait while no instance is ready, and refuses a write at once', async () => {
    ready = { a: false, b: false }
    await eventually('a write is refused', async () => (await statusOf('/who', '')) === 503)
    const waiting = askedOf('/who')
    ready = { a: true, b: true }
    expect(names).toContain(await waiting)
    await eventually('both instances answer', async () => new Set(await answers(4)).size === 2)
  })

  it('sends readings elsewhere when an instance is gone, even before it has noticed', async () => {
    await withoutB(async () => {
      const read = await Promise.all(Array.from({ length: 20 }, () => askedOf('/who')))
      expect(new Set(read)).toEqual(new Set(['a']))
    })
  })

  it('answers 502 to a write that meets a gone instance; sent again a moment later, it is served', async () => {
    await withoutB(async () => {
      const statuses = new Set<number | undefined>()
      for (let turn = 0; turn < 4; turn++) statuses.add(await statusOf('/who', 'body'))
      expect([...statuses].filter((status) => status !== 200 && status !== 502)).toEqual([])
      await eventually('every write is served', writesAreServed)
      expect(await writesAreServed()).toBe(true)
    })
  })

  it('sends a write that was cut off to nobody else', async () => {
    await eventually('a write is served', async () => (await statusOf('/who', 'body')) === 200)
    const before = seen.a.length + seen.b.length
    const response = await fetch(`${url}/cut`, { method: 'POST', body: 'x' })
    expect(response.status).toBe(502)
    expect(seen.a.length + seen.b.length).toBe(before + 1)
  })

  it('asks another instance when a reading was cut off', async () => {
    cutsLeft = 1
    expect((await fetch(`${url}/cut-once`)).status).toBe(200)
  })
})

describe('the launcher', () => {
  it('leaves nothing running and may stop twice', async () => {
    const [front = 0, back] = await freePorts(2)
    const running = await startCaddy({ sites: [{ port: front, upstreams: [`127.0.0.1:${back}`] }] })
    expect(await takesConnections(front)).toBe(true)
    await running.stop()
    await running.stop()
    expect(running.isRunning()).toBe(false)
    expect(await takesConnections(front)).toBe(false)
  })

  it('does not take a stranger on its port for Caddy', async () => {
    const [taken = 0, back] = await freePorts(2)
    const stranger = createServer()
    await new Promise<void>((resolve) => stranger.listen(taken, '127.0.0.1', resolve))
    const starting = startCaddy({ sites: [{ port: taken, upstreams: [`127.0.0.1:${back}`] }] })
    await expect(starting).rejects.toThrow(`port ${taken}: it is in use`)
    stranger.close()
  })

  it('tells what Caddy said when it does not start', async () => {
    const [front = 0, back] = await freePorts(2)
    const sites = [{ port: front, upstreams: [`127.0.0.1:${back}`] }]
    // An address for documentation, which no machine has.
    await expect(startCaddy({ sites, bind: ['192.0.2.1'] })).rejects.toThrow(
      /cannot assign requested address/,
    )
  })
})

let cutsLeft = 0

function instance(name: Name): RequestListener {
  return (request, response) => {
    if (request.url === '/readyz') return void response.writeHead(ready[name] ? 200 : 503).end()
    seen[name].push(request.url ?? '')
    if (request.url === '/cut') return void request.socket.destroy()
    if (request.url === '/cut-once' && cutsLeft-- > 0) return void request.socket.destroy()
    if (request.url === '/host') return void response.end(request.headers.host)
    if (request.url !== '/events') return void request.resume().on('end', () => response.end(name))
    openStreams += 1
    response.on('close', () => {
      openStreams -= 1
    })
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: first\n\n')
  }
}

function listen(name: Name, index: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(instance(name)).once('error', reject)
    server.listen(ports[index], '127.0.0.1', () => resolve(server))
  })
}

/** The second is gone while this runs, and back for the next test, whatever came of it. */
async function withoutB(run: () => Promise<void>): Promise<void> {
  cut(servers.b)
  try {
    await run()
  } finally {
    servers.b = await listen('b', 1)
  }
  await eventually('both instances answer', async () => new Set(await answers(4)).size === 2)
}

/** Each write picks its instance by chance: of so many, all find the one that is there once in a hundred million times. */
async function writesAreServed(): Promise<boolean> {
  const statuses: (number | undefined)[] = []
  for (let turn = 0; turn < 27; turn++) statuses.push(await statusOf('/who', 'body'))
  return statuses.every((status) => status === 200)
}

/** Undefined when the connection was closed while the body was still on its way. */
async function statusOf(path: string, body: string): Promise<number | undefined> {
  const response = await fetch(`${url}${path}`, { method: 'POST', body }).catch(() => undefined)
  return response?.status
}

function cut(server: Server): void {
  server.close()
  server.closeAllConnections()
}

async function askedOf(path: string, method = 'GET'): Promise<string> {
  const response = await fetch(`${url}${path}`, { method })
  expect(response.status).toBe(200)
  return response.text()
}

async function answers(count: number): Promise<string[]> {
  const names: string[] = []
  for (let turn = 0; turn < count; turn++) names.push(await askedOf('/who'))
  return names
}
