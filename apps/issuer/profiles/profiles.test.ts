/** Profiles over HTTP: how they are written and changed, and that an offer by one needs nothing but claims. */
import type { JsonObject } from '@countersign/core/json'
import { ok, refuse } from '@countersign/core/result'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import { createHttpService, type HttpService } from '@countersign/service/http/http-service'
import { newKey } from '@countersign/testing/people/keys'
import { afterEach, describe, expect, it } from 'vitest'
import { issuerService } from '../build.ts'
import type { Issuer, KnownProfile } from '../issuer.ts'
import { newDeployment, onBothDatabases, onSqlite } from '../testing/durable.testing.ts'
import { payloadOf, servedConfig, withEverything } from '../testing/issue-calls.testing.ts'
import {
  claims,
  configurationId,
  credentialFor,
  proofOfKey,
  type TestIssuer,
  testIssuer,
  tokenFor,
} from '../testing/issuer.testing.ts'
import { profileMistakes } from './check-profile.ts'

const services: HttpService[] = []
afterEach(async () => {
  for (const service of services.splice(0)) await service.close()
})

const at = '/openid4vc/profiles'
const members = { credentialConfigurationId: configurationId }

type Method = 'GET' | 'PUT' | 'POST' | 'DELETE'

async function served(issuer: Issuer) {
  const service = await createHttpService({
    ...issuerService(issuer, { displayName: 'Test' }),
    config: servedConfig(issuer),
    checks: [],
  })
  services.push(service)
  return async (method: Method, url: string, body?: object, headers: Record<string, string> = {}) => {
    const answer = await service.app.inject({ method, url, headers, ...(body && { payload: body }) })
    const { body: text, headers: told, statusCode: status } = answer
    const json = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {}
    return { status, text, json, etag: told['etag'], message: String(json['message']) }
  }
}

/** With keys of the configuration: `register`, which is a DID of its own, and none other. */
function withNamedKey(test: TestIssuer) {
  const signer = softwareSigner(generateSoftwareKey('ES256'))
  const issuer: Issuer = {
    ...test.issuer,
    issuerNames: new Map([['register', 'did:web:register.example']]),
    openCallerKey: {
      ...test.issuer.openCallerKey,
      signer: async (key) =>
        key['name'] === 'register' ? ok(signer) : refuse({ code: 'issuer_key_unknown' }),
    },
  }
  return { test: { ...test, issuer }, signer }
}

/** What the wallet gets for the offer. */
async function received(test: TestIssuer, offerUrl: string): Promise<JsonObject> {
  const id =
    new URL(new URL(offerUrl).searchParams.get('credential_offer_uri') ?? '').searchParams.get('id') ?? ''
  const { offerOf } = await import('../offer/create-offer.ts')
  const session = await test.issuer.sessions.get(id)
  if (session === undefined) throw new Error('there is no such session')
  const offer = (await offerOf(test.issuer, session.value)) as {
    grants: Record<string, { 'pre-authorized_code': string }>
  }
  const token = await tokenFor(test, Object.values(offer.grants)[0]?.['pre-authorized_code'] ?? '')
  const credential = await credentialFor(test, token, await proofOfKey(test, newKey()))
  const disclosed = credential
    .split('~')
    .slice(1, -1)
    .map((text) => JSON.parse(Buffer.from(text, 'base64url').toString()) as string[])
  return {
    ...payloadOf(credential),
    ...Object.fromEntries(disclosed.map(([, name, value]) => [name, value])),
  }
}

