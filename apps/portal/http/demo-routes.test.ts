import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { demoControl } from '../demo-control.ts'
import { onSqlite, type TestPortal } from '../testing/portal.testing.ts'

const instances = [{ name: 'verifier1', service: 'verifier', state: 'stopping' }] as const

let folder: string
let socketPath: string
let server: Server | undefined
const lines: string[] = []
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-demo-'))
  socketPath = join(folder, 'control')
})
afterAll(() => rm(folder, { recursive: true }))
afterEach(async () => {
  lines.length = 0
  await new Promise((resolve) => (server === undefined ? resolve(0) : server.close(resolve)))
  server = undefined
})

/** A cluster that answers every line so. */
async function answering(text: string): Promise<void> {
  server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (line) => {
      lines.push(line.toString())
      socket.end(text)
    })
  })
  await new Promise<void>((resolve) => server?.listen(socketPath, resolve))
}

onSqlite('a portal of a demonstration', (store) => {
  let portal: TestPortal
  beforeAll(async () => {
    portal = await store().portal({ login: false, demo: demoControl(socketPath) })
  })

  const read = () => fetch(`${portal.url}/api/demo/instances`)
  const change = (body: unknown, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
    fetch(`${portal.url}/api/demo/instances`, {
      method: 'POST',
      headers,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })

  it('asks the cluster for its instances, and to stop and start one', async () => {
    await answering(`${JSON.stringify({ instances })}\n`)
    expect(await (await read()).json()).toEqual({ instances })
    const stopped = await change({ action: 'stop', instance: 'verifier1' })
    expect([stopped.status, await stopped.json()]).toEqual([200, { instances }])
    await change({ action: 'start', instance: 'web-wallet2' })
    expect(lines).toEqual(['list\n', 'stop verifier1\n', 'start web-wallet2\n'])
  })

  it.each([
    [404, 'unknown', 'There is no instance verifier1'],
    [409, 'last_of_its_kind', 'verifier1 is the last of its kind'],
    [409, 'not_running', 'verifier1 does not run'],
    [409, 'not_stopped', 'verifier1 runs already'],
  ])('tells with %i that it is %s', async (status, refused, message) => {
    await answering(`${JSON.stringify({ refused })}\n`)
    const answer = await change({ action: 'stop', instance: 'verifier1' })
    expect([answer.status, await answer.json()]).toEqual([
      status,
      expect.objectContaining({ error: refused, message: expect.stringContaining(message) }),
    ])
  })

  it.each([
    '',
    'no JSON\n',
    '{"refused":"by somebody"}\n',
    '{"instances":[{"name":1}]}\n',
    'x'.repeat(70_000),
  ])('tells of a cluster that does not answer: %#', async (text) => {
    await answering(text)
    const answer = await change({ action: 'stop', instance: 'verifier1' })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2'])
  })

  it('tells of a cluster that is gone', async () => {
    expect((await read()).status).toBe(503)
  })

  it.each([
    { action: 'kill', instance: 'verifier1' },
    { action: 'stop', instance: 'verifier1\nstop verifier2' },
    { action: 'stop', instance: 'verifier1 ' },
    { action: 'stop', instance: 'verifier10' },
    { action: 'stop', instance: '../verifier1' },
    { action: 'stop', instance: 'Verifier1' },
    { action: 'stop', instance: '' },
    { action: 'stop', instance: ['verifier1'] },
    { action: 'stop', instance: 'verifier1', signal: 'SIGKILL' },
    { action: 'stop' },
    {},
  ])('sends nothing on for %j', async (body) => {
    await answering(`${JSON.stringify({ instances })}\n`)
    expect((await change(body)).status).toBe(400)
    expect(lines).toEqual([])
  })

  it('tells no other origin that it may ask', async () => {
    const headers = { origin: 'http://localhost:3000', 'access-control-request-method': 'POST' }
    const answer = await fetch(`${portal.url}/api/demo/instances`, { method: 'OPTIONS', headers })
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  })

  it('takes no plain form, which a page of another site could send', async () => {
    await answering(`${JSON.stringify({ instances })}\n`)
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const answer = await change('{"action":"stop","instance":"verifier1"}', { 'content-type': type })
      expect(answer.status).toBe(415)
    }
    expect(lines).toEqual([])
  })
})

onSqlite('a portal that is none', (store) => {
  it('has no such calls, and says nothing of them', async () => {
    const portal = await store().portal({ login: false })
    const body = JSON.stringify({ action: 'stop', instance: 'verifier1' })
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${portal.url}/api/demo/instances`, { method: 'POST', headers, body })
    expect([404, 405]).toContain(answer.status)
    expect(await (await fetch(`${portal.url}/api/session`)).json()).not.toHaveProperty('demo')
  })
})
