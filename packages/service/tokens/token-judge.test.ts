import { createHmac } from 'node:crypto'
import { encodeTextBase64url } from '@countersign/core/base64url'
import type { JsonObject } from '@countersign/core/json'
import { ok, refuse } from '@countersign/core/result'
import { signJws } from '@countersign/crypto/jose/jws'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import { describe, expect, it } from 'vitest'
import { managementTokensShape } from '../config/management-tokens.ts'
import type { RemoteResponse } from '../outgoing/guarded-client.ts'
import { tokenJudge } from './token-judge.ts'

const ISSUER = 'https://login.example/realms/staff'
const NOW = 1_800_000_000
const [key, next, stranger] = (['ES256', 'ES256', 'ES256'] as const).map((algorithm) =>
  softwareSigner(generateSoftwareKey(algorithm)),
)
if (key === undefined || next === undefined || stranger === undefined) throw new Error('three keys')

type Signer = typeof key

const CLAIMS = {
  iss: ISSUER,
  aud: 'countersign',
  sub: 'ada',
  client_id: 'registry',
  iat: NOW - 10,
  exp: NOW + 300,
  jti: 'one',
  scope: 'openid offers:write sessions:read',
}

/** An authorization server of which it is counted what it was asked. */
function opened(settings: object = {}) {
  const world = { now: NOW, keys: [key] as Signer[], away: false, asked: [] as string[], warned: 0 }
  const jwks = () =>
    JSON.stringify({
      keys: [
        { kty: 'RSA', use: 'enc', alg: 'RSA-OAEP', kid: 'other', n: 'AQAB', e: 'AQAB' },
        ...world.keys.map(({ keyId, publicJwk }) => ({ ...publicJwk, kid: keyId, use: 'sig' })),
      ],
    })
  const documents: Record<string, () => string> = {
    [`${ISSUER}/.well-known/openid-configuration`]: () =>
      JSON.stringify({ issuer: ISSUER, jwks_uri: `${ISSUER}/certs` }),
    [`${ISSUER}/certs`]: jwks,
    'https://elsewhere.example/jwks': jwks,
  }
  const judge = tokenJudge({
    settings: managementTokensShape.managementTokens
      .unwrap()
      .parse({ issuer: ISSUER, audience: 'countersign', ...settings }),
    now: () => world.now,
    warn: () => {
      world.warned += 1
    },
    remote: {
      request: async ({ url }) => {
        world.asked.push(url)
        const document = documents[url]
        if (world.away || document === undefined) return refuse({ code: 'unreachable', reason: 'test' })
        const answer: RemoteResponse = { status: 200, headers: {}, body: document(), bytes: Buffer.of() }
        return ok(answer)
      },
    },
  })
  return { judge, world }
}

function token(claims: object = {}, header: object = {}, signer: Signer = key as Signer): Promise<string> {
  const payload = Object.fromEntries(
    Object.entries({ ...CLAIMS, ...claims }).filter(([, value]) => value !== undefined),
  )
  return signJws({ typ: 'at+jwt', kid: signer.keyId, ...header }, payload as JsonObject, signer)
}

async function scopesOf(presented: string, settings: object = {}) {
  const judged = await opened(settings).judge.judge(presented)
  return judged === undefined ? undefined : [...(judged.caller.scopes as ReadonlySet<string>)]
}

