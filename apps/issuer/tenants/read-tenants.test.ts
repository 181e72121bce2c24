import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '@countersign/service/config/load'
import { StartRefused } from '@countersign/service/operation/start-refused'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { issuerShape } from '../config.ts'
import { readTenants } from './read-tenants.ts'

const KEY = 'key-of-the-deployment'
const [FIRST, SECOND] = ['key-of-the-first-tenant', 'key-of-the-second-tenant']

let folder: string
let tenantsDir: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-tenants-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))
beforeEach(async () => {
  tenantsDir = await mkdtemp(join(folder, 'tenants-'))
})

const write = (file: string, content: unknown) =>
  writeFile(join(tenantsDir, file), typeof content === 'string' ? content : JSON.stringify(content))

async function read(tenants: readonly object[], flags: readonly string[] = []) {
  const config = await loadConfig({
    service: 'issuer',
    defaultPort: 7002,
    extra: issuerShape,
    argv: [`--tenants=${JSON.stringify(tenants)}`, '--baseUrl=https://issuer.example/base', ...flags],
    env: {},
    cwd: folder,
  })
  if (!config.ok) throw new Error(JSON.stringify(config.error))
  return readTenants(config.value, folder)
}

async function refused(
  tenants: readonly object[],
  flags: readonly string[] = [],
): Promise<readonly string[]> {
  const refusal = await read(tenants, flags).catch((error: unknown) => error)
  if (!(refusal instanceof StartRefused)) throw new Error('they were read')
  return refusal.details
}

const production = ['--mode=production', `--managementApiKey=${KEY}`]

describe('a tenant', () => {
  it('has the settings that it says, and those of the deployment where it says nothing', async () => {
    const [acme, other] = await read(
      [{ name: 'acme', offerTtlSeconds: 60, senderRequestsPerSecond: 1 }, { name: 'b-co' }],
      ['--offerTtlSeconds=120', '--batchSize=3', '--senderRequestsAtOnce=7'],
    )
    expect(acme?.config).toMatchObject({
      baseUrl: 'https://issuer.example/base/acme',
      displayName: 'acme',
      offerTtlSeconds: 60,
      batchSize: 3,
      senderRequestsPerSecond: 1,
      senderRequestsAtOnce: 7,
    })
    expect(other?.config).toMatchObject({ offerTtlSeconds: 120, baseUrl: 'https://issuer.example/base/b-co' })
  })

  it('takes over nothing that makes the identity of the deployment, says whom it believes or opens its doors', async () => {
    const jwk = {
      kty: 'EC',
      crv: 'P-256',
      x: 'kiRdb7nzkBIJcn-0_zDWGcBcRJ01SyaqeM3jBO2PjJ0',
      y: 'dzEFL4BRFMDV0y8OPSVaOIzDV4NhC0j7lEYXsIQHZ20',
    }
    const [tenant] = await read(
      [{ name: 'acme', managementApiKey: FIRST }],
      [
        ...production,
        '--displayName=The deployment',
        '--signingKeyFile=signing.pem',
        '--signingCertFile=signing-chain.pem',
        '--documentSigningKeyFile=document.pem',
        '--statusListKeyFile=list.pem',
        '--callbackSecretFile=callback',
        '--profilesDir=profiles',
        '--trustedWalletAttestersFile=attesters.pem',
        '--trustedKeyAttestersFile=key-attesters.pem',
        `--keyAttesterKeys=${JSON.stringify([jwk])}`,
        `--walletAttesterKeys=${JSON.stringify([jwk])}`,
        `--clients=${JSON.stringify([{ clientId: 'c', methods: ['none'] }])}`,
        `--issuerKeys=${JSON.stringify([{ name: 'k', keyFile: 'k.pem' }])}`,
      ],
    )
    const { config } = tenant ?? {}
    expect(config?.managementApiKey).toBe(FIRST)
    expect(config?.displayName).toBe('acme')
    for (const key of [
      'signingKeyFile',
      'signingCertFile',
      'documentSigningKeyFile',
      'statusListKeyFile',
      'callbackSecretFile',
      'profilesDir',
      'trustedWalletAttestersFile',
      'trustedKeyAttestersFile',
      'secret',
    ] as const)
      expect(config?.[key], key).toBeUndefined()
    for (const key of ['keyAttesterKeys', 'walletAttesterKeys', 'clients', 'issuerKeys'] as const)
      expect(config?.[key], key).toEqual([])
    expect(config?.tenants).toEqual([])
  })

  it('comes from a file of the folder as well, in JSON or HOCON, under the name of the file', async () => {
    await write('acme.json', { displayName: 'Acme' })
    await write('b-co.conf', 'displayName = "B & Co"\nbatchSize = "4"\n')
    await write('.hidden.json', '{')
    await write('README.md', 'no tenant')
    const tenants = await read([{ name: 'zeta' }], [`--tenantsDir=${tenantsDir}`])
    expect(tenants.map(({ name, config }) => [name, config.displayName, config.batchSize])).toEqual([
      ['acme', 'Acme', 10],
      ['b-co', 'B & Co', 4],
      ['zeta', 'zeta', 10],
    ])
  })

  it('has its key from a file where one is named', async () => {
    await write('key', `${FIRST}\n`)
    const [tenant] = await read([{ name: 'acme', managementApiKeyFile: join(tenantsDir, 'key') }])
    expect(tenant?.config.managementApiKey).toBe(FIRST)
  })
})

