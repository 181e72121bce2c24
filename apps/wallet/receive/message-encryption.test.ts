import type { JsonObject } from '@countersign/core/json'
import { joseJwe } from '@countersign/keys/engines/jwe'
import { forgeJwe, withJweHeader, withJwePart } from '@countersign/testing/forging/jwe'
import { afterEach, expect, it } from 'vitest'
import { listCredentials } from '../credentials/credentials.ts'
import { openOffer } from '../exchange/offer-exchange.ts'
import { identity } from '../testing/issuer.testing.ts'
import {
  announced,
  KID,
  type LaterIssuer,
  type LaterOptions,
  startLaterIssuer,
} from '../testing/later.testing.ts'
import { dump, newOwner, onBothDatabases, onSqlite } from '../testing/wallet.testing.ts'
import { useOffer } from './receive-credential.ts'

const issuers: LaterIssuer[] = []
afterEach(async () => {
  await Promise.all(issuers.splice(0).map((issuer) => issuer.close()))
})

async function issuerWith(options: LaterOptions): Promise<LaterIssuer> {
  const issuer = await startLaterIssuer(options)
  issuers.push(issuer)
  return issuer
}

const headerOf = (jwe = '') => JSON.parse(Buffer.from(jwe.split('.')[0] ?? '', 'base64url').toString())
const required = announced()
const optional = announced({
  request: { encryption_required: false },
  response: { encryption_required: false },
})

onBothDatabases('an issuer that encrypts', (store) => {
  it.each<[string, LaterOptions['encryption'], { readonly isAnswer: boolean; readonly zip?: string }]>([
    ['wants both', required, { isAnswer: true }],
    ['can do both and wants neither', optional, { isAnswer: true }],
    ['wants requests encrypted and encrypts no answer', { request: required.request }, { isAnswer: false }],
    [
      'packs its answers',
      announced({ response: { zip_values_supported: ['DEF'] } }),
      { isAnswer: true, zip: 'DEF' },
    ],
    [
      'knows one content encryption',
      announced({
        request: { enc_values_supported: ['A128GCM'] },
        response: { enc_values_supported: ['A128GCM'] },
      }),
      { isAnswer: true },
    ],
  ])('and %s gets a request for its key, and gives the credential', async (_what, encryption, expected) => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const issuer = await issuerWith({ encryption })
    const received = await useOffer(wallet, owned, { offer: issuer.offer() })
    expect(received).toMatchObject({ ok: true, value: [{ held: { type: identity.type } }] })
    const content = String(encryption?.request?.['enc_values_supported']).split(',').at(-1)
    expect(headerOf(issuer.bodies[0])).toMatchObject({ alg: 'ECDH-ES', enc: content, kid: KID })
    expect(issuer.recipients).toHaveLength(expected.isAnswer ? 1 : 0)
    if (expected.isAnswer)
      expect(issuer.recipients[0]).toMatchObject({ content, packed: expected.zip === 'DEF' })
  })

  it('is asked in the clear where it can read no request and wants none', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const issuer = await issuerWith({ encryption: { response: optional.response } })
    expect(await useOffer(wallet, owned, { offer: issuer.offer() })).toMatchObject({ ok: true })
    expect(issuer.recipients).toEqual([])
    expect(JSON.parse(issuer.bodies[0] ?? '')).not.toHaveProperty('credential_response_encryption')
  })

  it('is sent the same bytes again, and whichever instance asks can read the answer', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const issuer = await issuerWith({ encryption: required })
    const offer = issuer.offer()
    issuer.failNext('/credential', 'after', 2)
    expect(await useOffer(wallet, owned, { offer })).toMatchObject({ ok: false })
    expect(await useOffer(store().instance(), owned, { offer })).toMatchObject({ ok: true, value: [{}] })
    expect(issuer.bodies).toHaveLength(3)
    expect(new Set(issuer.bodies).size).toBe(1)
    expect(issuer.signed).toHaveLength(1)
  })

  it('gets another key with each new request', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const issuer = await issuerWith({ encryption: required })
    const offer = issuer.offer()
    issuer.failNext('/credential', 'before', 2)
    expect(await useOffer(wallet, owned, { offer })).toMatchObject({ ok: false })
    // The request that is written down is too old by now.
    issuer.forgetNonces()
    expect(await useOffer(wallet, owned, { offer })).toMatchObject({ ok: true, value: [{}] })
    expect(new Set(issuer.bodies).size).toBe(2)
    expect(new Set(issuer.recipients.map(({ key, keyId }) => `${key.x} ${keyId}`)).size).toBe(2)
  })

  it('leaves nothing in the database that reads an answer', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const issuer = await issuerWith({ encryption: required })
    issuer.failNext('/credential', 'after', 2)
    const offer = issuer.offer()
    await useOffer(wallet, owned, { offer })
    const [recipient] = issuer.recipients
    const secrets = [recipient?.keyId ?? '', recipient?.key.x ?? '', issuer.bodies[0] ?? '', '"d"']
    const stolen = await dump(store())
    expect(secrets.filter((secret) => stolen.includes(secret))).toEqual([])
    await useOffer(wallet, owned, { offer })
    const [row] = await store()
      .database.db.selectFrom('receptions')
      .selectAll()
      .where('wallet_id', '=', owned.id)
      .execute()
    expect(row).toMatchObject({ state: 'finished', progress_sealed: null })
  })
})

