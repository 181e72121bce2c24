import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { decodeJws } from '@countersign/crypto/jose/jws'
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
  expect(smallest.headers.vary).toBe('accept, accept-encoding')
  for (const { rawPayload } of [zipped, smallest]) expect(rawPayload.length).toBeLessThan(20_000)

  const again = await get({ 'if-none-match': String(plain.headers.etag) })
  expect([again.statusCode, again.body]).toEqual([304, ''])
})

it('metadata go out signed to who takes nothing else, or that sooner, and say the same', async () => {
  const plain = (await get()).json<object>()
  const asked = [
    'application/jwt',
    'application/jwt, application/json;q=0.5',
    'Application/JWT; q=0.9, text/html;q=0.1',
  ]
  for (const accept of asked) {
    const signed = await get({ accept })
    expect(signed.headers['content-type'], accept).toBe('application/jwt')
    expect(signed.headers.vary).toBe('accept, accept-encoding')
    const decoded = decodeJws(signed.body, { maxLength: 1_000_000 })
    if (!decoded.ok) throw new Error(decoded.error.code)
    const { iat, iss, sub, ...document } = decoded.value.payload
    expect(document).toEqual(plain)
    expect([iss, sub, iat]).toEqual(['https://issuer.example', 'https://issuer.example', 1_800_000_000])
    expect(decoded.value.header['typ']).toBe('openidvci-issuer-metadata+jwt')
  }
  for (const accept of ['*/*', 'application/json', 'application/json, application/jwt', 'text/html', ''])
    expect((await get({ accept })).headers['content-type'], accept).toBe('application/json; charset=utf-8')
})

it('metadata of the authorization server have one form', async () => {
  const url = '/.well-known/oauth-authorization-server'
  const answer = await service.app.inject({ url, headers: { accept: 'application/jwt' } })
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
})
