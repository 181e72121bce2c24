import { gunzipSync } from 'node:zlib'
import type { FormatFacts } from '@countersign/credential/contract/format-facts'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { vcJwt } from '@countersign/credential/w3c-vc/format'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { createHttpService, type HttpService } from '@countersign/service/http/http-service'
import { readBitstringCredential } from '@countersign/status-list/bitstring-status-list'
import { readTokenStatusListJwt } from '@countersign/status-list/token-status-list'
import { readTokenStatusListCwt } from '@countersign/status-list/token-status-list-cwt'
import { StoreUnavailable } from '@countersign/stores/ports'
import { afterEach, expect, it } from 'vitest'
import type { Issuer } from '../issuer.ts'
import { newDeployment, onBothDatabases, recordIssuance, watched } from '../testing/durable.testing.ts'
import { servedConfig } from '../testing/issue-calls.testing.ts'
import { testIssuer } from '../testing/issuer.testing.ts'
import { issuerRoutes } from './routes.ts'

const services: HttpService[] = []
afterEach(async () => {
  for (const service of services.splice(0)) await service.close()
})

async function served(issuer: Issuer, managementApiKey?: string) {
  const service = await createHttpService({
    title: 'Issuer',
    description: '',
    config: {
      ...servedConfig(issuer, ['openapi']),
      ...(managementApiKey !== undefined && { managementApiKey }),
    },
    routes: issuerRoutes(issuer, { display: { name: 'Test', locale: 'en' } }),
    checks: [],
  })
  services.push(service)
  const { app } = service
  return {
    get: (url: string, headers: Record<string, string> = {}) => app.inject({ method: 'GET', url, headers }),
    send: (method: 'POST' | 'PUT', url: string, payload: object) => app.inject({ method, url, payload }),
  }
}

async function recorded(issuer: Issuer, format: FormatFacts = sdJwtVc) {
  const facts = { sessionId: `session-${Math.random()}`, configurationId: 'c', format, issuedAt: 1 } as const
  const { credentialId: id = '', statuses } = await recordIssuance(issuer, facts)
  const places = statuses.map((status) => {
    if (status.mechanism !== 'token_status_list' && status.mechanism !== 'bitstring_status_list')
      throw new Error('no place')
    return { uri: status.uri, path: new URL(status.uri).pathname, index: status.index }
  })
  const [first = { uri: '', path: '', index: -1 }] = places
  return { id, sessionId: facts.sessionId, first, places }
}