onSqlite('before its code is spent an offer is refused whose issuer', (store) => {
  it.each<[string, NonNullable<LaterOptions['encryption']>, 'request' | 'answer']>([
    [
      'wants encrypted requests and has no key',
      { request: { ...required.request, jwks: { keys: [] } } },
      'request',
    ],
    [
      'wants encrypted requests under what nobody knows',
      { request: { ...required.request, enc_values_supported: ['A128CBC-HS256'] } },
      'request',
    ],
    [
      'gives encrypted answers alone, and reads no encrypted request',
      { response: required.response },
      'request',
    ],
    [
      'gives answers that are encrypted for RSA alone',
      { ...required, response: { ...required.response, alg_values_supported: ['RSA-OAEP-256'] } },
      'answer',
    ],
    [
      'gives answers under what nobody knows',
      { ...required, response: { ...required.response, enc_values_supported: ['A192GCM'] } },
      'answer',
    ],
  ])('%s', async (_what, encryption, of) => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const issuer = await issuerWith({ encryption })
    const refusal = { ok: false, error: { code: 'encryption_unusable', of } }
    const offer = issuer.offer()
    expect(await useOffer(wallet, owned, { offer })).toEqual(refusal)
    expect(await openOffer(wallet, owned, offer, ['en'])).toEqual(refusal)
    expect(issuer.asked).not.toContain('/token')
  })

  it('has a key that is good beside others that are not is taken up', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const { d: _secret, ...other } = await joseJwe.makeKey()
    const bad = [
      { ...other, alg: 'ECDH-ES+A128KW', kid: 'a' },
      { ...other, alg: 'ECDH-ES', use: 'sig', kid: 'b' },
      { kty: 'RSA', n: 'AQAB', e: 'AQAB', alg: 'RSA-OAEP-256', kid: 'c' },
      { ...other, y: other.x, alg: 'ECDH-ES', kid: 'd' },
    ]
    const issuer = await issuerWith({
      encryption: required,
      rewrite: (path, answer) =>
        path.endsWith('openid-credential-issuer')
          ? answer.replace('"keys":[', `"keys":[${JSON.stringify(bad).slice(1, -1)},`)
          : answer,
    })
    expect(await useOffer(wallet, owned, { offer: issuer.offer() })).toMatchObject({ ok: true, value: [{}] })
    expect(headerOf(issuer.bodies[0])).toMatchObject({ kid: KID })
  })
})

