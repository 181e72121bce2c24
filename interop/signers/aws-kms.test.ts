/** AWS KMS: the vendor's own client against a server that answers as KMS does. */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  CreateAliasCommand,
  CreateKeyCommand,
  type KeySpec,
  KMSClient,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { type OpenedSigner, type OpenSignerOptions, openSigner } from '@countersign/keys/open-signer'
import { describeSigner } from '@countersign/keys/signers/signer.contract'
import { now } from '@countersign/testing/people/keys'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type KmsServer, kmsServerMissing, startKmsServer } from './kms-server.testing.ts'

if (kmsServerMissing) console.warn(`AWS KMS tests are skipped: ${kmsServerMissing}`)

const notInstalled = Object.assign(new Error('not found'), { code: 'ERR_MODULE_NOT_FOUND' })
const load = (name: string): Promise<unknown> => import(name)
const region = 'eu-central-1'
const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'a-secret-of-the-tests' }

const kinds: readonly (readonly [string, KeySpec, string?])[] = [
  ['ES256', 'ECC_NIST_P256'],
  ['ES384', 'ECC_NIST_P384'],
  ['ES512', 'ECC_NIST_P521'],
  ['ES256K', 'ECC_SECG_P256K1'],
  ['RS256', 'RSA_2048'],
  ['PS256', 'RSA_2048', 'PS256'],
  ['RS384', 'RSA_3072', 'RS384'],
  ['PS512', 'RSA_4096', 'PS512'],
]