onBothDatabases('a profile', (database) => {
  it('is written, read, changed and deleted, and its version never comes twice', async () => {
    const deployment = newDeployment(database())
    const [a, b] = [await served(deployment.instance()), await served(deployment.instance())]
    const url = `${at}/one`
    expect(await a('GET', url)).toMatchObject({ status: 404 })
    expect(await a('PUT', url, members)).toMatchObject({
      status: 201,
      etag: '"1"',
      json: { name: 'one', version: 1, origin: 'api', changedAt: deployment.clock.now },
    })
    expect(await b('PUT', url, members)).toMatchObject({ status: 200, etag: '"1"' })
    expect(await b('PUT', url, { ...members, validityDays: 30 })).toMatchObject({ status: 200, etag: '"2"' })
    expect(await a('GET', url)).toMatchObject({
      status: 200,
      etag: '"2"',
      json: { profile: { ...members, validityDays: 30, claims: { source: 'given' } } },
    })
    expect((await a('GET', at)).json).toEqual({
      profiles: [{ name: 'one', version: 2, origin: 'api', credentialConfigurationId: configurationId }],
    })
    expect(await b('DELETE', url)).toMatchObject({ status: 204 })
    expect(await a('GET', url)).toMatchObject({ status: 404 })
    expect(await a('DELETE', url)).toMatchObject({ status: 404 })
    expect((await a('GET', at)).json).toEqual({ profiles: [] })
    expect(await a('PUT', url, members)).toMatchObject({ status: 201, etag: '"4"' })
    await a('DELETE', url)
  })

  it('is changed by one of many who read the same version, on whichever instance', async () => {
    const deployment = newDeployment(database())
    const instances = [await served(deployment.instance()), await served(deployment.instance())]
    const put = async (number: number, headers = {}) =>
      instances[number % 2]?.('PUT', `${at}/raced`, { ...members, validityDays: number + 1 }, headers)
    const created = await Promise.all(
      Array.from({ length: 10 }, (_, number) => put(number, { 'if-none-match': '*' })),
    )
    expect(created.map((one) => one?.status ?? 0).toSorted((a, b) => a - b)).toEqual([
      201,
      ...Array.from({ length: 9 }, () => 412),
    ])
    const changed = await Promise.all(
      Array.from({ length: 10 }, (_, number) => put(number + 20, { 'if-match': '"1"' })),
    )
    expect(changed.map((one) => one?.status ?? 0).toSorted((a, b) => a - b)).toEqual([
      200,
      ...Array.from({ length: 9 }, () => 412),
    ])
    const all = await Promise.all(Array.from({ length: 5 }, (_, number) => put(number + 40)))
    expect(new Set(all.map((one) => one?.etag))).toEqual(new Set(['"3"', '"4"', '"5"', '"6"', '"7"']))
  })

  it.each<[string, Record<string, string>, number]>([
    ['If-Match of another version', { 'if-match': '"7"' }, 412],
    ['If-Match of its version', { 'if-match': '"1"' }, 200],
    ['any If-Match', { 'if-match': '*' }, 200],
    ['If-None-Match', { 'if-none-match': '*' }, 412],
    ['an If-Match that is none', { 'if-match': '1' }, 400],
  ])('heeds %s', async (_what, headers, status) => {
    const call = await served(newDeployment(database()).instance())
    const name = `${at}/heeds-${status}-${Object.values(headers).join('').replace(/\W/g, 'x')}`
    await call('PUT', name, members)
    expect(await call('PUT', name, { ...members, status: false }, headers)).toMatchObject({ status })
    expect(await call('PUT', `${name}.none`, members, { 'if-match': '*' })).toMatchObject({ status: 404 })
  })
})

onSqlite('a profile that was sealed under another secret', (database) => {
  it('is lost, and may be written again under its next version', async () => {
    const name = `${at}/lost`
    await (await served(newDeployment(database()).instance()))('PUT', name, members)
    const call = await served(newDeployment(database()).instance())
    expect(await call('GET', name)).toMatchObject({ status: 404 })
    expect((await call('GET', at)).json).toEqual({ profiles: [] })
    expect(await call('PUT', name, members)).toMatchObject({ status: 201, etag: '"2"' })
  })
})

