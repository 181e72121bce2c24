import { generateKeyPairSync } from 'node:crypto'
import { bareKey } from '@countersign/crypto/jwk'
import { jwkThumbprint } from '@countersign/crypto/jwk-thumbprint'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import { describe, expect, it } from 'vitest'
import { nodeCrypto } from '../engines/node.ts'
import {
  generateKeyOfType,
  generateSoftwareKey,
  keyThumbprint,
  parsePrivateKey,
  softwareKeyAgreement,
  softwareSigner,
} from './software-key.ts'

const algorithms: readonly SignatureAlgorithm[] = [
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'ES256K',
  'RS256',
  'PS256',
]

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

describe('a key made here', () => {
  it.each([
    ['Ed25519', 'EdDSA', { crv: 'Ed25519' }],
    ['secp256k1', 'ES256K', { crv: 'secp256k1' }],
    ['secp256r1', 'ES256', { crv: 'P-256' }],
    ['secp384r1', 'ES384', { crv: 'P-384' }],
    ['secp521r1', 'ES512', { crv: 'P-521' }],
    ['RSA', 'RS256', { kty: 'RSA', alg: 'RS256' }],
  ] as const)('of the type %s signs with %s', async (keyType, algorithm, members) => {
    const key = await generateKeyOfType(keyType)
    expect(key).toMatchObject(members)
    expect(parsePrivateKey(JSON.stringify(key))).toEqual({ ok: true, value: key })
    const signer = softwareSigner(key)
    expect(signer.algorithm).toBe(algorithm)
    expect(nodeCrypto.verify(algorithm, signer.publicJwk, 'data', await signer.sign('data'))).toBe(true)
  })

  it('of the type RSA3072 is that long, and is made beside other work', async () => {
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    const key = await generateKeyOfType('RSA3072')
    clearInterval(timer)
    expect(key.kty === 'RSA' && Buffer.from(key.n, 'base64url')).toHaveLength(384)
    expect(softwareSigner(key).algorithm).toBe('RS384')
    expect(turns).toBeGreaterThan(0)
  })
})