describe('mistakes', () => {
  it('are told at once, with the place, the key and what is meant', async () => {
    await write('b-co.conf', 'batchSize = 0\n')
    await write('broken.json', '{')
    const lines = await refused(
      [
        { name: 'acme', ofer: 1, displayNam: 'x', offerTtlSeconds: 1 },
        { name: 'b-co' },
        { name: 'web', webPort: 1, allowHttp: true, tenants: [] },
      ],
      [`--tenantsDir=${tenantsDir}`],
    )
    const told = (part: string) => lines.filter((line) => line.includes(part))
    expect(told('tenants.acme: ofer: unknown key')).toHaveLength(1)
    expect(told('tenants.acme: displayNam: unknown key; did you mean displayName?')).toHaveLength(1)
    expect(told('tenants.acme: offerTtlSeconds: must be at least 10')).toHaveLength(1)
    expect(told('/b-co.conf: batchSize: must be at least 1')).toHaveLength(1)
    expect(told('/broken.json: ')).toHaveLength(1)
    expect(told('there is another tenant b-co')).toHaveLength(1)
    expect(
      told('is said by the deployment for all of its tenants').map((line) => line.split(': ')[1]),
    ).toEqual(['webPort', 'allowHttp', 'tenants'])
  })

  it.each([['Acme.json'], ['-acme.json'], ['a_b.json'], [`${'a'.repeat(41)}.json`], ['acme.x.json']])(
    'a file %s is no tenant’s',
    async (file) => {
      await write(file, {})
      expect(await refused([], [`--tenantsDir=${tenantsDir}`])).toEqual([
        expect.stringContaining('the name of a tenant is 1 to 40 characters'),
      ])
    },
  )

  it('a folder that is not there', async () => {
    expect(await refused([], ['--tenantsDir=nowhere'])).toEqual([
      expect.stringContaining('nowhere cannot be read'),
    ])
  })

  it.each([
    ['none in production', [{ name: 'acme' }], production, 'managementApiKey: needed in production'],
    [
      'none where others are served',
      [{ name: 'acme' }],
      ['--webHost=0.0.0.0', `--managementApiKey=${KEY}`],
      'managementApiKey: needed to listen on 0.0.0.0',
    ],
    [
      'none where the deployment has one',
      [{ name: 'acme' }],
      [`--managementApiKey=${KEY}`],
      'managementApiKey: needed where the deployment has one',
    ],
    [
      'that of the deployment',
      [{ name: 'acme', managementApiKey: KEY }],
      production,
      'managementApiKey: is that of the deployment',
    ],
    [
      'that of another',
      [
        { name: 'acme', managementApiKey: FIRST },
        { name: 'b-co', managementApiKey: FIRST },
      ],
      production,
      'tenants.b-co: managementApiKey: is that of acme as well',
    ],
    [
      'one that is too short',
      [{ name: 'acme', managementApiKey: 'short' }],
      production,
      'tenants.acme: managementApiKey',
    ],
    [
      'one from a file that is not there',
      [{ name: 'acme', managementApiKeyFile: '/nowhere/key' }],
      production,
      'managementApiKeyFile',
    ],
  ])('a management key: %s', async (_what, tenants, flags, line) => {
    const lines = await refused(tenants, flags)
    expect(lines).toEqual([expect.stringContaining(line)])
    for (const secret of [KEY, FIRST, SECOND, 'short']) expect(lines.join()).not.toContain(`${secret}`)
  })

  it('two keys that differ are fine', async () => {
    const tenants = [
      { name: 'acme', managementApiKey: FIRST },
      { name: 'b-co', managementApiKey: SECOND },
    ]
    expect(await read(tenants, production)).toHaveLength(2)
  })
})
