import { describe, expect, it } from 'vitest'
import { prometheusMetrics } from '../operation/prometheus.ts'
import { builtService, testConfig } from './http-service.testing.ts'
import type { HttpServiceOptions } from './http-service.ts'

const ID = 'a-secret-id-0123456789'

async function start(config: Partial<HttpServiceOptions['config']> = {}, managed = false) {
  const service = await builtService({
    config: testConfig(config),
    routes: (app) => {
      const door = managed ? ('management' as const) : ('wallet' as const)
      app.get('/things/:id', { config: { door, limited: false } }, async () => ({}))
    },
    metrics: prometheusMetrics('test'),
  })
  return (url: string, headers: Record<string, string> = {}) =>
    service.app.inject({ url, headers: { host: 'localhost', ...headers } })
}

describe('/metrics', () => {
  it('counts requests by pattern, never by address', async () => {
    const ask = await start()
    await ask(`/things/${ID}`)
    await ask(`/nothing/${ID}`)
    const { body, headers } = await ask('/metrics')
    expect(headers['content-type']).toMatch(/^text\/plain/)
    const count = (labels: string) =>
      new RegExp(`countersign_http_request_duration_seconds_count\\{.*${labels}.*\\} 1$`, 'm')
    expect(body).toMatch(count('method="GET",route="/things/:id",status="200"'))
    expect(body).toMatch(count('method="GET",route="unknown",status="404"'))
    expect(body).not.toContain(ID)
  })

  it('has the process in it', async () => {
    const { body } = await (await start())('/metrics')
    expect(body).toContain('nodejs_eventloop_lag_p99_seconds')
    expect(body).toContain('process_resident_memory_bytes')
  })

  it('wants the management credential where there is one', async () => {
    const ask = await start({ managementApiKey: 'k'.repeat(16), webHost: '0.0.0.0', mode: 'production' })
    expect((await ask('/metrics')).statusCode).toBe(401)
    expect((await ask('/metrics', { 'x-api-key': 'k'.repeat(16) })).statusCode).toBe(200)
  })

  it.each([
    ['production', '127.0.0.1'],
    ['development', '0.0.0.0'],
  ] as const)('shows nothing without one in %s on %s', async (mode, webHost) => {
    expect((await (await start({ mode, webHost }))('/metrics')).statusCode).toBe(403)
  })

  it('is not for pages of other sites', async () => {
    const ask = await start()
    expect((await ask('/metrics', { host: 'rebound.example' })).statusCode).toBe(403)
  })
})
