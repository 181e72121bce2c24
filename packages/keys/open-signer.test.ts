import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { now } from '@countersign/testing/people/keys'
import { afterAll, describe, expect, it } from 'vitest'
import { createDevelopmentCa, issueCertificate } from './deployment/development-certificate.ts'
import { type OpenSignerOptions, openSigner } from './open-signer.ts'
import { describeSigner } from './signers/signer.contract.ts'
import { SignerUnavailable, within } from './signers/signer-unavailable.ts'
import { generateSoftwareKey, keyThumbprint } from './signers/software-key.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-keys-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return `file:${join(folder, name)}`
}

const rsaPem = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
})

for (const algorithm of ['ES256', 'ES384', 'ES512', 'ES256K', 'EdDSA'] as const) {
  const reference = file(
    `${algorithm}.json`,
    JSON.stringify({ type: 'jwk', jwk: generateSoftwareKey(algorithm) }),
  )
  describeSigner(`a software key with ${algorithm}`, async () => {
    const result = await openSigner(reference, { now })
    if (result.ok) expect(result.value.algorithm).toBe(algorithm)
    return result
  })
}

for (const algorithm of ['RS256', 'PS256', 'PS512'] as const) {
  const reference = `${file('rsa.pem', String(rsaPem))}?algorithm=${algorithm}`
  describeSigner(`a software key with ${algorithm}`, async () => {
    const result = await openSigner(reference, { now })
    if (result.ok) expect(result.value.algorithm).toBe(algorithm)
    return result
  })
}

