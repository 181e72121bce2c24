import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Agent, type RequestOptions, request } from 'node:https'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { openDeployment } from '@countersign/keys/deployment/deployment'
import { memoryShelf } from '@countersign/keys/deployment/identity-store'
import { freePort } from '@countersign/local-servers/ports'
import { ownAddress } from '@countersign/testing/own-address'
import { afterAll, describe, expect, it } from 'vitest'
import { prometheusMetrics } from '../../operation/prometheus.ts'
import { start, testConfig } from '../http-service.testing.ts'
import { madeFile } from '../pages/made-file.ts'
import { pageRoutes } from '../pages/page-routes.ts'
import type { ServiceApp } from '../service-app.ts'

const host = ownAddress()
const identity = await httpsIdentity()

async function httpsIdentity() {
  const now = () => Math.floor(Date.now() / 1000)
  const options = { mode: 'development', shelf: memoryShelf(), warn: () => {}, now } as const
  const deployment = await openDeployment(options)
  if (!deployment.ok) throw new Error(deployment.error.code)
  const made = await deployment.value.httpsIdentity(host)
  if (made?.ok !== true) throw new Error('no identity')
  return made.value
}

const agent = new Agent({ ca: identity.anchor })
const secure = { host, key: identity.key, certificates: identity.certificates }

interface Heard {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

async function get(port: number, path: string, options: RequestOptions = {}): Promise<Heard> {
  const asked = request({ host, port, path, agent, servername: '', ...options }).end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  return { status: answer.statusCode, headers: answer.headers, body: await text(answer) }
}

afterAll(() => agent.destroy())

async function startReached() {
  const baseUrl = `https://${host}:1`
  const index = await madeFile('text/html', '<!doctype html>')
  const routes = (app: ServiceApp) => {
    app.get('/managed', { config: { door: 'management', scope: 'sessions:read' } }, async () => ({
      managed: true,
    }))
    app.get('/metadata', { config: { door: 'wallet', limited: false } }, async (request) => ({
      sender: request.sender,
    }))
    pageRoutes(app, { pages: { files: new Map(), index }, routes: ['/'], baseUrl })
  }
  const config = testConfig({ webPort: await freePort(), baseUrl, features: [] })
  return start(config, { routes, metrics: prometheusMetrics('test'), secure })
}

describe('a service that the network reaches over TLS', () => {
  it('serves what is for everybody, and knows who asks', async () => {
    const { port } = await startReached()
    const heard = await get(port, '/metadata', { headers: { 'x-forwarded-for': '203.0.113.9' } })
    expect(heard.status).toBe(200)
    expect(JSON.parse(heard.body).sender).toMatch(host === '127.0.0.2' ? /^127/ : host)
  })

  it('keeps the management door and the figures shut to the network, and open on loopback', async () => {
    const { ask, port } = await startReached()
    for (const path of ['/managed', '/metrics']) {
      for (const name of [`${host}:1`, 'localhost', '127.0.0.1:7002'])
        expect(await get(port, path, { headers: { host: name } })).toMatchObject({ status: 403 })
      expect((await ask(path)).status).toBe(200)
    }
  })

  it('does not take its name in the network for its own on loopback', async () => {
    const { app } = (await startReached()).service
    for (const url of ['/managed', '/metrics'])
      expect(await app.inject({ url, headers: { host: `${host}:1` } })).toMatchObject({ statusCode: 403 })
  })

  it('promises nobody TLS for all that its host has', async () => {
    const { port } = await startReached()
    const { headers, status } = await get(port, '/')
    expect(status).toBe(200)
    expect(headers['content-security-policy']).toContain("script-src 'self'")
    expect(headers).not.toHaveProperty('strict-transport-security')
  })

  it('is not held up by whoever connects and says nothing, or no TLS', async () => {
    const { port } = await startReached()
    const silent = connect(port, host)
    const plain = connect(port, host, () => plain.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n'))
    await new Promise((resolve) => plain.on('error', resolve).on('close', resolve))
    expect((await get(port, '/metadata')).status).toBe(200)
    silent.destroy()
  })
})

it('a service whose address in the network is taken does not start, and leaves its own port', async () => {
  const first = await start({ webPort: await freePort() }, { secure })
  const second = start({ webPort: first.port, webHost: '::1' }, { secure })
  await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE', address: host })
})
