/** The issuer with tenants, started as an operator starts it: what is opened, refused and told. */
import { createHmac } from 'node:crypto'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startIssuer } from '@countersign/issuer/main'
import { generateSoftwareKey } from '@countersign/keys/signers/software-key'
import { freePort } from '@countersign/local-servers/ports'
import type { RunningService } from '@countersign/service/compose/run-service'
import { StartRefused } from '@countersign/service/operation/start-refused'
import { startCallbackReceiver } from '@countersign/testing/client/callback-receiver'
import { issue } from '@countersign/testing/client/flows'
import { eventually } from '@countersign/testing/time/eventually'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const KEYS = {
  deployment: 'key-of-the-deployment',
  acme: 'key-of-acme-0123456',
  'b-co': 'key-of-b-co-0123456',
}
const SECRET = 'the deployment secret of this test'

let cwd: string
const running: RunningService[] = []
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'countersign-tenants-'))
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.close()))
  await rm(cwd, { recursive: true, force: true })
})

async function start(tenants: readonly object[], flags: readonly string[] = []): Promise<string> {
  const argv = [
    `--tenants=${JSON.stringify(tenants)}`,
    `--webPort=${await freePort()}`,
    '--data=data',
    '--logLevel=silent',
    ...flags,
  ]
  const env = { COUNTERSIGN_SECRET: SECRET }
  const service = await startIssuer({ argv, env, cwd, defaultPort: 0 })
  running.push(service)
  return service.url
}

async function refusedStart(
  tenants: readonly object[],
  flags: readonly string[] = [],
): Promise<StartRefused> {
  const refusal = await start(tenants, flags).catch((error: unknown) => error)
  if (refusal instanceof StartRefused) return refusal
  throw new Error('it started')
}

/** The last event of an issuance that went well. */
const isEnd = ({ type }: Readonly<Record<string, unknown>>) => type === 'issuance_status'

async function keyFile(name: string): Promise<string> {
  const file = join(cwd, `${name}.jwk`)
  await writeFile(file, JSON.stringify(generateSoftwareKey('ES256')))
  return file
}

const guarded = { name: 'acme', managementApiKey: KEYS.acme }

describe('an issuer with tenants', () => {
  it('issues for each, keeps each in a file of its own, and has the same keys after a restart', async () => {
    const flags = [`--webPort=${await freePort()}`]
    const keysAt = async (url: string) =>
      JSON.stringify(await (await fetch(`${url}/.well-known/jwt-vc-issuer`)).json())
    const url = await start([{ name: 'acme' }, { name: 'b-co' }], flags)
    for (const path of ['', '/acme', '/b-co']) expect((await issue(url + path)).credential).toContain('~')
    const files = (await readdir(join(cwd, 'data'))).filter((name) => name.endsWith('.sqlite'))
    expect(files.toSorted()).toEqual(['issuer.acme.sqlite', 'issuer.b-co.sqlite', 'issuer.sqlite'])
    const before = await Promise.all(['', '/acme', '/b-co'].map((path) => keysAt(url + path)))
    expect(new Set(before).size).toBe(3)
    await running.pop()?.close()
    await start([{ name: 'acme' }, { name: 'b-co' }], flags)
    expect(await Promise.all(['', '/acme', '/b-co'].map((path) => keysAt(url + path)))).toEqual(before)
  })

  it('shows figures of each under its name, to whoever has the key of the deployment', async () => {
    const url = await start([guarded], [`--managementApiKey=${KEYS.deployment}`])
    await issue(`${url}/acme`, { headers: { 'x-api-key': KEYS.acme } })
    const metrics = (key: string) => fetch(`${url}/metrics`, { headers: { 'x-api-key': key } })
    expect((await metrics(KEYS.acme)).status).toBe(401)
    const text = await (await metrics(KEYS.deployment)).text()
    expect(text).toMatch(/countersign_session_transitions_total\{[^}]*to="offered"[^}]*tenant="acme"\} 1/)
    expect(text).toMatch(/countersign_store_operation_duration_seconds_count\{[^}]*tenant="acme"[^}]*\} /)
    expect(text).not.toMatch(/countersign_session_transitions_total\{(?![^}]*tenant)/)
  })

  it('the key of the deployment opens nothing of a tenant, and the other way round', async () => {
    const url = await start([guarded], [`--managementApiKey=${KEYS.deployment}`])
    const statusAt = async (path: string, key: string) =>
      (await fetch(`${url}${path}/openid4vc/sessions`, { headers: { 'x-api-key': key } })).status
    expect(await statusAt('/acme', KEYS.acme)).toBe(200)
    expect(await statusAt('/acme', KEYS.deployment)).toBe(401)
    expect(await statusAt('', KEYS.deployment)).toBe(200)
    expect(await statusAt('', KEYS.acme)).toBe(401)
  })
})