describe.skipIf(kmsServerMissing)('AWS KMS', () => {
  let server: KmsServer
  let client: KMSClient
  const keys = new Map<string, string>()

  async function createKey(spec: KeySpec | 'SYMMETRIC_DEFAULT'): Promise<string> {
    const usage = spec === 'SYMMETRIC_DEFAULT' ? 'ENCRYPT_DECRYPT' : 'SIGN_VERIFY'
    const { KeyMetadata: made } = await client.send(new CreateKeyCommand({ KeySpec: spec, KeyUsage: usage }))
    return made?.Arn ?? ''
  }

  beforeAll(async () => {
    server = await startKmsServer()
    client = new KMSClient({ region, endpoint: server.url, credentials })
    for (const [, spec] of kinds) if (!keys.has(spec)) keys.set(spec, await createKey(spec))
    // The usual chain begins with the environment.
    process.env.AWS_ACCESS_KEY_ID = credentials.accessKeyId
    process.env.AWS_SECRET_ACCESS_KEY = credentials.secretAccessKey
  })
  afterAll(async () => {
    client?.destroy()
    await server?.stop()
    delete process.env.AWS_ACCESS_KEY_ID
    delete process.env.AWS_SECRET_ACCESS_KEY
  })

  const endpoint = () => `endpoint=${encodeURIComponent(server.url)}`
  const open = (reference: unknown, options: Partial<OpenSignerOptions> = {}) =>
    openSigner(reference, { load, environment: {}, now, ...options })

  async function opened(reference: unknown, options: Partial<OpenSignerOptions> = {}): Promise<OpenedSigner> {
    const result = await open(reference, options)
    if (!result.ok) throw new Error(JSON.stringify(result.error))
    return result.value
  }

  async function refusal(reference: unknown, options: Partial<OpenSignerOptions> = {}): Promise<unknown> {
    const result = await open(reference, options)
    return result.ok ? 'opened' : result.error
  }

  async function expectSignature(signer: OpenedSigner): Promise<void> {
    const signature = await signer.sign('text')
    expect(nodeCrypto.verify(signer.algorithm, signer.publicJwk, 'text', signature)).toBe(true)
  }

  for (const [name, spec, algorithm] of kinds) {
    const suffix = algorithm ? `&algorithm=${algorithm}` : ''
    describeSigner(`AWS KMS with ${name}`, async () => {
      const result = await open(`aws-kms:${keys.get(spec)}?${endpoint()}${suffix}`)
      if (result.ok) expect(result.value.algorithm).toBe(name)
      return result
    })
  }

  it('finds a key by its id in the region that is named, or that of the environment', async () => {
    const id = keys.get('ECC_NIST_P256')?.split('/').at(-1)
    const named = await opened(`aws-kms:///${id}?region=${region}&${endpoint()}`)
    const usual = await opened(`aws-kms:///${id}?${endpoint()}`, { environment: { AWS_REGION: region } })
    expect(named.keyId).toBe(usual.keyId)
    expect(await refusal(`aws-kms:///${id}?region=us-east-1&${endpoint()}`)).toMatchObject({
      code: 'key_not_found',
    })
    expect(await refusal(`aws-kms:///${id}?${endpoint()}`)).toEqual({
      code: 'region_missing',
      backend: 'aws-kms',
    })
  })

  it('stays with its key when the alias is turned to another', async () => {
    const [first, second] = [await createKey('ECC_NIST_P256'), await createKey('ECC_NIST_P256')]
    await client.send(new CreateAliasCommand({ AliasName: 'alias/issuer', TargetKeyId: first }))
    const reference = `aws-kms:///alias/issuer?region=${region}&${endpoint()}`
    const signer = await opened(reference)
    await client.send(new UpdateAliasCommand({ AliasName: 'alias/issuer', TargetKeyId: second }))
    await expectSignature(signer)
    expect((await opened(reference)).keyId).not.toBe(signer.keyId)
  })

  it('is read as walt.id writes it down', async () => {
    const key = keys.get('ECC_NIST_P256') ?? ''
    const id = key.split('/').at(-1)
    process.env.AWS_ENDPOINT_URL_KMS = server.url
    try {
      for (const written of [
        { type: 'aws-rest-api', config: { auth: { ...credentials, region } }, id, _keyType: 'Ed25519' },
        { type: 'aws', config: { auth: { roleName: 'issuer', region } }, id, _publicKey: '{}' },
        { type: 'aws', config: { region }, id: key },
      ]) {
        const signer = await opened(written)
        expect(signer.publicJwk).toEqual((await opened(`aws-kms:${key}?${endpoint()}`)).publicJwk)
        await expectSignature(signer)
      }
    } finally {
      delete process.env.AWS_ENDPOINT_URL_KMS
    }
  })

  it('refuses keys that do not sign, are not there, or cannot sign so', async () => {
    const symmetric = await createKey('SYMMETRIC_DEFAULT')
    expect(await refusal(`aws-kms:${symmetric}?${endpoint()}`)).toEqual({
      code: 'key_unsupported',
      keyType: 'unknown',
    })
    const missing = `aws-kms:arn:aws:kms:${region}:123456789012:key/00000000-0000-0000-0000-000000000000`
    expect(await refusal(`${missing}?${endpoint()}`)).toEqual({ code: 'key_not_found', backend: 'aws-kms' })
    const curve = `aws-kms:${keys.get('ECC_NIST_P256')}?${endpoint()}&algorithm=PS256`
    expect(await refusal(curve)).toEqual({ code: 'algorithm_unfit', algorithms: ['ES256'] })
  })

  it('names the package that is missing', async () => {
    const error = await refusal(`aws-kms:${keys.get('RSA_2048')}`, {
      load: () => Promise.reject(notInstalled),
    })
    expect(error).toEqual({ code: 'package_missing', package: '@aws-sdk/client-kms' })
  })

  it('gives up in time, signs again once the service answers, and tells when it is gone', async () => {
    const second = await startKmsServer()
    const other = new KMSClient({ region, endpoint: second.url, credentials })
    const { KeyMetadata: made } = await other.send(
      new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
    )
    other.destroy()
    const reference = `aws-kms:${made?.Arn}?endpoint=${encodeURIComponent(second.url)}`
    const signer = await opened(reference, { timeoutMs: 3000 })
    second.signal('SIGSTOP')
    // Nothing to wait for: the signal reaches every thread of the server within moments.
    await sleep(100)
    await expect(signer.sign('text')).rejects.toThrow('aws-kms: timeout')
    second.signal('SIGCONT')
    await expectSignature(signer)
    await second.kill()
    await expect(signer.sign('text')).rejects.toThrow('aws-kms: unreachable')
  })
})
