import { createServer, type RequestListener, type Server } from 'node:http'
import { eventually } from '@countersign/testing/time/eventually'
import { takesAtMost } from '@countersign/testing/time/takes-at-most'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startCaddy } from './caddy.ts'
import { freePorts } from './ports.ts'
import type { Program } from './process/program.ts'

const names = ['a', 'b'] as const
type Name = (typeof names)[number]

let ready: Record<Name, boolean>
let ports: readonly number[]
const servers = new Map<Name, Server>()
let caddy: Program
let url: string

beforeAll(async () => {
  ports = await freePorts(3)
  ready = { a: true, b: true }
  for (const name of names) await listen(name)
  const [first, second, front = 0] = ports
  const upstreams = [`127.0.0.1:${first}`, `127.0.0.1:${second}`]
  caddy = await startCaddy({ sites: [{ port: front, upstreams, unreadyPaths: ['*/status/*'] }] })
  url = `http://localhost:${front}`
})

afterAll(async () => {
  await caddy.stop()
  for (const name of names) cut(name)
})

beforeEach(async () => {
  ready = { a: true, b: true }
  await eventually('both instances answer', async () => (await namesAt('/status/x')).size === 2)
  await eventually('both instances answer everything', async () => (await namesAt('/who')).size === 2)
})

describe('a path that needs no instance to be ready', () => {
  it('is served by those that are, as long as there is one', async () => {
    ready.b = false
    await eventually('one instance answers', async () => (await namesAt('/status/x')).size === 1)
    expect(await namesAt('/status/x')).toEqual(new Set(['a']))
  })

  it('is served by those that live when none is ready, while everything else is refused', async () => {
    ready = { a: false, b: false }
    await eventually('a write is refused', async () => (await statusOf('POST', '/who')) === 503)
    await eventually('nobody is ready for lists', async () => (await namesAt('/status/x')).size === 2)
    expect(await statusOf('HEAD', '/status/x')).toBe(200)
    expect(await statusOf('GET', '/some/path/status/token/x')).toBe(200)
    // Nobody waits for an instance to become ready, as other readings do.
    await takesAtMost(500, async () => expect(await statusOf('GET', '/status/x')).toBe(200))
    expect(await statusOf('POST', '/status/x')).toBe(503)
    expect(await statusOf('GET', '/who')).toBe(503)
    expect(await statusOf('GET', '/statusx')).toBe(503)
    expect(await statusOf('GET', '/some/path/statusx/y')).toBe(503)
    ready.a = true
    await eventually('the one that is ready answers', async () => (await namesAt('/status/x')).size === 1)
    expect(await namesAt('/status/x')).toEqual(new Set(['a']))
  })

  it('is sent to another instance when one is gone, ready or not', async () => {
    cut('b')
    for (let turn = 0; turn < 10; turn++) expect(await statusOf('GET', '/status/x')).toBe(200)
    ready.a = false
    await eventually('a write is refused', async () => (await statusOf('POST', '/who')) === 503)
    for (let turn = 0; turn < 10; turn++) expect(await statusOf('GET', '/status/x')).toBe(200)
    await listen('b')
  })

  it('carries what an instance says, a refusal too', async () => {
    expect(await statusOf('GET', '/status/away')).toBe(503)
    expect(await (await fetch(`${url}/status/away`)).text()).toBe('not seen')
  })
})

function instance(name: Name): RequestListener {
  return ({ url: path }, response) => {
    if (path === '/livez') return void response.end()
    if (path === '/readyz') return void response.writeHead(ready[name] ? 200 : 503).end()
    if (path === '/status/away') return void response.writeHead(503).end('not seen')
    response.end(name)
  }
}

function listen(name: Name): Promise<void> {
  const server = createServer(instance(name))
  servers.set(name, server)
  return new Promise((resolve) => server.listen(ports[names.indexOf(name)], '127.0.0.1', resolve))
}

function cut(name: Name): void {
  servers.get(name)?.close()
  servers.get(name)?.closeAllConnections()
}

async function statusOf(method: 'GET' | 'HEAD' | 'POST', path: string): Promise<number> {
  return (await fetch(`${url}${path}`, { method })).status
}

/** Who answers, of those that are asked in turn. */
async function namesAt(path: string): Promise<Set<string>> {
  const answered = new Set<string>()
  for (let turn = 0; turn < 6; turn++) {
    const response = await fetch(`${url}${path}`)
    answered.add(response.status === 200 ? await response.text() : String(response.status))
  }
  return answered
}
