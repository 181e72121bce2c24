import { createPrivateKey, createPublicKey } from 'node:crypto'
import { bareKey } from '@countersign/crypto/jwk'
import {
  generateSoftwareKey,
  parsePrivateKey,
  SOFTWARE_KEY_TYPES,
} from '@countersign/keys/signers/software-key'
import { expect, it } from 'vitest'
import { dump, newOwner, onBothDatabases } from '../testing/wallet.testing.ts'
import { MAX_KEYS, type OwnedWallet, type Wallet } from '../wallet.ts'
import { exportKey, signWithKey, verifySigned } from './key-operations.ts'
import { KEY_TYPES } from './key-types.ts'
import { deleteKey, describeKey, generateKey, importKey, listKeys, loadPublicKey } from './keys.ts'

const HOLDER_TYPES = ['secp256r1', 'secp384r1', 'secp521r1', 'Ed25519']

async function exported(
  wallet: Wallet,
  owned: OwnedWallet,
  id: string,
  format: 'JWK' | 'PEM',
  secret = true,
) {
  const text = await exportKey(wallet, owned, id, { format, withPrivate: secret })
  if (!text.ok) throw new Error(text.error.code)
  return text.value
}

onBothDatabases('a key', (store) => {
  it.each(KEY_TYPES)('of type %s is made, listed, signs and is taken along', async (keyType) => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const made = await generateKey(wallet, owned, { keyType, name: 'planted name' })
    if (!made.ok) throw new Error(made.error.code)
    const { id } = made.value
    const provesPossession = HOLDER_TYPES.includes(keyType)
    const listed = (await listKeys(wallet, owned)).find((key) => key.id === id)
    expect(listed).toMatchObject({ keyType, provesPossession, name: 'planted name', credentials: 0 })
    const { credentials: _credentials, ...described } = listed!
    expect(await describeKey(wallet, owned, id)).toMatchObject({
      value: { ...described, algorithm: SOFTWARE_KEY_TYPES[keyType] },
    })

    const jws = await signWithKey(wallet, owned, id, { hello: 'world' })
    const publicText = await exported(wallet, owned, id, 'JWK', false)
    const check = (jwk: string) => verifySigned(wallet, { jwk, jws: jws.ok ? jws.value : '' })
    expect(await check(publicText)).toEqual({ ok: true, value: true })
    const other = JSON.stringify(bareKey(generateSoftwareKey('ES256')))
    expect(await check(other)).toEqual({ ok: true, value: false })

    for (const format of ['JWK', 'PEM'] as const) {
      const parsed = parsePrivateKey(await exported(wallet, owned, id, format))
      if (!parsed.ok) throw new Error(parsed.error.code)
      expect(await loadPublicKey(wallet, owned, id)).toEqual({
        ok: true,
        value: { kid: id, ...bareKey(parsed.value) },
      })
    }
  })

  it('shows nothing private unless its owner asks for it', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    for (const keyType of ['secp256k1', 'RSA'] as const) {
      const made = await generateKey(wallet, owned, { keyType })
      const id = made.ok ? made.value.id : ''
      const jwk = JSON.parse(await exported(wallet, owned, id, 'JWK', false))
      expect(Object.keys(jwk).filter((name) => ['d', 'p', 'q', 'dp', 'dq', 'qi'].includes(name))).toEqual([])
      const pem = await exported(wallet, owned, id, 'PEM', false)
      expect(pem).toMatch(/^-----BEGIN PUBLIC KEY-----/)
      expect(createPublicKey(pem).equals(createPublicKey(await exported(wallet, owned, id, 'PEM')))).toBe(
        true,
      )
    }
  })

  it('comes back as it was when it is taken along, deleted and brought again', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    for (const format of ['JWK', 'PEM'] as const) {
      const made = await generateKey(wallet, owned, { keyType: 'secp384r1' })
      const id = made.ok ? made.value.id : ''
      const text = await exported(wallet, owned, id, format)
      const before = await loadPublicKey(wallet, owned, id)
      expect(await importKey(wallet, owned, { key: text })).toEqual({
        ok: false,
        error: { code: 'key_exists', id },
      })
      await deleteKey(wallet, owned, id)
      const back = await importKey(wallet, owned, { key: text, name: 'again' })
      const backId = back.ok ? back.value.id : ''
      const after = await loadPublicKey(wallet, owned, backId)
      expect(before.ok && after.ok && bareKey(after.value)).toEqual(before.ok && bareKey(before.value))
      expect(await describeKey(wallet, owned, backId)).toMatchObject({
        value: { keyType: 'secp384r1', name: 'again' },
      })
    }
  })

  it('is in the wallet once, when several instances bring it at once', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const key = generateSoftwareKey('EdDSA')
    const all = await Promise.all(
      Array.from({ length: 6 }, () => importKey(store().instance(), owned, { key })),
    )
    expect(all.filter(({ ok }) => ok)).toHaveLength(1)
    expect(await listKeys(wallet, owned)).toHaveLength(2)
    const another = await newOwner(wallet)
    expect(await importKey(wallet, another, { key })).toMatchObject({ ok: true })
  })

  it.each<[string, unknown, object]>([
    ['a public key', bareKey(generateSoftwareKey('ES256')), { code: 'key_not_private' }],
    ['a private part of another key', mixed(), { code: 'key_malformed' }],
    ['a key for key agreement', x25519(), { code: 'key_unsupported', keyType: 'X25519' }],
    ['a short RSA key', shortRsa(), { code: 'key_malformed', reason: 'rsa_key_too_short' }],
    [
      'a reference to another system',
      { type: 'tse', id: 'x' },
      { code: 'key_backend_unsupported', backend: 'tse' },
    ],
    ['no key', 'hello', { code: 'key_malformed' }],
    [
      'another kind of PEM',
      '-----BEGIN EC PRIVATE KEY-----\nAA==\n-----END',
      { code: 'key_malformed', reason: 'pem_not_pkcs8' },
    ],
    ['broken PEM', '-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----', { code: 'key_malformed' }],
    ['an endless text', 'A'.repeat(20_000), { code: 'key_malformed', reason: 'too_long' }],
  ])('is not brought along as %s', async (_what, key, error) => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    expect(await importKey(wallet, owned, { key })).toMatchObject({
      ok: false,
      error,
    })
    expect(await listKeys(wallet, owned)).toHaveLength(1)
  })

  it('of somebody else is unknown, whatever is asked of it', async () => {
    const wallet = store().instance()
    const [mine, theirs] = [await newOwner(wallet), await newOwner(wallet)]
    const [key] = await listKeys(wallet, theirs)
    const id = key?.id ?? ''
    const unknown = { ok: false, error: { code: 'key_unknown' } }
    expect(await describeKey(wallet, mine, id)).toEqual(unknown)
    expect(await exportKey(wallet, mine, id, { format: 'JWK', withPrivate: true })).toEqual(unknown)
    expect(await signWithKey(wallet, mine, id, {})).toEqual(unknown)
    expect(await deleteKey(wallet, mine, id)).toEqual(unknown)
    expect(await listKeys(wallet, theirs)).toHaveLength(1)
  })

  it('is refused beyond the limit, made or brought', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    for (let made = 1; made < MAX_KEYS; made++) {
      expect(await generateKey(wallet, owned, { keyType: 'secp256r1' })).toMatchObject({ ok: true })
    }
    const full = { error: { code: 'too_many_keys', max: MAX_KEYS } }
    expect(await generateKey(wallet, owned, { keyType: 'secp256r1' })).toMatchObject(full)
    expect(await importKey(wallet, owned, { key: generateSoftwareKey('ES256') })).toMatchObject(full)
  })

  it('leaves nothing of itself to read in the database', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const key = generateSoftwareKey('ES256')
    await importKey(wallet, owned, { key, name: 'planted alias' })
    const text = await dump(store())
    const { x } = key.kty === 'EC' ? key : { x: '' }
    expect([x, key.d, 'planted', '"d"'].filter((secret) => text.includes(secret))).toEqual([])
  })
})