onSqlite('what a profile says', (database) => {
  it('is sealed where it is kept, and its secret is shown to nobody', async () => {
    const deployment = newDeployment(database())
    const claimsWebhooks = { judge: () => undefined, ask: async () => ({ outcome: 'denied' }) as const }
    const call = await served({ ...deployment.instance(), claimsWebhooks })
    const header = { name: 'X-Register-Key', value: 'secret-of-the-register' }
    const body = { ...members, claims: { source: 'webhook', url: 'https://register.example/claims', header } }
    const written = await call('PUT', `${at}/asking`, body)
    expect(written.status).toBe(201)
    const shown = { claims: { source: 'webhook', url: body.claims.url, header: { name: header.name } } }
    for (const answer of [written, await call('GET', `${at}/asking`)]) {
      expect(answer.json['profile']).toMatchObject(shown)
      expect(answer.text).not.toContain(header.value)
    }
    expect((await call('GET', at)).text).not.toContain(header.value)
    const rows = await database().db.selectFrom('profiles').selectAll().execute()
    expect(JSON.stringify(rows)).not.toMatch(/secret-of-the-register|register\.example/)
  })

  it('is judged when it is written, everything at once', async () => {
    const call = await served(newDeployment(database()).instance())
    const wrong = {
      ...members,
      key: 'registry',
      claims: { source: 'constant', data: { birthdate: 'yesterday', given_name: 7 } },
      mapping: { id: '<unheard-of>' },
      selectiveDisclosure: { fields: { shoe_size: { sd: true }, birthdate: { sd: true } } },
    }
    const { message, status } = await call('PUT', `${at}/wrong`, wrong)
    expect(status).toBe(400)
    expect(message.split('; ')).toEqual([
      'key: the configuration has no issuerKeys entry of the name registry',
      'selectiveDisclosure names shoe_size, which credentials of this type do not have',
      expect.stringMatching(
        /^claims does not fit identity_credential_dc\+sd-jwt: .*\/given_name must be string|birthdate/,
      ),
      expect.stringMatching(/given_name must be string|birthdate/),
      'mapping: unknown function <unheard-of>',
    ])
    expect(await call('GET', `${at}/wrong`)).toMatchObject({ status: 404 })
  })

  it.each<[string, object, RegExp]>([
    [
      'a type that nobody issues',
      { credentialConfigurationId: 'nothing' },
      /Unknown credentialConfigurationId nothing/,
    ],
    ['a member that nobody knows', { ...members, claim: {} }, /claim is not known here; did you mean claims/],
    ['a key in it', { ...members, issuerKey: {} }, /issuerKey: not supported: key names one/],
    ['claims of no source', { ...members, claims: { source: 'guessed' } }, /body\/claims/],
    [
      'a member that the issuer writes',
      { ...members, claims: { source: 'constant', data: { iss: 'me' } } },
      /iss cannot be given/,
    ],
    [
      'a webhook where nobody is asked',
      { ...members, claims: { source: 'webhook', url: 'https://a.example' } },
      /claims\.url cannot be called/,
    ],
    [
      'a webhook at no address',
      { ...members, claims: { source: 'webhook', url: 'ftp://a.example' } },
      /http\(s\) URL/,
    ],
    [
      'a header that the request has',
      {
        ...members,
        claims: {
          source: 'webhook',
          url: 'https://a.example',
          header: { name: 'Content-Length', value: '0' },
        },
      },
      /has already/,
    ],
    [
      'a time in the past',
      { ...members, mapping: { exp: '<timestamp-before-seconds:1d>' } },
      /exp: it is not in the future/,
    ],
  ])('is refused with %s', async (_what, body, message) => {
    const call = await served(newDeployment(database()).instance())
    const answer = await call('PUT', `${at}/refused`, body)
    expect(answer.status).toBe(400)
    expect(answer.message).toMatch(message)
  })

  it.each(['Members', 'a/b', '.hidden', 'x'.repeat(101), '%20'])('cannot be called %s', async (name) => {
    const call = await served(newDeployment(database()).instance())
    const { status } = await call('PUT', `${at}/${name}`, members)
    expect([400, 404]).toContain(status)
  })

  it('may be about every type in every format', async () => {
    const { issuer } = withEverything(newDeployment(database()))
    for (const credentialConfigurationId of issuer.types.keys()) {
      const profile = { credentialConfigurationId, claims: { source: 'given' as const }, validityDays: 30 }
      expect([credentialConfigurationId, await profileMistakes(issuer, profile)]).toEqual([
        credentialConfigurationId,
        [],
      ])
    }
  }, 120_000)
})