onSqlite('an answer of a hostile issuer', (store) => {
  const strange = joseJwe.makeKey()
  const bomb = JSON.stringify({ credentials: [{ credential: 'x'.repeat(9_000_000) }] })
  const packed = announced({ response: { zip_values_supported: ['DEF'] } })
  it.each<
    [
      string,
      NonNullable<NonNullable<LaterOptions['encryption']>['sends']>,
      JsonObject,
      LaterOptions['encryption']?,
    ]
  >([
    ['in the clear', (answer) => answer, { code: 'answer_in_clear' }],
    ['in the clear between spaces', (answer) => ` ${answer}\n`, { code: 'answer_in_clear' }],
    [
      'for another key',
      async (answer, to) => joseJwe.encrypt(answer, { ...to, key: await strange }),
      { code: 'answer_undecryptable', reason: 'jwe_undecryptable' },
    ],
    [
      'for a key of another name',
      (answer, to) => joseJwe.encrypt(answer, { ...to, keyId: 'another' }),
      { code: 'answer_undecryptable', reason: 'jwe_key_unknown' },
    ],
    [
      'that says afterwards that it is for ours',
      async (answer, to) =>
        withJweHeader(await joseJwe.encrypt(answer, { ...to, keyId: 'another' }), { kid: to.keyId ?? '' }),
      { code: 'answer_undecryptable', reason: 'jwe_undecryptable' },
    ],
    [
      'under a weaker encryption than was agreed on',
      (answer, to) => joseJwe.encrypt(answer, { ...to, content: 'A128GCM' }),
      { code: 'answer_undecryptable', reason: 'jwe_algorithm_unsupported' },
    ],
    [
      'under an encryption that nobody asked for',
      (answer, to) => forgeJwe(answer, { key: to.key, keyId: to.keyId ?? '' }, { content: 'A128CBC-HS256' }),
      { code: 'answer_undecryptable', reason: 'jwe_algorithm_unsupported' },
    ],
    [
      'with a wrapped key',
      (answer, to) => forgeJwe(answer, { key: to.key, keyId: to.keyId ?? '' }, { wrapped: true }),
      { code: 'answer_undecryptable' },
    ],
    [
      'with another key agreed on',
      (answer, to) => forgeJwe(answer, { key: to.key, keyId: to.keyId ?? '' }, { ephemeral: 'P-384' }),
      { code: 'answer_undecryptable' },
    ],
    [
      'with an extension that must be understood',
      async (answer, to) => withJweHeader(await joseJwe.encrypt(answer, to), { crit: ['x'], x: 1 }),
      { code: 'answer_undecryptable', reason: 'jwe_algorithm_unsupported' },
    ],
    [
      'with one bit changed',
      async (answer, to) =>
        withJwePart(await joseJwe.encrypt(answer, to), 'ciphertext', (bytes) =>
          bytes.map((byte, at) => (at === 9 ? byte ^ 1 : byte)),
        ),
      { code: 'answer_undecryptable', reason: 'jwe_undecryptable' },
    ],
    [
      'packed, where nobody asked for that',
      (answer, to) => joseJwe.encrypt(answer, { ...to, packed: true }),
      { code: 'answer_undecryptable', reason: 'jwe_algorithm_unsupported' },
    ],
    [
      'that unpacks without end',
      (_answer, to) => joseJwe.encrypt(bomb, to),
      { code: 'answer_undecryptable', reason: 'jwe_undecryptable' },
      packed,
    ],
    [
      'that is larger than it may be',
      (_answer, to) => joseJwe.encrypt(bomb, to),
      { code: 'outgoing_answer_too_large' },
    ],
    ['that is empty', () => '', { code: 'answer_undecryptable', reason: 'jwe_malformed' }],
    [
      'with a text within',
      (_answer, to) => joseJwe.encrypt('"credential"', to),
      { code: 'outgoing_answer_refused' },
    ],
  ])(
    '%s is refused, and the right one is taken after it',
    async (_what, sends, error, encryption = required) => {
      const wallet = store().instance()
      const owned = await newOwner(wallet)
      let isHostile = true
      const issuer = await issuerWith({
        encryption: {
          ...encryption,
          sends: (answer, to) => (isHostile ? sends(answer, to) : joseJwe.encrypt(answer, to)),
        },
      })
      const offer = issuer.offer()
      expect(await useOffer(wallet, owned, { offer })).toMatchObject({ ok: false, error })
      expect(await listCredentials(wallet, owned)).toEqual([])
      isHostile = false
      expect(await useOffer(wallet, owned, { offer })).toMatchObject({ ok: true, value: [{}] })
    },
  )
})