describe('a token of the authorization server', () => {
  it('lets in for what its scopes name, by the name of client and person, until it ends', async () => {
    const { judge, world } = opened()
    const judged = await judge.judge(await token())
    expect(judged).toEqual({
      caller: {
        id: `token ["${ISSUER}","registry","ada"]`,
        name: 'token of registry, ada',
        scopes: new Set(['offers:write', 'sessions:read']),
      },
      endsInSeconds: 360,
    })
    expect(world.asked).toEqual([`${ISSUER}/.well-known/openid-configuration`, `${ISSUER}/certs`])
  })

  it.each([
    ['of the other type that servers write', {}, { typ: 'JWT' }],
    ['of the type in full', {}, { typ: 'application/at+jwt' }],
    ['for several', { aud: ['account', 'countersign'] }, {}],
    ['that ended within a minute', { exp: NOW - 59 }, {}],
    ['that begins within a minute', { nbf: NOW + 60 }, {}],
    ['that names its client in the way of OpenID Connect', { client_id: undefined, azp: 'registry' }, {}],
    ['without an id of its key, where there is one alone', {}, { kid: undefined }],
  ])('is taken %s', async (_, claims, header) => {
    expect(await scopesOf(await token(claims, header))).toEqual(['offers:write', 'sessions:read'])
  })

  it.each([
    ['of another issuer', { iss: 'https://login.example/realms/guests' }, {}],
    ['of an issuer with a slash more', { iss: `${ISSUER}/` }, {}],
    ['for somebody else', { aud: 'another' }, {}],
    ['for nobody', { aud: undefined }, {}],
    ['for nobody in a list', { aud: [] }, {}],
    ['for a list in a list', { aud: [['countersign']] }, {}],
    ['that has ended', { exp: NOW - 60 }, {}],
    ['that never ends', { exp: undefined }, {}],
    ['that ends in words', { exp: `${NOW + 300}` }, {}],
    ['that has not begun', { nbf: NOW + 61 }, {}],
    ['that begins in words', { nbf: 'now' }, {}],
    ['that is bound to a key', { cnf: { jkt: 'x' } }, {}],
    ['that is bound to a certificate', { cnf: { 'x5t#S256': 'x' } }, {}],
    ['about nobody', { sub: undefined, client_id: undefined }, {}],
    ['of another type', {}, { typ: 'logout+jwt' }],
    ['of no type', {}, { typ: undefined }],
    ['of a key that is not there', {}, { kid: 'nobody' }],
    ['with an extension', {}, { crit: ['b64'], b64: false }],
  ])('is refused %s', async (_, claims, header) => {
    expect(await scopesOf(await token(claims, header))).toBeUndefined()
  })

  it('is refused where somebody else signed it, or nobody', async () => {
    const good = await token()
    const [header = '', payload = '', signature = ''] = good.split('.')
    const none = encodeTextBase64url(JSON.stringify({ alg: 'none', typ: 'at+jwt', kid: key.keyId }))
    const hs256 = encodeTextBase64url(JSON.stringify({ alg: 'HS256', typ: 'at+jwt', kid: key.keyId }))
    // The public key as everybody can read it, as the secret of a MAC.
    const mac = createHmac('sha256', JSON.stringify({ ...key.publicJwk, kid: key.keyId, use: 'sig' }))
    const forged = [
      await token({}, { kid: key.keyId }, stranger),
      await token({}, { jwk: stranger.publicJwk }, stranger),
      `${none}.${payload}.`,
      `${none}.${payload}.${signature}`,
      `${hs256}.${payload}.${mac.update(`${hs256}.${payload}`).digest('base64url')}`,
      `${header}.${payload}.`,
      `${header}.${encodeTextBase64url(JSON.stringify({ ...CLAIMS, scope: 'keys:manage' }))}.${signature}`,
    ]
    for (const one of forged) expect(await scopesOf(one), one).toBeUndefined()
    expect(await scopesOf(good)).toBeDefined()
  })

  it('is refused where its algorithm is not one of those that are named', async () => {
    expect(await scopesOf(await token(), { algorithms: ['RS256'] })).toBeUndefined()
    expect(await scopesOf(await token(), { algorithms: ['RS256', 'ES256'] })).toBeDefined()
  })

  it.each([
    ['scope', undefined, { scope: undefined }, []],
    ['scope', undefined, { scope: 'keys:manage keys:manage everything' }, ['keys:manage']],
    ['scp', undefined, { scp: ['offers:write', 7, null] }, ['offers:write']],
    [
      'realm_access.roles',
      { issuing: ['offers:write'] },
      { realm_access: { roles: ['issuing', 'audit:read'] } },
      ['offers:write'],
    ],
    ['https://a.b/roles', { reader: ['audit:read'] }, { 'https://a.b/roles': ['reader'] }, ['audit:read']],
    ['realm_access.roles', undefined, { realm_access: 'roles' }, []],
    ['scope', { constructor: ['keys:manage'] }, { scope: 'toString __proto__' }, []],
  ])('has its scopes in %s, by %j', async (scopeClaim, scopes, claims, expected) => {
    const settings = { scopeClaim, ...(scopes && { scopes }) }
    expect(await scopesOf(await token(claims), settings)).toEqual(expected)
  })

  it.each([
    [{ department: 'registry' }, { department: 'registry' }, true],
    [{ department: 'registry' }, { department: ['sales', 'registry'] }, true],
    [{ department: 'registry' }, { department: 'sales' }, false],
    [{ department: 'registry' }, {}, false],
    [{ email_verified: true }, { email_verified: 'true' }, false],
    [{ typ: 'Bearer' }, { typ: 'ID' }, false],
  ])('needs %j; of one with %j that is %s', async (requiredClaims, claims, taken) => {
    expect((await scopesOf(await token(claims), { requiredClaims })) !== undefined).toBe(taken)
  })
})