onSqlite('an offer by a profile', (database) => {
  async function begun(profile: object = members) {
    const deployment = newDeployment(database())
    const { test, signer } = withNamedKey({ issuer: deployment.instance(), clock: deployment.clock })
    const call = await served(test.issuer)
    const put = await call('PUT', `${at}/used`, profile)
    expect(put.text).not.toContain('exception')
    const offer = async (body: object, headers = {}) => call('POST', `${at}/used/offers`, body, headers)
    return { test, signer, call, offer, put, version: put.json['version'] }
  }

  it('needs nothing but claims, and says by which version it was made', async () => {
    const { call, offer, test, version } = await begun()
    const { json, status } = await offer({ claims })
    expect(status).toBe(200)
    expect(json['profile']).toEqual({ name: 'used', version })
    const session = await call('GET', `/openid4vc/session/${String(json['id'])}`)
    expect(session.json['profile']).toEqual({ name: 'used', version })
    expect(await received(test, String(json['url']))).toMatchObject({
      given_name: 'Ada',
      iss: test.issuer.baseUrl,
    })
    const done = await call('GET', `/openid4vc/session/${String(json['id'])}`)
    expect(done.json).toMatchObject({ state: 'completed', profile: { name: 'used', version } })
  })

  it('has the terms of the profile, and those of the call in their place', async () => {
    const profile = {
      ...members,
      claims: { source: 'constant', data: { family_name: 'Constant', birthdate: '1980-01-01' } },
      mapping: { membership: '<uuid>' },
      validityDays: 10,
      status: false,
      txCode: { length: 5 },
    }
    const { offer, test } = await begun(profile)
    const plain = await offer({ claims: { given_name: 'Ada' } })
    expect(plain.json['txCodeValue']).toMatch(/^\d{5}$/)
    const { txCode: _code, ...without } = profile
    const other = await begun(without)
    const told = await other.offer({ claims: { given_name: 'Ada', birthdate: '1990-01-01' } })
    const got = await received(other.test, String(told.json['url']))
    expect(got).toMatchObject({ given_name: 'Ada', family_name: 'Constant', birthdate: '1990-01-01' })
    expect(got['membership']).toMatch(/^urn:uuid:/)
    expect(Number(got['exp']) - test.clock.now).toBe(10 * 86_400)
    expect(got['status']).toBeUndefined()
    const changed = await other.offer({
      claims: { given_name: 'Ada' },
      overrides: { validityDays: 2, mapping: {}, status: true },
    })
    const otherwise = await received(other.test, String(changed.json['url']))
    expect(otherwise['membership']).toBeUndefined()
    expect(otherwise['status']).toBeDefined()
    expect(Number(otherwise['exp']) - test.clock.now).toBe(2 * 86_400)
  })

  it('is signed by the key that the profile names, as whom that key issues', async () => {
    const { offer, signer, test } = await begun({ ...members, key: 'register' })
    const got = await received(test, String((await offer({ claims })).json['url']))
    expect(got['iss']).toBe('did:web:register.example')
    expect(signer.publicJwk.kty).toBe('EC')
  })

  it('stands as it was made, whatever becomes of its profile', async () => {
    const { call, offer, test } = await begun({ ...members, validityDays: 10 })
    const { json } = await offer({ claims })
    await call('PUT', `${at}/used`, { ...members, validityDays: 20 })
    await call('DELETE', `${at}/used`)
    const got = await received(test, String(json['url']))
    expect(Number(got['exp']) - test.clock.now).toBe(10 * 86_400)
    expect(await offer({ claims })).toMatchObject({ status: 404 })
  })

  it.each<[string, object, RegExp]>([
    [
      'claims that do not fit, all of them',
      { claims: { given_name: 1 } },
      /^claims does not fit.*family_name.*given_name/,
    ],
    ['another member', { claims, credentialData: {} }, /credentialData: not supported: claims/],
    [
      'another type',
      { claims, overrides: { credentialConfigurationId: 'x' } },
      /credentialConfigurationId is not known here/,
    ],
    ['another key', { claims, overrides: { key: 'x' } }, /key is not known here/],
    ['an unknown function', { claims, overrides: { mapping: { id: '<unheard-of>' } } }, /unknown function/],
  ])('is refused with %s', async (_what, body, message) => {
    const answer = await (await begun()).offer(body)
    expect(answer.status).toBe(400)
    expect(answer.message).toMatch(message)
  })

  it('is made once under one Idempotency-Key', async () => {
    const { offer } = await begun()
    const key = { 'idempotency-key': 'order-4711' }
    expect((await offer({ claims }, key)).text).toBe((await offer({ claims }, key)).text)
  })

  it('cannot name a key of the configuration without a profile', async () => {
    const { call } = await begun()
    const issuerKey = { type: 'configured', name: 'register' }
    const body = { credentialConfigurationId: configurationId, credentialData: claims, issuerKey }
    expect(await call('POST', '/openid4vc/sdjwt/issue', body)).toMatchObject({ status: 400 })
  })
})

describe('profiles of files', () => {
  const profile: KnownProfile['profile'] = { ...members, claims: { source: 'given' } }
  const own = new Map([['filed', { name: 'filed', version: 7, origin: 'file', profile } as const]])

  it('need no database, and are not changed by the API', async () => {
    const call = await served({ ...testIssuer().issuer, ownProfiles: own })
    expect((await call('GET', at)).json).toMatchObject({
      profiles: [{ name: 'filed', version: 7, origin: 'file' }],
    })
    expect((await call('POST', `${at}/filed/offers`, { claims })).json['profile']).toEqual({
      name: 'filed',
      version: 7,
    })
    for (const answer of [await call('PUT', `${at}/filed`, members), await call('DELETE', `${at}/filed`)]) {
      expect(answer).toMatchObject({ status: 409, message: expect.stringContaining('one of a file') })
    }
    const other = await call('PUT', `${at}/other`, members)
    expect(other).toMatchObject({ status: 409, message: expect.stringContaining('no database') })
    expect(await call('POST', `${at}/other/offers`, { claims })).toMatchObject({ status: 404 })
  })
})

onSqlite('a profile of a file', (database) => {
  it('counts before one of the API of the same name', async () => {
    const instance = newDeployment(database()).instance()
    const profile: KnownProfile['profile'] = { ...members, claims: { source: 'given' } }
    await (await served(instance))('PUT', `${at}/both`, { ...members, validityDays: 1 })
    const ownProfiles = new Map([['both', { name: 'both', version: 7, origin: 'file', profile } as const]])
    const call = await served({ ...instance, ownProfiles })
    expect((await call('GET', `${at}/both`)).json).toMatchObject({ version: 7, origin: 'file' })
    const { profiles } = (await call('GET', at)).json as { profiles: { name: string }[] }
    expect(profiles.filter(({ name }) => name === 'both')).toHaveLength(1)
  })
})