async function opened(reference: unknown, options: Partial<OpenSignerOptions> = {}) {
  const result = await openSigner(reference, { now, ...options })
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

async function refusal(reference: unknown, options: Partial<OpenSignerOptions> = {}): Promise<unknown> {
  const result = await openSigner(reference, { now, ...options })
  return result.ok ? 'opened' : result.error
}

describe('a signer', () => {
  const jwk = generateSoftwareKey('ES256')

  it('is named by the caller, by the kid of its JWK, or by its thumbprint', async () => {
    expect((await opened({ ...jwk, kid: 'k1' })).keyId).toBe('k1')
    expect((await opened({ ...jwk, kid: 'k1' }, { keyId: 'k2' })).keyId).toBe('k2')
    expect((await opened(jwk)).keyId).toBe(keyThumbprint(jwk))
  })

  it('of an RSA key signs with what the key says, what is asked for, or RS256', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })
    expect((await opened(rsa)).algorithm).toBe('RS256')
    expect((await opened({ ...rsa, alg: 'PS384' })).algorithm).toBe('PS384')
    const named = `${file('ps384.json', JSON.stringify({ ...rsa, alg: 'PS384' }))}?algorithm=PS512`
    expect((await opened(named)).algorithm).toBe('PS512')
  })

  it('shows certificates that are its own and valid now', async () => {
    const now = 1_800_000_000
    const ca = createDevelopmentCa({ name: 'Test CA', now })
    const request = { ca, subject: 'issuer', dnsNames: ['issuer.example'], uris: [], days: 1, now }
    const certificates = [issueCertificate({ ...request, publicJwk: jwk })]
    expect((await opened(jwk, { certificates, now: () => now })).x5c).toEqual(certificates)
    const other = [issueCertificate({ ...request, publicJwk: generateSoftwareKey('ES256') })]
    expect(await refusal(jwk, { certificates: other, now: () => now })).toEqual({
      code: 'certificate_of_other_key',
    })
    expect(await refusal(jwk, { certificates, now: () => now + 10 * 86_400 })).toMatchObject({
      code: 'certificate_not_valid_now',
    })
  })

  it('shows nothing of the private key', async () => {
    const signer = await opened(jwk)
    expect(JSON.stringify(signer)).not.toContain(String(jwk.kty === 'EC' && jwk.d))
    expect(Object.keys(signer).sort()).toEqual([
      'algorithm',
      'backend',
      'close',
      'keyId',
      'publicJwk',
      'sign',
      'x5c',
    ])
  })

  it.each([
    ['a file that is not there', 'file:/nonexistent/key.pem', { code: 'file_unreadable' }],
    ['a folder', `file:${folder}`, { code: 'file_unreadable' }],
    ['a file that is too large', file('large', 'x'.repeat(20_000)), { code: 'file_unreadable' }],
    ['an empty file', file('empty', ''), { code: 'key_malformed', reason: 'neither_json_nor_pem' }],
    [
      'a file that names another file',
      file('loop', 'file:/run/secrets/key'),
      { code: 'key_malformed', reason: 'neither_json_nor_pem' },
    ],
    [
      'an algorithm of another kind of key',
      `${file('es256.json', JSON.stringify(generateSoftwareKey('ES256')))}?algorithm=PS256`,
      { code: 'algorithm_unfit', algorithms: ['ES256'] },
    ],
    ['a public key', { kty: 'EC', crv: 'P-256', x: 'a', y: 'b' }, { code: 'key_not_private' }],
    ['nothing', undefined, { code: 'key_malformed', reason: 'not_an_object' }],
    [
      'Vault over plain http',
      'vault:http://vault.example:8200/transit/keys/k',
      { code: 'insecure_url', backend: 'vault' },
    ],
    [
      'a host that only begins like loopback',
      'vault:http://127.0.0.1.evil.example/transit/keys/k',
      { code: 'insecure_url', backend: 'vault' },
    ],
    [
      'AWS KMS over plain http',
      'aws-kms:k?region=eu-west-1&endpoint=http://kms.example',
      { code: 'insecure_url', backend: 'aws-kms' },
    ],
    [
      'a package that the product does not bring along',
      'aws-kms:k?region=eu-west-1',
      { code: 'package_missing', package: '@aws-sdk/client-kms' },
    ],
    [
      'another package that it does not bring along',
      'pkcs11:object=k?module-path=/usr/lib/p11.so',
      { code: 'package_missing', package: 'pkcs11js' },
    ],
  ])('is refused for %s', async (_, reference, error) => {
    expect(await refusal(reference, { environment: { VAULT_TOKEN: 't' } })).toEqual(error)
  })

  it.each(['pkcs11:object=k?module-path=/usr/lib/p11.so', 'aws-kms:k?region=eu-west-1'])(
    'is refused for a package of the name with something else in it: %s',
    async (reference) => {
      const broken = { load: () => Promise.reject(new Error('invalid ELF header')) }
      expect(await refusal(reference, broken)).toMatchObject({ code: 'module_unusable' })
      for (const value of [undefined, 7, {}, { default: {} }, { PKCS11: 'no', KMSClient: 'no' }]) {
        expect(await refusal(reference, { load: async () => value })).toMatchObject({
          code: 'module_unusable',
        })
      }
    },
  )
})

describe('SignerUnavailable', () => {
  it('carries the back end and the reason and nothing else', () => {
    const error = new SignerUnavailable('vault', 'denied')
    expect(error.message).toBe('vault: denied')
    expect(error.cause).toBeUndefined()
    expect(Object.fromEntries(Object.entries(error))).toEqual({
      name: 'SignerUnavailable',
      backend: 'vault',
      reason: 'denied',
    })
  })

  it('comes when the time is over, whatever happens later', async () => {
    const late = Promise.withResolvers<string>()
    const aborted = within(AbortSignal.timeout(5), 'vault', late.promise)
    await expect(aborted).rejects.toThrow('vault: timeout')
    late.reject(new Error('too late for anybody'))
    await expect(within(AbortSignal.abort(), 'vault', new Promise(() => {}))).rejects.toThrow(
      'vault: timeout',
    )
    await expect(within(AbortSignal.timeout(5000), 'vault', Promise.resolve(1))).resolves.toBe(1)
  })
})