onBothDatabases('a list over HTTP', (database) => {
  it('is a signed token for everybody, with how long it may be kept', async () => {
    const issuer = newDeployment(database()).instance()
    const { first } = await recorded(issuer)
    const { get } = await served(issuer, 'a-management-key-of-tests')
    const answer = await get(first.path, {
      accept: 'application/statuslist+jwt',
      origin: 'https://a.example',
    })
    expect(answer.statusCode).toBe(200)
    expect(answer.headers).toMatchObject({
      'content-type': 'application/statuslist+jwt',
      'cache-control': 'public, max-age=300',
      'access-control-allow-origin': '*',
      vary: 'Accept, Accept-Encoding',
    })
    expect(answer.headers['content-encoding']).toBeUndefined()
    expect(readTokenStatusListJwt(answer.rawPayload, nodeCrypto)).toMatchObject({
      ok: true,
      value: { uri: first.uri },
    })
    expect((await get(first.path)).body).toBe(answer.body)
  })

  it('is compressed for those who say so, and not sent again to those who have it', async () => {
    const issuer = newDeployment(database()).instance()
    const { first, id } = await recorded(issuer)
    const { get, send } = await served(issuer)
    const plain = await get(first.path)
    const zipped = await get(first.path, { 'accept-encoding': 'br, gzip' })
    expect(zipped.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(zipped.rawPayload)).toEqual(plain.rawPayload)
    const tag = String(plain.headers.etag)
    const kept = await get(first.path, { 'if-none-match': tag })
    expect(kept.statusCode).toBe(304)
    expect(kept.body).toBe('')
    expect(kept.headers).toMatchObject({ etag: tag, 'cache-control': 'public, max-age=300' })
    await send('POST', `/openid4vc/credentials/${id}/status`, { status: 'revoked' })
    expect((await get(first.path, { 'if-none-match': tag })).statusCode).toBe(200)
  })

  it('is a CWT for those who want one, with the same statuses', async () => {
    const issuer = newDeployment(database()).instance()
    const { first } = await recorded(issuer)
    const { get } = await served(issuer)
    const token = readTokenStatusListJwt((await get(first.path)).rawPayload, nodeCrypto)
    const answer = await get(first.path, {
      accept: 'application/statuslist+cwt',
      'accept-encoding': 'gzip',
    })
    expect(answer.headers['content-type']).toBe('application/statuslist+cwt')
    expect(answer.headers['content-encoding']).toBeUndefined()
    const read = readTokenStatusListCwt(new Uint8Array(answer.rawPayload), nodeCrypto)
    expect(read).toMatchObject({ ok: true, value: { uri: first.uri } })
    expect(read.ok && read.value.packed).toEqual(token.ok && token.value.packed)
    expect((await get(first.path)).headers.etag).not.toBe(answer.headers.etag)
  })

  it('comes in two for W3C credentials, each a credential that says one thing', async () => {
    const issuer = newDeployment(database()).instance()
    const { places } = await recorded(issuer, vcJwt)
    const { get } = await served(issuer)
    expect(places).toHaveLength(2)
    for (const { path, uri } of places) {
      const answer = await get(path)
      expect(answer.headers['content-type']).toBe('application/vc+jwt')
      const read = readBitstringCredential(answer.rawPayload, nodeCrypto)
      expect(read).toMatchObject({ ok: true, value: { uri, packed: { purposes: [uri.split('/').at(-1)] } } })
    }
  })

  it('is served in every form while the database is away, and kept by nobody beyond its end', async () => {
    let away = false
    const seen = watched(database(), {
      before: () => {
        if (away) throw new StoreUnavailable('away')
      },
    })
    const deployment = newDeployment(database())
    const ms = { now: 0 }
    const instance = () => deployment.instance({ database: seen, monotonicMs: () => ms.now })
    const issuer = instance()
    const { first } = await recorded(issuer)
    const [here, late] = [await served(issuer), await served(instance())]
    const before = await here.get(first.path)
    away = true
    deployment.clock.now += 86_400 - 100
    ms.now += 86_300_000
    const again = await here.get(first.path, { 'accept-encoding': 'gzip' })
    expect(gunzipSync(again.rawPayload)).toEqual(before.rawPayload)
    expect(again.headers).toMatchObject({ etag: before.headers.etag, 'cache-control': 'public, max-age=100' })
    expect((await here.get(first.path, { accept: 'application/statuslist+cwt' })).statusCode).toBe(200)
    // Neither of them has seen such a list; that there is none can only be said of one that was seen.
    for (const answer of [await late.get(first.path), await here.get(`/status/token/${'A'.repeat(22)}`)]) {
      expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '1'])
    }
    deployment.clock.now += 100
    expect((await here.get(first.path)).statusCode).toBe(503)
  })

  it('is not told as it was at another time, nor in another form, nor where there is none', async () => {
    const issuer = newDeployment(database()).instance()
    const { first } = await recorded(issuer)
    const { get } = await served(issuer)
    expect((await get(`${first.path}?time=1700000000`)).statusCode).toBe(501)
    expect((await get(first.path, { accept: 'application/json' })).statusCode).toBe(406)
    expect((await get(`/status/token/${'A'.repeat(22)}`)).statusCode).toBe(404)
    expect((await get(`/status/token/${'A'.repeat(23)}`)).statusCode).toBe(400)
    expect((await get(first.path.replace('token', 'bitstring'))).statusCode).toBe(404)
    expect((await get(`${first.path.replace('token', 'bitstring')}/revocation`)).statusCode).toBe(404)
    expect((await get(`${first.path.replace('token', 'bitstring')}/refresh`)).statusCode).toBe(400)
  })
})

