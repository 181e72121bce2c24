import { generateKeyPairSync } from 'node:crypto'
import type { SignatureAlgorithm } from '@countersign/credential/crypto'
import { bareKey, jwkThumbprint } from '@countersign/credential/jwk'
import { describe, expect, it } from 'vitest'
import { nodeCrypto } from './node-crypto.ts'
import { generateSoftwareKey, keyThumbprint, parsePrivateKey, softwareSigner } from './software.ts'

const algorithms: readonly SignatureAlgorithm[] = ['ES256', 'ES384', 'ES512', 'EdDSA']

/** RFC 8037 appendix A.1 to A.4. */
const rfc8037 = {
  kty: 'OKP',
  crv: 'Ed25519',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
} as const

/** RFC 7517 appendix A.2, the EC key. */
const rfc7517 = {
  kty: 'EC',
  crv: 'P-256',
  x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
  y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
  d: '870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE',
} as const

describe('a software signer', () => {
  it.each(algorithms)('signs what the engine verifies, with %s', async (algorithm) => {
    const signer = softwareSigner(generateSoftwareKey(algorithm))
    for (const data of ['text', 'Möbius', new Uint8Array([0, 1, 2])]) {
      const signature = await signer.sign(data)
      expect(nodeCrypto.verify(algorithm, signer.publicJwk, data, signature)).toBe(true)
    }
    expect(signer.algorithm).toBe(algorithm)
  })

  it('signs as RFC 8037 A.4 does', async () => {
    const signature = await softwareSigner(rfc8037).sign(
      'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc',
    )
    expect(Buffer.from(signature).toString('base64url')).toBe(
      'hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
    )
  })

  it('is named by the thumbprint unless it was given a name', () => {
    expect(softwareSigner(rfc8037).keyId).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k')
    expect(softwareSigner(rfc8037, { keyId: 'issuer-1' }).keyId).toBe('issuer-1')
  })

  it('shows the public part only', () => {
    const signer = softwareSigner({ ...rfc7517, kid: '1' }, { x5c: ['MIIB'] })
    expect(signer.publicJwk).toEqual({ kty: 'EC', crv: 'P-256', x: rfc7517.x, y: rfc7517.y })
    expect(JSON.stringify(signer)).not.toContain(rfc7517.d)
    expect(signer.x5c).toEqual(['MIIB'])
  })
})

it('the thumbprint is that of the credential package', async () => {
  for (const algorithm of algorithms) {
    const key = generateSoftwareKey(algorithm)
    expect(keyThumbprint(key)).toBe(await jwkThumbprint(bareKey(key), nodeCrypto))
  }
})

describe('a configured private key', () => {
  it('is read as JWK, in the walt.id wrapper, and as the JSON text of either', () => {
    const wrapped = { type: 'jwk', jwk: rfc7517 }
    const wrappedText = { type: 'jwk', jwk: JSON.stringify(rfc7517) }
    for (const spelling of [rfc7517, wrapped, wrappedText]) {
      expect(parsePrivateKey(spelling)).toEqual({ ok: true, value: rfc7517 })
      expect(parsePrivateKey(` ${JSON.stringify(spelling)}\n`)).toEqual({ ok: true, value: rfc7517 })
    }
  })

  it.each([
    ['prime256v1', 'P-256'],
    ['secp384r1', 'P-384'],
    ['secp521r1', 'P-521'],
  ])('is read as PKCS#8 PEM on %s', (namedCurve, crv) => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve })
    const read = parsePrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }))
    expect(read).toEqual({ ok: true, value: privateKey.export({ format: 'jwk' }) })
    expect(read.ok && read.value.crv).toBe(crv)
  })

  it('is read as PKCS#8 PEM of an Ed25519 key', () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    const read = parsePrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }))
    expect(read).toEqual({ ok: true, value: privateKey.export({ format: 'jwk' }) })
  })

  it('keeps its kid and drops what is not the key', () => {
    expect(parsePrivateKey({ ...rfc7517, kid: 'k', use: 'sig', key_ops: ['sign'], ext: true })).toEqual({
      ok: true,
      value: { ...rfc7517, kid: 'k' },
    })
  })

  const pem = (key: { export(o: { type: 'pkcs8'; format: 'pem' }): string | Buffer }) =>
    key.export({ type: 'pkcs8', format: 'pem' })
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const k1 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey

  it.each([
    ['a public JWK', { ...rfc7517, d: undefined }, { code: 'key_not_private' }],
    ['a public PEM', rsa.publicKey.export({ type: 'spki', format: 'pem' }), { code: 'key_not_private' }],
    ['an RSA JWK', rsa.privateKey.export({ format: 'jwk' }), { code: 'key_unsupported', keyType: 'RSA' }],
    ['an RSA PEM', pem(rsa.privateKey), { code: 'key_unsupported', keyType: 'RSA' }],
    ['a secp256k1 JWK', k1.export({ format: 'jwk' }), { code: 'key_unsupported', keyType: 'secp256k1' }],
    ['a secp256k1 PEM', pem(k1), { code: 'key_unsupported', keyType: 'secp256k1' }],
    ['an X25519 key', { ...rfc8037, crv: 'X25519' }, { code: 'key_unsupported', keyType: 'X25519' }],
    ['a key in Vault', { type: 'tse', id: 'k' }, { code: 'key_backend_unsupported', backend: 'tse' }],
    [
      'a name that would break a log line',
      { type: 'a\nb' },
      { code: 'key_backend_unsupported', backend: 'unknown' },
    ],
    [
      'a private part of another key',
      { ...rfc7517, d: generateSoftwareKey('ES256').d },
      { code: 'key_malformed', reason: 'public_and_private_part_differ' },
    ],
    [
      'an Ed25519 seed of another key',
      { ...rfc8037, d: generateSoftwareKey('EdDSA').d },
      { code: 'key_malformed', reason: 'public_and_private_part_differ' },
    ],
    [
      'a private part of zero',
      { ...rfc7517, d: Buffer.alloc(32).toString('base64url') },
      { code: 'key_malformed', reason: 'private_part_out_of_range' },
    ],
    ['a short private part', { ...rfc7517, d: 'AQ' }, { code: 'key_malformed', reason: 'd' }],
    ['a short coordinate', { ...rfc7517, x: 'AQ' }, { code: 'key_malformed', reason: 'x' }],
    ['a kid that is no text', { ...rfc7517, kid: 7 }, { code: 'key_malformed', reason: 'kid' }],
    ['the curve of another key type', { ...rfc8037, crv: 'P-256' }, { code: 'key_malformed', reason: 'crv' }],
    ['an empty object', {}, { code: 'key_malformed', reason: 'kty_missing' }],
    ['an array', [rfc7517], { code: 'key_malformed', reason: 'not_an_object' }],
    ['nothing', undefined, { code: 'key_malformed', reason: 'not_an_object' }],
    ['a wrapper without key', { type: 'jwk' }, { code: 'key_malformed', reason: 'jwk_missing' }],
    ['a password', 'correct horse', { code: 'key_malformed', reason: 'neither_json_nor_pem' }],
    [
      'an EC PEM outside PKCS#8',
      k1.export({ type: 'sec1', format: 'pem' }),
      { code: 'key_malformed', reason: 'pem_not_pkcs8' },
    ],
    [
      'a damaged PEM',
      '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----',
      { code: 'key_malformed', reason: 'pem_unreadable' },
    ],
    ['a text without end', '{'.repeat(20_000), { code: 'key_malformed', reason: 'too_long' }],
  ])('is refused as %s', (_, value, error) => {
    expect(parsePrivateKey(value)).toEqual({ ok: false, error })
  })
})