onBothDatabases('checking a signature', (store) => {
  it('is false for what nobody signed like this, and refused without a public key', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const [key] = await listKeys(wallet, owned)
    const id = key?.id ?? ''
    const signed = await signWithKey(wallet, owned, id, { amount: 1 })
    const jws = signed.ok ? signed.value : ''
    const jwk = await exported(wallet, owned, id, 'JWK', false)
    const [header = '', , signature = ''] = jws.split('.')
    const changed = Buffer.from('{"amount":1000}').toString('base64url')
    const none = Buffer.from('{"alg":"none"}').toString('base64url')
    for (const wrong of [`${header}.${changed}.${signature}`, `${none}.${changed}.`, 'hello', `${jws}x`]) {
      expect(await verifySigned(wallet, { jwk, jws: wrong })).toEqual({ ok: true, value: false })
    }
    const secret = await exported(wallet, owned, id, 'JWK')
    for (const [wrong, code] of [
      [secret, 'jwk_private'],
      ['{}', 'jwk_malformed'],
      ['{"kty":"AKP"}', 'jwk_unsupported'],
      ['nonsense', 'json_invalid'],
      ['{"kty":"oct","k":"AAAA"}', 'jwk_private'],
      [`[${jwk}]`, 'jwk_malformed'],
    ] as const) {
      expect(await verifySigned(wallet, { jwk: wrong, jws })).toMatchObject({ error: { code } })
    }
  })

  it('says nothing for a proof: what is signed has no type of a protocol', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const [key] = await listKeys(wallet, owned)
    const claims = { aud: 'https://issuer.example', nonce: 'n', typ: 'openid4vci-proof+jwt' }
    const signed = await signWithKey(wallet, owned, key?.id ?? '', claims)
    const [header = ''] = signed.ok ? signed.value.split('.') : []
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'ES256', kid: key?.id })
  })
})

function mixed() {
  const [one, two] = [generateSoftwareKey('ES256'), generateSoftwareKey('ES256')]
  return { ...one, d: two.d }
}

function x25519() {
  const pem = '302e020100300506032b656e04220420'
  const key = createPrivateKey({
    key: Buffer.concat([Buffer.from(pem, 'hex'), Buffer.alloc(32, 7)]),
    format: 'der',
    type: 'pkcs8',
  })
  return key.export({ format: 'jwk' })
}

function shortRsa() {
  const n = Buffer.alloc(128, 0xc1).toString('base64url')
  return { kty: 'RSA', n, e: 'AQAB', d: n, p: n, q: n, dp: n, dq: n, qi: n }
}
