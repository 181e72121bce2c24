import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { FORM_TYPE, form, open, slow, start } from './http-service.testing.ts'
import type { HttpService } from './http-service.ts'
import type { ServiceApp } from './service-app.ts'

describe('limits', () => {
  it('of a body cannot be forgotten: a route that names none stops the start', async () => {
    const routes = (app: ServiceApp) => void app.post('/open', { config: open }, async () => ({}))
    await expect(start({}, { routes })).rejects.toThrow('/open names no bodyLimit')
  })

  it('of senders cannot be forgotten where no credential is asked for', async () => {
    const routes = (app: ServiceApp) => void app.get('/open', { config: { door: 'open' } }, async () => ({}))
    await expect(start({}, { routes })).rejects.toThrow('/open does not say whether it is limited')
  })

  it('of a sender end in 429 with a time to come back, for calls that cost something alone', async () => {
    const { ask } = await start({ senderRequestsPerSecond: 0.1, senderRequestsAtOnce: 3 })
    const statuses: number[] = []
    for (let time = 0; time < 5; time++) statuses.push((await ask('/token', form('grant_type=a'))).status)
    expect(statuses).toEqual([200, 200, 200, 429, 429])
    const refused = await ask('/token', form('grant_type=a'))
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(1)
    expect(refused.headers.get('access-control-allow-origin')).toBe('*')
    expect(await refused.json()).toMatchObject({ error: 'temporarily_unavailable' })
    expect((await ask('/metadata')).status).toBe(200)
    expect((await ask('/things/1')).status).toBe(200)
  })

  it('of a sender are those of the one whom a trusted proxy names', async () => {
    const limits = { senderRequestsPerSecond: 0.1, senderRequestsAtOnce: 1 }
    const askedAs = async (address: string, trustedProxies: readonly string[]) => {
      const { ask } = await start({ ...limits, trustedProxies })
      const askAs = async (sender: string) => {
        const asked = form('grant_type=a')
        return (
          await ask('/token', { ...asked, headers: { 'content-type': FORM_TYPE, 'x-forwarded-for': sender } })
        ).status
      }
      return [await askAs('198.51.100.1'), await askAs(address)]
    }
    expect(await askedAs('198.51.100.2', ['127.0.0.0/8'])).toEqual([200, 200])
    expect(await askedAs('198.51.100.1', ['127.0.0.0/8'])).toEqual([200, 429])
    expect(await askedAs('198.51.100.2', [])).toEqual([200, 429])
  })

  it('of a body are known before any of it is read', async () => {
    const { port } = await start()
    const head = 'POST /things HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n'
    const spoken = speak(port, `${head}content-length: 1001\r\n\r\n`)
    expect(await spoken.first).toMatch(/^HTTP\/1\.1 413 /)
    spoken.socket.destroy()
  })
})

describe('a connection that takes too long', () => {
  const connectionLimits = { headersMs: 200, requestMs: 400, checkMs: 50 }
  const head = 'POST /things HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n'

  it.each([
    ['over its first byte', '', /^HTTP\/1\.1 408 /],
    ['over its headers', head, /^HTTP\/1\.1 408 /],
    ['over its body', `${head}content-length: 20\r\n\r\n{"name":`, /^HTTP\/1\.1 408 /],
    ['over a body that was refused', `${head}content-length: 2000\r\n\r\n{"name":`, /^HTTP\/1\.1 413 /],
  ])('%s is told so and destroyed, however long its peer would hold it', async (_what, sent, answer) => {
    const { port, service } = await start({}, { connectionLimits })
    const spoken = speak(port, sent)
    expect(await spoken.first).toMatch(answer)
    await expect.poll(() => connectionsOf(service), { timeout: 60_000 }).toBe(0)
    expect(await spoken.all).toMatch(/^HTTP[\s\S]*\r\n\r\n\{[^{]*\}$/)
  })

  it('is not one whose request is served slowly', async () => {
    const { ask } = await start({}, { connectionLimits })
    // Longer than both limits: what nothing may come of is waited for.
    slow.mayEnd = new Promise((resolve) => setTimeout(resolve, 700))
    expect((await ask('/slow')).status).toBe(200)
  })
})

/** Never ends its side, as an attacker would not. */
function speak(port: number, text: string) {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => socket.write(text))
  const first = Promise.withResolvers<string>()
  const all = Promise.withResolvers<string>()
  let heard = ''
  socket.on('data', (chunk) => {
    heard += chunk.toString()
    first.resolve(heard)
  })
  socket.on('error', () => {})
  for (const end of ['end', 'close']) socket.on(end, () => all.resolve(heard))
  return { socket, first: first.promise, all: all.promise }
}

function connectionsOf({ app }: HttpService): Promise<number> {
  return new Promise((resolve, reject) => {
    app.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)))
  })
}
