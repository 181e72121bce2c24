import { isJsonObject, type JsonObject } from '@countersign/core/json'
import type { DecryptionKey } from '@countersign/crypto/jwe-engine'
import { joseJwe } from '@countersign/keys/engines/jwe'
import { createHttpService } from '@countersign/service/http/http-service'
import { newKey } from '@countersign/testing/people/keys'
import { afterEach, describe, expect, it } from 'vitest'
import { issuerService } from './build.ts'
import { REQUEST_KEY_SECONDS } from './credential/request-keys.ts'
import { servedConfig } from './testing/issue-calls.testing.ts'
import { configurationId, offered, proofOfKey, testIssuer, tokenFor } from './testing/issuer.testing.ts'

type Settings = NonNullable<NonNullable<Parameters<typeof testIssuer>[0]>['settings']>

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** An issuer that is served, with a token of one of its offers. */
async function served(settings: Settings = {}) {
  const test = testIssuer({ settings })
  const service = await createHttpService({
    ...issuerService(test.issuer, { displayName: 'Test' }),
    config: servedConfig(test.issuer),
    checks: [],
  })
  closing.push(() => service.close())
  const token = await tokenFor(test, (await offered(test.issuer)).code)
  return {
    test,
    async metadata() {
      const answer = await service.app.inject({ url: '/.well-known/openid-credential-issuer' })
      return answer.json<IssuerMetadata>()
    },
    async ask(payload: string | object, contentType = 'application/json') {
      const headers = { authorization: `Bearer ${token}`, 'content-type': contentType }
      const body = typeof payload === 'string' ? payload : JSON.stringify(payload)
      const answer = await service.app.inject({ method: 'POST', url: '/credential', headers, payload: body })
      const { 'content-type': type, 'cache-control': cached } = answer.headers
      return { status: answer.statusCode, type, cached, text: answer.body }
    },
  }
}

type Served = Awaited<ReturnType<typeof served>>

interface IssuerMetadata {
  readonly credential_request_encryption: {
    readonly jwks: { readonly keys: readonly (DecryptionKey & { readonly kid: string })[] }
    readonly [member: string]: unknown
  }
  readonly credential_response_encryption: JsonObject
}

async function requestOf({ test }: Served, more: object = {}): Promise<JsonObject> {
  const proof = await proofOfKey(test, newKey())
  return { credential_configuration_id: configurationId, proofs: { jwt: [proof] }, ...more }
}

const ours = await joseJwe.makeKey()
const { d: _d, ...publicPart } = ours
const jwk = { ...publicPart, kid: 'answer', alg: 'ECDH-ES', use: 'enc' }

async function recipientOf(issuer: Served, content: 'A128GCM' | 'A256GCM' = 'A256GCM') {
  const [key] = (await issuer.metadata()).credential_request_encryption.jwks.keys
  if (key === undefined) throw new Error('no key')
  return { key, keyId: key.kid, content }
}

async function encrypted(issuer: Served, request: JsonObject, packed = false): Promise<string> {
  return joseJwe.encrypt(JSON.stringify(request), { ...(await recipientOf(issuer)), packed })
}

async function read(jwe: string): Promise<JsonObject> {
  const opened = await joseJwe.decrypt(jwe, [{ key: ours, keyId: 'answer' }], { maxUnpackedBytes: 1_000_000 })
  const value: unknown = opened.ok ? JSON.parse(opened.value) : opened
  if (!isJsonObject(value)) throw new Error('no object')
  return value
}

const errorOf = ({ text }: { text: string }) =>
  JSON.parse(text) as { readonly error?: string; readonly error_description?: string }