onBothDatabases('the management of a credential', (database) => {
  it.each(['POST', 'PUT'] as const)('revokes, suspends and reinstates with %s', async (method) => {
    const issuer = newDeployment(database()).instance()
    const { id, first, sessionId } = await recorded(issuer)
    const { get, send } = await served(issuer)
    const to = (status: string) => send(method, `/openid4vc/credentials/${id}/status`, { status })
    for (const status of ['suspended', 'valid', 'revoked', 'revoked']) {
      const answer = await to(status)
      expect(answer.statusCode).toBe(200)
      expect(answer.json()).toMatchObject({
        id,
        status,
        statusLists: [{ uri: first.uri, index: first.index }],
      })
    }
    const final = await to('valid')
    expect(final.statusCode).toBe(409)
    expect(final.json()).toMatchObject({ exception: true, code: '409' })
    expect((await get(`/openid4vc/credentials/${id}`)).json()).toMatchObject({ sessionId, status: 'revoked' })
    expect((await get(`/openid4vc/credentials?sessionId=${sessionId}`)).json()).toMatchObject([{ id }])
  })

  it('finds it by its place in a list', async () => {
    const issuer = newDeployment(database()).instance()
    const { id, first } = await recorded(issuer)
    const { get, send } = await served(issuer)
    const place = { statusListUri: first.uri, statusListIndex: first.index }
    const query = new URLSearchParams({ statusListUri: first.uri, statusListIndex: String(first.index) })
    expect((await get(`/openid4vc/credentials?${query.toString()}`)).json()).toMatchObject([{ id }])
    const changed = await send('PUT', '/openid4vc/credentials/status', { ...place, status: 'suspended' })
    expect(changed.json()).toMatchObject({ id, status: 'suspended' })
    const other = { ...place, statusListIndex: (first.index + 1) % 131_072, status: 'revoked' }
    expect((await send('POST', '/openid4vc/credentials/status', other)).statusCode).toBe(404)
  })

  it('refuses what it does not understand', async () => {
    const issuer = newDeployment(database()).instance()
    const { id } = await recorded(issuer)
    const { get, send } = await served(issuer)
    const bad = await send('POST', `/openid4vc/credentials/${id}/status`, { status: 'deleted' })
    expect(bad.statusCode).toBe(400)
    expect((await send('POST', '/openid4vc/credentials/nobody/status', { status: 'valid' })).statusCode).toBe(
      404,
    )
    for (const query of [
      '',
      '?sessionId=',
      '?statusListUri=x',
      '?sessionId=a&statusListUri=b&statusListIndex=1',
    ])
      expect((await get(`/openid4vc/credentials${query}`)).statusCode).toBe(400)
    expect((await get('/openid4vc/credentials/nobody')).statusCode).toBe(404)
  })

  it('needs the management credential where there is one', async () => {
    const issuer = newDeployment(database()).instance()
    const { id } = await recorded(issuer)
    const { get, send } = await served(issuer, 'a-management-key-of-tests')
    expect((await get(`/openid4vc/credentials/${id}`)).statusCode).toBe(401)
    const change = await send('POST', `/openid4vc/credentials/${id}/status`, { status: 'revoked' })
    expect(change.statusCode).toBe(401)
  })
})

it('an issuer without a database says that it keeps no log, and has no lists', async () => {
  const { get } = await served(testIssuer().issuer)
  const answer = await get('/openid4vc/credentials/any')
  expect(answer.statusCode).toBe(404)
  expect(answer.json()).toMatchObject({ message: expect.stringContaining('database') })
  expect((await get(`/status/token/${'A'.repeat(22)}`)).statusCode).toBe(404)
})
