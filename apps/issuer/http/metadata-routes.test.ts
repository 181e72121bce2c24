import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { createHttpService, type HttpService } from '@countersign/service/http/http-service'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { servedConfig } from '../testing/issue-calls.testing.ts'
import { testIssuer } from '../testing/issuer.testing.ts'
import { issuerRoutes } from './routes.ts'

let service: HttpService
beforeAll(async () => {
  const { issuer } = testIssuer()
  service = await createHttpService({
    title: 'Issuer',
    description: '',
    config: servedConfig(issuer, []),
    routes: issuerRoutes(issuer, { display: { name: 'Test', locale: 'en' } }),
    checks: [],
  })
})
afterAll(() => service.close())

const get = (headers: Record<string, string> = {}) =>
  service.app.inject({ url: '/.well-known/openid-credential-issuer', headers })

it('metadata of all types goes out packed to who takes that, as JSON to everybody, and not again to who has it', async () => {
  const plain = await get()
  expect(plain.headers['content-type']).toBe('application/json; charset=utf-8')
  expect(plain.headers['content-encoding']).toBeUndefined()
  const offers = plain.json<{ credential_configurations_supported: object }>()
  expect(Object.keys(offers.credential_configurations_supported).length).toBeGreaterThan(50)

  const zipped = await get({ 'accept-encoding': 'gzip' })
  expect(gunzipSync(zipped.rawPayload)).toEqual(plain.rawPayload)
  const smallest = await get({ 'accept-encoding': 'gzip, br' })
  expect(brotliDecompressSync(smallest.rawPayload)).toEqual(plain.rawPayload)
  expect(smallest.headers.vary).toBe('accept-encoding')
  for (const { rawPayload } of [zipped, smallest]) expect(rawPayload.length).toBeLessThan(20_000)

  const again = await get({ 'if-none-match': String(plain.headers.etag) })
  expect([again.statusCode, again.body]).toEqual([304, ''])
})