describe('keys of the authorization server', () => {
  it('are found where the configuration says, if it does', async () => {
    const { judge, world } = opened({ jwksUri: 'https://elsewhere.example/jwks' })
    expect(await judge.judge(await token())).toBeDefined()
    expect(world.asked).toEqual(['https://elsewhere.example/jwks'])
  })

  it('that are new are fetched at once, though not oftener than every thirty seconds', async () => {
    const { judge, world } = opened({ jwksUri: 'https://elsewhere.example/jwks' })
    await judge.judge(await token())
    world.keys = [key, next]
    expect(await judge.judge(await token({}, {}, next))).toBeUndefined()
    world.now += 30
    const many = await Promise.all(
      Array.from({ length: 20 }, async () => judge.judge(await token({}, {}, next))),
    )
    expect(many.every((judged) => judged !== undefined)).toBe(true)
    expect(world.asked).toHaveLength(2)
    for (let at = 0; at < 20; at += 1) await judge.judge(await token({}, { kid: `guess ${at}` }))
    expect(world.asked).toHaveLength(2)
  })

  it('that are taken back count no more once they were looked at again', async () => {
    const { judge, world } = opened({ jwksUri: 'https://elsewhere.example/jwks' })
    const long = await token({ exp: NOW + 10_000 })
    await judge.judge(long)
    world.keys = [next]
    world.now += 600
    // Nobody waits for the look.
    expect(await judge.judge(long)).toBeDefined()
    await expect.poll(() => judge.judge(long)).toBeUndefined()
    expect(world.asked).toHaveLength(2)
  })

  it('go on for a day while the server is away', async () => {
    const { judge, world } = opened({ jwksUri: 'https://elsewhere.example/jwks' })
    const long = await token({ exp: NOW + 200_000 })
    await judge.judge(long)
    world.away = true
    for (const seconds of [600, 3600, 80_000]) {
      world.now = NOW + seconds
      expect(await judge.judge(long), `${seconds}`).toBeDefined()
    }
    expect(world.warned).toBeGreaterThan(0)
    world.now = NOW + 86_400
    await expect(judge.judge(long)).rejects.toMatchObject({ wire: { status: 503 } })
    world.away = false
    world.now += 30
    expect(await judge.judge(long)).toBeDefined()
  })

  it('are fetched for nobody whose token says that it is not for us', async () => {
    const { judge, world } = opened()
    await judge.judge(await token({ aud: 'another' }))
    await judge.judge(await token({ exp: NOW - 100 }))
    expect(world.asked).toEqual([])
  })

  it.each([
    ['another issuer', { issuer: 'https://login.example', jwks_uri: `${ISSUER}/certs` }],
    ['no address', { issuer: ISSUER }],
  ])('are not looked for by metadata of %s', async (_, metadata) => {
    const judge = tokenJudge({
      settings: managementTokensShape.managementTokens
        .unwrap()
        .parse({ issuer: ISSUER, audience: 'countersign' }),
      now: () => NOW,
      warn: () => {},
      remote: {
        request: async () =>
          ok({ status: 200, headers: {}, body: JSON.stringify(metadata), bytes: Buffer.of() }),
      },
    })
    await expect(judge.judge(await token())).rejects.toMatchObject({ wire: { status: 503 } })
  })
})

it.each([
  ['a.b.c', true],
  ['a.b.', true],
  ['csk_x', false],
  ['a.b', false],
  ['a.b.c.d', false],
])('%j has the form of a token: %s', (text, taken) => {
  expect(opened().judge.takes(text)).toBe(taken)
})