describe('metadata', () => {
  it('name one key for requests, and what is spoken', async () => {
    const metadata = await (await served()).metadata()
    const values = { enc_values_supported: ['A128GCM', 'A256GCM'], zip_values_supported: ['DEF'] }
    const [key] = metadata.credential_request_encryption.jwks.keys
    expect(metadata.credential_request_encryption).toEqual({
      jwks: {
        keys: [
          {
            kty: 'EC',
            crv: 'P-256',
            x: key?.x,
            y: key?.y,
            use: 'enc',
            alg: 'ECDH-ES',
            kid: expect.stringMatching(/^[\w-]{43}$/),
          },
        ],
      },
      ...values,
      encryption_required: false,
    })
    expect(metadata.credential_response_encryption).toEqual({
      alg_values_supported: ['ECDH-ES'],
      ...values,
      encryption_required: false,
    })
  })

  it.each([
    [{ requestEncryptionRequired: true }, [true, false]],
    // An answer is encrypted for those alone who encrypt their request.
    [{ responseEncryptionRequired: true }, [true, true]],
  ])('say what is required: %j', async (settings, expected) => {
    const metadata = await (await served(settings)).metadata()
    expect([
      metadata.credential_request_encryption['encryption_required'],
      metadata.credential_response_encryption['encryption_required'],
    ]).toEqual(expected)
  })

  it('name the next key when its time has come, and what was encrypted for the last is read', async () => {
    const issuer = await served()
    const before = await recipientOf(issuer)
    issuer.test.clock.now += REQUEST_KEY_SECONDS
    const after = await recipientOf(issuer)
    expect(after.keyId).not.toBe(before.keyId)
    const later = await joseJwe.encrypt('[]', before)
    expect(errorOf(await issuer.ask(later, 'application/jwt'))).toMatchObject({
      error_description: expect.stringContaining('no JSON object'),
    })
    issuer.test.clock.now += REQUEST_KEY_SECONDS
    expect(errorOf(await issuer.ask(later, 'application/jwt'))).toMatchObject({
      error_description: expect.stringContaining('read it again'),
    })
  })
})

describe('an encrypted credential request', () => {
  it.each([false, true])('gives a credential in the clear (packed: %s)', async (packed) => {
    const issuer = await served()
    const answer = await issuer.ask(
      await encrypted(issuer, await requestOf(issuer), packed),
      'application/jwt',
    )
    expect(answer).toMatchObject({ status: 200, type: expect.stringContaining('application/json') })
    expect(JSON.parse(answer.text)).toMatchObject({ credentials: [{ credential: expect.any(String) }] })
  })

  it.each([
    ['A128GCM', undefined],
    ['A256GCM', 'DEF'],
  ])('gives an encrypted credential where it asks for one (%s, %s)', async (enc, zip) => {
    const issuer = await served()
    const request = await requestOf(issuer, { credential_response_encryption: { jwk, enc, zip } })
    const answer = await issuer.ask(await encrypted(issuer, request), 'application/jwt')
    expect(answer).toMatchObject({ status: 200, type: 'application/jwt', cached: 'no-store' })
    const header: unknown = JSON.parse(Buffer.from(answer.text.split('.')[0] ?? '', 'base64url').toString())
    expect(header).toMatchObject({ alg: 'ECDH-ES', enc, kid: 'answer', ...(zip && { zip }) })
    expect(await read(answer.text)).toMatchObject({
      credentials: [{ credential: expect.stringContaining('~') }],
      notification_id: expect.any(String),
    })
  })

  it('that comes again is answered by the same credential, encrypted anew', async () => {
    const issuer = await served()
    const request = await requestOf(issuer, { credential_response_encryption: { jwk, enc: 'A256GCM' } })
    const jwe = await encrypted(issuer, request)
    const first = await issuer.ask(jwe, 'application/jwt')
    const again = await issuer.ask(jwe, 'application/jwt')
    const anew = await issuer.ask(await encrypted(issuer, request, true), 'application/jwt')
    expect(new Set([first.text, again.text, anew.text]).size).toBe(3)
    expect(await read(again.text)).toEqual(await read(first.text))
    expect(await read(anew.text)).toEqual(await read(first.text))
  })

  it('that is refused is answered in the clear', async () => {
    const issuer = await served()
    const wish = { credential_response_encryption: { jwk, enc: 'A256GCM' } }
    const unknown = { ...(await requestOf(issuer, wish)), credential_configuration_id: 'nothing' }
    const answer = await issuer.ask(await encrypted(issuer, unknown), 'application/jwt')
    expect(answer).toMatchObject({ status: 400, type: expect.stringContaining('application/json') })
    expect(errorOf(answer)).toMatchObject({ error: 'unknown_credential_configuration' })
  })

  it.each<[string, (issuer: Served) => Promise<string>, string, RegExp]>([
    ['no JWE', async () => 'a.b.c', 'invalid_encryption_parameters', /JWE in compact form/],
    [
      'one for another key',
      async (issuer) => joseJwe.encrypt('{}', { ...(await recipientOf(issuer)), keyId: 'other' }),
      'invalid_encryption_parameters',
      /kid .* read it again/,
    ],
    [
      'one without the name of its key',
      async (issuer) => joseJwe.encrypt('{}', { ...(await recipientOf(issuer)), keyId: undefined }),
      'invalid_encryption_parameters',
      /kid/,
    ],
    [
      'one that only names our key',
      async (issuer) => joseJwe.encrypt('{}', { ...(await recipientOf(issuer)), key: ours }),
      'invalid_encryption_parameters',
      /cannot be decrypted/,
    ],
    [
      'one that was changed',
      async (issuer) => (await encrypted(issuer, await requestOf(issuer))).replace(/.{22}$/, 'A'.repeat(22)),
      'invalid_encryption_parameters',
      /cannot be decrypted/,
    ],
    [
      'one of another algorithm',
      async (issuer) => {
        const [, ...rest] = (await encrypted(issuer, {})).split('.')
        const header = { alg: 'ECDH-ES', enc: 'A128CBC-HS256' }
        return [Buffer.from(JSON.stringify(header)).toString('base64url'), ...rest].join('.')
      },
      'invalid_encryption_parameters',
      /alg ECDH-ES, an enc of A128GCM, A256GCM/,
    ],
    [
      'what becomes too large',
      async (issuer) =>
        joseJwe.encrypt(`{"x":"${'x'.repeat(5_000_000)}"}`, { ...(await recipientOf(issuer)), packed: true }),
      'invalid_encryption_parameters',
      /too large when it is unpacked/,
    ],
    [
      'a list',
      async (issuer) => joseJwe.encrypt('[]', await recipientOf(issuer)),
      'invalid_credential_request',
      /no JSON object/,
    ],
    [
      'a member twice',
      async (issuer) => joseJwe.encrypt('{"proofs":1,"proofs":2}', await recipientOf(issuer)),
      'invalid_credential_request',
      /no JSON object/,
    ],
    [
      'nothing that is asked for',
      async (issuer) => encrypted(issuer, {}),
      'invalid_credential_request',
      /credential_configuration_id or/,
    ],
  ])('of %s is refused', async (_name, make, error, description) => {
    const issuer = await served()
    const answer = await issuer.ask(await make(issuer), 'application/jwt')
    expect(answer.status).toBe(400)
    expect(errorOf(answer)).toEqual({ error, error_description: expect.stringMatching(description) })
  })

  it('is one by its media type: neither an object under that of a JWT nor a text in JSON is', async () => {
    const issuer = await served()
    const asText = await issuer.ask(JSON.stringify(await encrypted(issuer, await requestOf(issuer))))
    expect([asText.status, errorOf(asText).error]).toEqual([400, 'invalid_credential_request'])
    const asJwt = await issuer.ask(await requestOf(issuer), 'application/jwt')
    expect([asJwt.status, errorOf(asJwt).error]).toEqual([400, 'invalid_encryption_parameters'])
    expect((await issuer.ask('x', 'text/plain')).status).toBe(415)
  })
})