describe('software key agreement', () => {
  // RFC 7518 appendix C.
  const alice = {
    kty: 'EC',
    crv: 'P-256',
    x: 'gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0',
    y: 'SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps',
    d: '0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo',
  } as const
  const bob = {
    kty: 'EC',
    crv: 'P-256',
    x: 'weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ',
    y: 'e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck',
  } as const
  const z = [
    158, 86, 217, 29, 129, 113, 53, 211, 114, 131, 66, 131, 191, 132, 38, 156, 251, 49, 110, 163, 218, 128,
    106, 72, 246, 218, 167, 121, 140, 254, 144, 196,
  ]

  it('gives the secret of RFC 7518 appendix C', () => {
    expect(softwareKeyAgreement(alice)(bob)).toEqual(Uint8Array.from(z))
  })

  it('answers nothing for a peer off the curve or on another', () => {
    const agree = softwareKeyAgreement(alice)
    const zero = Buffer.alloc(32).toString('base64url')
    for (const peer of [
      { ...bob, y: bob.x },
      { ...bob, x: zero, y: zero },
      { ...bob, x: bob.x.slice(2) },
      bareKey(generateSoftwareKey('ES384')),
      bareKey(generateSoftwareKey('ES256K')),
      bareKey(generateSoftwareKey('EdDSA')),
    ]) {
      expect(agree(peer)).toBeUndefined()
    }
  })

  it('is not made of a key that only signs', () => {
    expect(() => softwareKeyAgreement(rfc8037)).toThrow(TypeError)
    expect(() => softwareKeyAgreement(generateSoftwareKey('ES256K'))).toThrow(TypeError)
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
    ['secp256k1', 'secp256k1'],
  ])('is read as PKCS#8 PEM on %s', (namedCurve, crv) => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve })
    const read = parsePrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }))
    expect(read).toEqual({ ok: true, value: privateKey.export({ format: 'jwk' }) })
    expect(read.ok && read.value).toMatchObject({ crv })
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
  const rsaJwk = rsa.privateKey.export({ format: 'jwk' })
  const otherRsaJwk = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })
  const shortRsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
  const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey
  const p224 = generateKeyPairSync('ec', { namedCurve: 'secp224r1' }).privateKey
  const ed448 = generateKeyPairSync('ed448').privateKey
  const k1 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey
  const k1Jwk = k1.export({ format: 'jwk' })
  const order = '_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE'
  const differ = { code: 'key_malformed', reason: 'public_and_private_part_differ' }

  it('is read as RSA, with what it signs with', () => {
    expect(parsePrivateKey(rsaJwk)).toEqual({ ok: true, value: rsaJwk })
    expect(parsePrivateKey(pem(rsa.privateKey))).toEqual({ ok: true, value: rsaJwk })
    const labelled = parsePrivateKey({ ...rsaJwk, alg: 'PS512', kid: 'k', use: 'sig' })
    expect(labelled).toEqual({ ok: true, value: { ...rsaJwk, alg: 'PS512', kid: 'k' } })
    expect(labelled.ok && softwareSigner(labelled.value).algorithm).toBe('PS512')
  })

  it('is read under the draft name of secp256k1', () => {
    expect(parsePrivateKey({ ...k1Jwk, crv: 'P-256K' })).toEqual({ ok: true, value: k1Jwk })
  })

  it.each([
    ['a public JWK', { ...rfc7517, d: undefined }, { code: 'key_not_private' }],
    ['a public PEM', rsa.publicKey.export({ type: 'spki', format: 'pem' }), { code: 'key_not_private' }],
    ['a short RSA PEM', pem(shortRsa), { code: 'key_malformed', reason: 'rsa_key_too_short' }],
    [
      'an RSA JWK with a small exponent',
      generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 }).privateKey.export({
        format: 'jwk',
      }),
      { code: 'key_malformed', reason: 'rsa_exponent_too_small' },
    ],
    ['a PEM that is for PSS alone', pem(pss), { code: 'key_unsupported', keyType: 'rsa-pss' }],
    ['a P-224 PEM', pem(p224), { code: 'key_unsupported', keyType: 'secp224r1' }],
    ['an Ed448 PEM', pem(ed448), { code: 'key_unsupported', keyType: 'ed448' }],
    ['an RSA JWK for encryption', { ...rsaJwk, alg: 'RSA-OAEP' }, { code: 'key_malformed', reason: 'alg' }],
    ['an RSA JWK of three primes', { ...rsaJwk, oth: [] }, { code: 'key_malformed', reason: 'oth' }],
    ['an RSA JWK without its primes', { ...rsaJwk, p: undefined }, { code: 'key_malformed', reason: 'p' }],
    [
      'an RSA JWK with a padded number',
      { ...rsaJwk, dp: `AA${rsaJwk.dp}` },
      { code: 'key_malformed', reason: 'dp' },
    ],
    ['an RSA JWK with a number for a number', { ...rsaJwk, qi: 1 }, { code: 'key_malformed', reason: 'qi' }],
    [
      'an RSA JWK with an endless number',
      { ...rsaJwk, d: 'z'.repeat(10_000) },
      { code: 'key_malformed', reason: 'd' },
    ],
    ['the modulus of another RSA key', { ...rsaJwk, n: otherRsaJwk.n }, differ],
    ['the primes of another RSA key', { ...rsaJwk, p: otherRsaJwk.p, q: otherRsaJwk.q }, differ],
    ['the exponents of another RSA key', { ...otherRsaJwk, n: rsaJwk.n, p: rsaJwk.p, q: rsaJwk.q }, differ],
    [
      'the algorithm of another curve',
      { ...rfc7517, alg: 'ES384' },
      { code: 'key_malformed', reason: 'alg' },
    ],
    ['an EC key for RSA', { ...rfc7517, alg: 'PS256' }, { code: 'key_malformed', reason: 'alg' }],
    [
      'the scalar n of P-256',
      { ...rfc7517, d: order },
      { code: 'key_malformed', reason: 'private_part_out_of_range' },
    ],
    [
      'a private part of another secp256k1 key',
      { ...k1Jwk, d: generateSoftwareKey('ES256K').d },
      { code: 'key_malformed', reason: 'public_and_private_part_differ' },
    ],
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