describe('events of a tenant', () => {
  it('are told by its own due work, signed with its own secret', async () => {
    const receiver = await startCallbackReceiver(await freePort())
    const secrets = { acme: 'a'.repeat(32), deployment: 'd'.repeat(32) }
    const files = await Promise.all(
      Object.entries(secrets).map(async ([name, secret]) => {
        const file = join(cwd, `callbacks-of-${name}`)
        await writeFile(file, `whsec_${Buffer.from(secret).toString('base64')}\n`)
        return file
      }),
    )
    const [ofAcme = '', ofDeployment = ''] = files
    const url = await start(
      [{ name: 'acme', callbackSecretFile: ofAcme }, { name: 'b-co' }],
      [`--callbackSecretFile=${ofDeployment}`],
    )
    for (const path of ['', '/acme', '/b-co'])
      await issue(url + path, { headers: { statusCallbackUri: `${receiver.url}${path}/told` } })
    await eventually('all are told', () => receiver.came.filter(({ body }) => isEnd(body)).length === 3)
    const signedBy = new Map<string, Set<string>>()
    for (const { headers, id, text } of receiver.came) {
      const content = `${id}.${String(headers['webhook-timestamp'])}.${text}`
      const signature = String(headers['webhook-signature'] ?? 'none')
      const by = Object.entries(secrets).find(
        ([, secret]) => signature === `v1,${createHmac('sha256', secret).update(content).digest('base64')}`,
      )?.[0]
      const signers = signedBy.get(id.split('.')[0] ?? '') ?? new Set()
      signedBy.set(id.split('.')[0] ?? '', signers.add(by ?? signature))
    }
    expect([...signedBy.values()].map((by) => [...by].join()).toSorted()).toEqual([
      'acme',
      'deployment',
      'none',
    ])
    await receiver.stop()
  })
})

describe('a start with tenants is refused', () => {
  it('in production without keys of each, all of them told at once', async () => {
    const production = [
      '--mode=production',
      '--webHost=127.0.0.1',
      '--baseUrl=https://issuer.example',
      `--managementApiKey=${KEYS.deployment}`,
      `--signingKeyFile=${await keyFile('deployment')}`,
      '--statusLists=false',
    ]
    const { details } = await refusedStart(
      [
        guarded,
        {
          name: 'b-co',
          managementApiKey: KEYS['b-co'],
          publicClients: false,
          signingKeyFile: await keyFile('b'),
        },
      ],
      production,
    )
    expect(details).toEqual([
      'tenants.acme: the credential-issuer key is missing: set signingKeyFile or signingKey',
      expect.stringMatching(/^tenants\.b-co: nobody could ask for a token: /),
    ])
  })

  it('where two sign with one key, or one with the key of the deployment', async () => {
    const [own, shared] = [await keyFile('own'), await keyFile('shared')]
    const { details } = await refusedStart(
      [
        { name: 'acme', signingKeyFile: shared, statusLists: false },
        { name: 'b-co', signingKeyFile: shared, statusLists: false },
        { name: 'c-co', signingKeyFile: own, statusLists: false },
      ],
      [`--signingKeyFile=${own}`, '--statusLists=false'],
    )
    expect(details).toEqual([
      'tenants.b-co: signs with the key of acme: it needs one of its own',
      'tenants.c-co: signs with the key of the deployment: it needs one of its own',
    ])
  })

  it('under a name with which an address of the issuer begins', async () => {
    const { details } = await refusedStart([{ name: 'token' }, { name: 'swagger' }, { name: 'acme' }])
    expect(details.map((line) => line.split(' cannot')[0])).toEqual(['tenants: swagger', 'tenants: token'])
  })

  it('with mistakes in types and profiles of one, which are told with its name', async () => {
    const { details } = await refusedStart([
      { name: 'acme', typesDir: 'no-types' },
      { name: 'b-co', profilesDir: 'no-profiles' },
    ])
    expect(details).toEqual([
      expect.stringMatching(/^tenants\.acme: no-types: .*cannot be read/),
      expect.stringMatching(/^tenants\.b-co: no-profiles: cannot be read/),
    ])
  })
})
