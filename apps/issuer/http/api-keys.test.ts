/** API keys over HTTP: what each opens, on whatever instance, until when, and what of it is kept. */
import { createHttpService, type HttpService } from '@countersign/service/http/http-service'
import { StoreUnavailable } from '@countersign/stores/ports'
import { afterEach, expect, it } from 'vitest'
import { issuerService } from '../build.ts'
import type { Issuer } from '../issuer.ts'
import { newDeployment, onBothDatabases, onSqlite, watched } from '../testing/durable.testing.ts'
import { servedConfig } from '../testing/issue-calls.testing.ts'
import { claims, configurationId, testIssuer } from '../testing/issuer.testing.ts'

const services: HttpService[] = []
afterEach(async () => {
  for (const service of services.splice(0)) await service.close()
})

const ROOT = 'root-key-of-the-operator'
const ISSUE = '/openid4vc/sdjwt/issue'
const order = { credentialConfigurationId: configurationId, credentialData: claims }

interface Created {
  readonly id: string
  readonly key: string
  readonly [member: string]: unknown
}

/** An instance with a clock of its own for what it remembers. */
async function served(issuer: Issuer, managementApiKey: string | undefined = ROOT) {
  const clock = { ms: 0 }
  const service = await createHttpService({
    ...issuerService(issuer, { displayName: 'Test' }),
    config: { ...servedConfig(issuer), ...(managementApiKey !== '' && { managementApiKey }) },
    monotonicMs: () => clock.ms,
    checks: [],
  })
  services.push(service)
  const call = (
    method: 'GET' | 'POST' | 'DELETE',
    url: string,
    { body, credential = ROOT, headers = {} }: { body?: object; credential?: string; headers?: object } = {},
  ) =>
    service.app.inject({
      method,
      url,
      headers: { 'x-api-key': credential, ...headers },
      ...(body && { payload: body }),
    })
  const made = async (body: object, credential = ROOT) => {
    const answer = await call('POST', '/api-keys', { body, credential })
    expect(answer.statusCode, answer.body).toBe(201)
    return answer.json<Created>()
  }
  const status = async (method: 'GET' | 'POST', url: string, credential: string, body?: object) =>
    (await call(method, url, { credential, ...(body && { body }) })).statusCode
  return { call, clock, made, status }
}