describe('what is in the clear', () => {
  it('is refused where encryption is required, of the request or of the answer', async () => {
    for (const settings of [{ requestEncryptionRequired: true }, { responseEncryptionRequired: true }]) {
      const issuer = await served(settings)
      const answer = await issuer.ask(await requestOf(issuer))
      expect(answer.status).toBe(400)
      expect(errorOf(answer)).toEqual({
        error: 'invalid_encryption_parameters',
        error_description: expect.stringContaining('have to be encrypted here'),
      })
    }
  })

  it('cannot ask for an encrypted answer', async () => {
    const issuer = await served()
    const answer = await issuer.ask(
      await requestOf(issuer, { credential_response_encryption: { jwk, enc: 'A256GCM' } }),
    )
    expect(errorOf(answer)).toEqual({
      error: 'invalid_encryption_parameters',
      error_description: expect.stringContaining('for encrypted credential requests alone'),
    })
  })

  it('is no answer where it has to be encrypted, and nothing is spent by asking for one', async () => {
    const issuer = await served({ responseEncryptionRequired: true })
    const request = await requestOf(issuer)
    const refused = await issuer.ask(await encrypted(issuer, request), 'application/jwt')
    expect(errorOf(refused)).toEqual({
      error: 'invalid_encryption_parameters',
      error_description: expect.stringContaining('credential_response_encryption is needed'),
    })
    const wish = { ...request, credential_response_encryption: { jwk, enc: 'A128GCM' } }
    const answer = await issuer.ask(await encrypted(issuer, wish), 'application/jwt')
    expect(await read(answer.text)).toHaveProperty('credentials')
  })
})
