import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { prometheusMetrics } from '../../operation/prometheus.ts'
import { builtService, testConfig } from '../http-service.testing.ts'
import type { HttpServiceOptions } from '../http-service.ts'

const ID = 'a-secret-id-0123456789'

async function start(config: Partial<HttpServiceOptions['config']> = {}, managed = false) {
  const service = await builtService({
    config: testConfig(config),
    routes: (app) => {
      const door = managed ? ('management' as const) : ('wallet' as const)
      app.get('/things/:id', { config: { door, scope: 'sessions:read', limited: false } }, async () => ({}))
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

  it('tells of sources of trust what is so at that moment, by their place and never by their name', async () => {
    const metrics = prometheusMetrics('test')
    let ageSeconds = 10
    metrics.trustSources(() => [
      { source: '2', kind: 'vicalFile', entries: 13, unusableEntries: 4, failed: false, ageSeconds },
      { source: '3', kind: 'listUrl', entries: 0, unusableEntries: 0, failed: true, nextUpdateInSeconds: -5 },
    ])
    metrics.trustLook('vicalFile', 'renewed')
    const figure = async (name: string, source: string) =>
      new RegExp(`^countersign_trust_source_${name}\\{source="${source}",.*\\} (\\S+)$`, 'm').exec(
        await metrics.text(),
      )?.[1]
    expect(await figure('entries', '2')).toBe('13')
    expect(await figure('unusable_entries', '2')).toBe('4')
    expect(await figure('failed', '2')).toBe('0')
    expect(await figure('failed', '3')).toBe('1')
    expect(await figure('next_update_seconds', '3')).toBe('-5')
    expect(await figure('next_update_seconds', '2')).toBeUndefined()
    expect(await figure('age_seconds', '2')).toBe('10')
    ageSeconds = 70
    expect(await figure('age_seconds', '2')).toBe('70')
    expect(await metrics.text()).toMatch(/looks_total\{kind="vicalFile",outcome="renewed",service="test"\} 1/)
  })

  it('wants the management credential where there is one', async () => {
    const ask = await start({ managementApiKey: 'k'.repeat(16), webHost: '0.0.0.0', mode: 'production' })
    expect((await ask('/metrics')).statusCode).toBe(401)
    expect((await ask('/metrics', { 'x-api-key': 'k'.repeat(16) })).statusCode).toBe(200)
  })

  it('are for a credential that is for operation', async () => {
    const keyed = (scope: 'operation:read' | 'sessions:read') => {
      const key = `key for ${scope}`
      return { name: scope, sha256: createHash('sha256').update(key).digest('hex'), scopes: [scope] }
    }
    const managementApiKeys = [keyed('operation:read'), keyed('sessions:read')]
    const ask = await start({ managementApiKey: 'k'.repeat(16), managementApiKeys })
    expect((await ask('/metrics', { 'x-api-key': 'key for operation:read' })).statusCode).toBe(200)
    expect((await ask('/metrics', { 'x-api-key': 'key for sessions:read' })).statusCode).toBe(403)
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