onBothDatabases('an API key', (database) => {
  it('opens what its scopes name, at every instance, and nothing else', async () => {
    const deployment = newDeployment(database())
    const [one, other] = [await served(deployment.instance()), await served(deployment.instance())]
    const { id, key, ...facts } = await one.made({
      name: 'registry',
      scopes: ['sessions:read', 'offers:write'],
    })
    expect(key).toMatch(new RegExp(`^csk_${id}_[A-Za-z0-9_-]{43}$`))
    expect(facts).toEqual({
      name: 'registry',
      scopes: ['offers:write', 'sessions:read'],
      createdAt: deployment.clock.now,
      createdBy: 'managementApiKey',
    })
    for (const { status } of [one, other]) {
      expect(await status('POST', ISSUE, key, order)).toBe(200)
      expect(await status('GET', '/openid4vc/sessions', key)).toBe(200)
      expect(await status('GET', '/openid4vc/credentials/log', key)).toBe(403)
      expect(await status('GET', '/api-keys', key)).toBe(403)
    }
  })

  it('is shown once: the database has nothing that opens anything', async () => {
    const deployment = newDeployment(database())
    const { call, made, status } = await served({
      ...deployment.instance(),
      limits: { ...deployment.issuer.limits, auditSeconds: 86_400 },
    })
    const { id, key } = await made({ name: 'once', scopes: ['keys:manage', 'profiles:read'] })
    await status('GET', '/openid4vc/profiles', key)
    const secret = key.split('_').slice(2).join('_')
    const tables = ['api_keys', 'idempotent_calls', 'management_calls'] as const
    const rows = await Promise.all(
      tables.map((table) => database().db.selectFrom(table).selectAll().execute()),
    )
    expect(JSON.stringify(rows)).toContain(id)
    expect(JSON.stringify(rows)).not.toContain(secret)
    const list = await call('GET', '/api-keys')
    expect(list.body).toContain(id)
    expect(list.body).not.toContain(secret)
    expect(list.headers['cache-control']).toBe('no-store')
  })

  it('is deleted everywhere within five seconds', async () => {
    const deployment = newDeployment(database())
    const [one, other] = [await served(deployment.instance()), await served(deployment.instance())]
    const { id, key } = await one.made({ name: 'lost', scopes: ['sessions:read'] })
    const use = ({ status }: typeof one) => status('GET', '/openid4vc/sessions', key)
    expect(await Promise.all([one, other].map(use))).toEqual([200, 200])
    expect((await one.call('DELETE', `/api-keys/${id}`)).statusCode).toBe(204)
    for (const { clock } of [one, other]) clock.ms += 5000
    expect(await Promise.all([one, other].map(use))).toEqual([401, 401])
    expect((await one.call('DELETE', `/api-keys/${id}`)).statusCode).toBe(404)
  })

  it('ends at its moment', async () => {
    const deployment = newDeployment(database())
    const { clock, made, status } = await served(deployment.instance())
    const { expiresAt, key } = await made({
      name: 'short',
      scopes: ['sessions:read'],
      expiresInSeconds: 60,
    })
    expect(expiresAt).toBe(deployment.clock.now + 60)
    const pass = (seconds: number) => {
      deployment.clock.now += seconds
      clock.ms += seconds * 1000
    }
    pass(58)
    expect(await status('GET', '/openid4vc/sessions', key)).toBe(200)
    pass(1.5)
    expect(await status('GET', '/openid4vc/sessions', key)).toBe(200)
    pass(0.5)
    expect(await status('GET', '/openid4vc/sessions', key)).toBe(401)
  })

  it('says to the hour when it was used last', async () => {
    const deployment = newDeployment(database())
    deployment.clock.now = 1_800_001_234
    const { call, clock, made, status } = await served(deployment.instance())
    const { id, key } = await made({ name: 'seen', scopes: ['sessions:read'] })
    const lastUsed = async () =>
      (await call('GET', '/api-keys'))
        .json<{ keys: { id: string; lastUsedAt?: number }[] }>()
        .keys.find((one) => one.id === id)?.lastUsedAt
    expect(await lastUsed()).toBeUndefined()
    await status('GET', '/openid4vc/sessions', key)
    await expect.poll(lastUsed).toBe(1_800_000_000)
    deployment.clock.now += 3600
    clock.ms += 3_600_000
    await status('GET', '/openid4vc/sessions', key)
    await expect.poll(lastUsed).toBe(1_800_003_600)
  })

  it('is nobody else’s work: whoever writes to the table makes no key and widens none', async () => {
    const deployment = newDeployment(database())
    const { clock, made, status } = await served(deployment.instance())
    const mine = await made({ name: 'mine', scopes: ['sessions:read'], expiresInSeconds: 60 })
    const theirs = await made({ name: 'theirs', scopes: ['sessions:read'] })
    const { db } = database()
    const row = await db
      .selectFrom('api_keys')
      .selectAll()
      .where('id', '=', mine.id)
      .executeTakeFirstOrThrow()
    const uses = async () => {
      clock.ms += 5000
      return status('GET', '/openid4vc/sessions', mine.key)
    }
    const changed = (change: object) =>
      db.updateTable('api_keys').set(change).where('id', '=', mine.id).execute()
    expect(await uses()).toBe(200)
    const other = await db
      .selectFrom('api_keys')
      .select('hash')
      .where('id', '=', theirs.id)
      .executeTakeFirstOrThrow()
    for (const change of [{ scopes: '["keys:manage","sessions:read"]' }, { expires_at: null }, other]) {
      await changed(change)
      expect(await uses(), JSON.stringify(change)).toBe(401)
      await changed(row)
      expect(await uses()).toBe(200)
    }
  })
})

onSqlite('API keys', (database) => {
  it('are told apart by nothing: an unknown id, a wrong secret, a wrong form', async () => {
    const deployment = newDeployment(database())
    const { call, made } = await served(deployment.instance())
    const { key } = await made({ name: 'a', scopes: ['sessions:read'] })
    const end = key.endsWith('A') ? 'B' : 'A'
    const wrong = [
      `${key.slice(0, -1)}${end}`,
      `csk_${'0'.repeat(20)}_${key.slice(25)}`,
      `${key}A`,
      key.slice(0, -1),
      'csk_',
      `csk_${"' or 1=1 --".padEnd(20)}_${'A'.repeat(43)}`,
    ]
    const answers = await Promise.all(
      wrong.map((credential) => call('GET', '/openid4vc/sessions', { credential })),
    )
    const told = answers.map(({ headers, json, statusCode }) => {
      const { correlationId: _, ...body } = json<Record<string, unknown>>()
      return JSON.stringify([statusCode, body, headers['www-authenticate']])
    })
    expect(new Set(told).size).toBe(1)
    expect(told[0]).toMatch(/^\[401,/)
  })

  it('give no more than whoever makes them has', async () => {
    const deployment = newDeployment(database())
    const { call, made } = await served(deployment.instance())
    const manager = await made({ name: 'manager', scopes: ['keys:manage', 'profiles:read'] })
    const beyond = await call('POST', '/api-keys', {
      credential: manager.key,
      body: { name: 'more', scopes: ['profiles:read', 'offers:write', 'audit:read'] },
    })
    expect(beyond.statusCode).toBe(403)
    expect(beyond.json()).toMatchObject({
      error: 'insufficient_scope',
      message: 'scopes: your own credential does not have offers:write, audit:read',
    })
    const child = await made({ name: 'child', scopes: ['profiles:read'] }, manager.key)
    expect(child['createdBy']).toBe(`manager (csk_${manager.id})`)
    const { key } = await made({ name: 'no manager', scopes: ['offers:write'] })
    const refused = await call('POST', '/api-keys', {
      credential: key,
      body: { name: 'x', scopes: ['offers:write'] },
    })
    expect(refused.statusCode).toBe(403)
  })

  it.each([
    [{ name: 'a', scopes: [] }, 'body/scopes'],
    [{ name: 'a', scopes: ['everything'] }, 'body/scopes/0'],
    [{ name: '', scopes: ['audit:read'] }, 'body/name'],
    [{ name: 'a', scopes: ['audit:read'], expiresInSeconds: 0 }, 'body/expiresInSeconds'],
    [{ name: 'a', scopes: ['audit:read'], key: 'csk_mine' }, 'key is not known here'],
  ])('are not made of %j', async (body, told) => {
    const { call } = await served(newDeployment(database()).instance())
    const answer = await call('POST', '/api-keys', { body })
    expect(answer.statusCode).toBe(400)
    expect(answer.json<{ message: string }>().message).toContain(told)
  })

  it('have names in the log of calls, and calls of their own under a name of their own', async () => {
    const deployment = newDeployment(database())
    const issuer = deployment.instance()
    const { call, made } = await served({
      ...issuer,
      limits: { ...issuer.limits, auditSeconds: 86_400 },
    })
    const scopes = ['offers:write']
    const [a, b] = [await made({ name: 'a', scopes }), await made({ name: 'b', scopes })]
    const offer = async (credential: string) =>
      (await call('POST', ISSUE, { credential, body: order, headers: { 'idempotency-key': 'same' } })).body
    const [first, again, others] = [await offer(a.key), await offer(a.key), await offer(b.key)]
    expect(again).toBe(first)
    expect(others).not.toBe(first)
    const { calls } = (await call('GET', '/audit')).json<{
      calls: { route: string; callerName?: string; caller?: string }[]
    }>()
    const named = calls.filter(({ route }) => route === ISSUE).map(({ callerName }) => callerName)
    expect(new Set(named)).toEqual(new Set([a, b].map(({ id, name }) => `${String(name)} (csk_${id})`)))
    expect(new Set(calls.map(({ caller }) => caller)).size).toBe(3)
  })

  it('are not known while the database is away, and the key of the configuration opens still', async () => {
    const deployment = newDeployment(database())
    let away = false
    const seen = watched(database(), {
      before: () => {
        if (away) throw new StoreUnavailable('the database is away')
      },
    })
    const { clock, made, status } = await served(deployment.instance({ database: seen }))
    const { key } = await made({ name: 'a', scopes: ['sessions:read'] })
    expect(await status('GET', '/openid4vc/sessions', key)).toBe(200)
    away = true
    expect(await status('GET', '/openid4vc/sessions', key)).toBe(200)
    clock.ms += 5000
    expect(await status('GET', '/openid4vc/sessions', key)).toBe(503)
    expect(await status('GET', '/openid4vc/sessions', ROOT)).toBe(200)
    away = false
    expect(await status('GET', '/openid4vc/sessions', key)).toBe(200)
  })

  it('of another deployment secret open nothing', async () => {
    const { made } = await served(newDeployment(database()).instance())
    const { key } = await made({ name: 'a', scopes: ['sessions:read'] })
    // The same database, another secret; `testIssuer` has one each time.
    const { status } = await served(newDeployment(database()).instance())
    expect(await status('GET', '/openid4vc/sessions', key)).toBe(401)
  })
})

it('without a database there are none', async () => {
  const { call } = await served(testIssuer().issuer)
  for (const answer of [
    await call('GET', '/api-keys'),
    await call('POST', '/api-keys', { body: { name: 'a', scopes: ['audit:read'] } }),
    await call('DELETE', '/api-keys/5f0c8f5e3b4f0e9d1c0d'),
  ]) {
    expect(answer.statusCode).toBe(404)
    expect(answer.json<{ message: string }>().message).toContain('no database that all instances share')
  }
})
