/** An issuer as it is configured: keys of the configuration, API keys, tokens of an authorization server, and who is let in by which. */
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signJws } from '@countersign/crypto/jose/jws'
import type { RunningService } from '@countersign/service/compose/run-service'
import { StartRefused } from '@countersign/service/operation/start-refused'
import { newKey, now } from '@countersign/testing/people/keys'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startIssuer } from './main.ts'
import { claims, configurationId } from './testing/issuer.testing.ts'

const ROOT = 'root-key-of-the-operator'
const CONFIGURED = 'a-key-of-the-configuration-4711'
const ISSUE = '/openid4vc/sdjwt/issue'
const order = { credentialConfigurationId: configurationId, credentialData: claims }

const loginKey = newKey()
const tomorrow = newKey()
let folder: string
let login: Server
let loginUrl: string
let issuer: RunningService

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'managed-'))
  login = createServer((request, response) => {
    response.setHeader('content-type', 'application/json')
    const documents: Record<string, object> = {
      '/realms/staff/.well-known/openid-configuration': { issuer: loginUrl, jwks_uri: `${loginUrl}/certs` },
      '/realms/staff/certs': { keys: [{ ...loginKey.publicJwk, kid: loginKey.keyId, use: 'sig' }] },
    }
    response.end(JSON.stringify(documents[request.url ?? ''] ?? {}))
  })
  await new Promise<void>((resolve) => {
    login.listen(0, '127.0.0.1', resolve)
  })
  const address = login.address()
  loginUrl = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/realms/staff`
  await mkdir(join(folder, 'config', 'issuer'), { recursive: true })
  await writeFile(join(folder, 'tomorrow.jwk'), JSON.stringify(tomorrow.publicJwk))
  await writeFile(
    join(folder, 'config', 'issuer', 'issuer-service.conf'),
    `publishedKeyFiles = ["${join(folder, 'tomorrow.jwk')}"]
     managementApiKeys = [
       // of a key that is random
       { name = registry, sha256 = "${createHash('sha256').update(CONFIGURED).digest('hex')}", scopes = ["offers:write", "operation:read"] }
     ]
     managementTokens {
       issuer = "${loginUrl}"
       audience = countersign
       scopeClaim = "realm_access.roles"
       scopes { issuing-desk = ["offers:write", "sessions:read"], auditors = ["audit:read", "credentials:read"] }
       requiredClaims { typ = Bearer }
     }`,
  )
  issuer = await started([`--managementApiKey=${ROOT}`])
})
afterAll(async () => {
  await issuer?.close()
  login.close()
  await rm(folder, { recursive: true })
})

function started(argv: readonly string[]): Promise<RunningService> {
  return startIssuer({
    argv: ['--webPort=0', '--logLevel=silent', `--data=${join(folder, 'data')}`, ...argv],
    env: {},
    cwd: folder,
    defaultPort: 0,
  })
}

function call(path: string, credential: string, body?: object): Promise<Response> {
  return fetch(issuer.url + path, {
    headers: { authorization: `Bearer ${credential}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  })
}

function token(more: object = {}): Promise<string> {
  const claimed = {
    iss: loginUrl,
    aud: 'countersign',
    sub: 'ada',
    azp: 'desk',
    typ: 'Bearer',
    exp: now() + 60,
    realm_access: { roles: ['issuing-desk', 'offline_access'] },
    ...more,
  }
  return signJws({ typ: 'JWT', kid: loginKey.keyId }, claimed, loginKey)
}

it('lets each in for what it is for', async () => {
  const made = await call('/api-keys', ROOT, { name: 'made', scopes: ['credentials:read'] })
  const { key } = (await made.json()) as { key: string }
  const places = [ISSUE, '/openid4vc/sessions', '/openid4vc/credentials/log', '/metrics', '/trust']
  const statusesOf = async (credential: string) =>
    Promise.all(
      places.map(async (path) => (await call(path, credential, path === ISSUE ? order : undefined)).status),
    )
  const auditor = await token({ realm_access: { roles: ['auditors'] } })
  expect({
    root: await statusesOf(ROOT),
    configured: await statusesOf(CONFIGURED),
    made: await statusesOf(key),
    desk: await statusesOf(await token()),
    auditor: await statusesOf(auditor),
    nobody: await statusesOf(await token({ typ: 'ID' })),
  }).toEqual({
    root: [200, 200, 200, 200, 200],
    configured: [200, 403, 403, 200, 200],
    made: [403, 403, 200, 403, 403],
    desk: [200, 200, 403, 403, 403],
    auditor: [403, 403, 200, 403, 403],
    nobody: [401, 401, 401, 401, 401],
  })
})

it('says on its API page which scope a call needs', async () => {
  const document = (await (await call('/api.json', ROOT)).json()) as {
    paths: Record<string, Record<string, { description?: string; responses: object }>>
  }
  const issuing = document.paths[ISSUE]?.['post']
  expect(issuing?.description).toContain('Needs the scope `offers:write`.')
  expect(issuing?.responses).toHaveProperty('403')
  expect(document.paths['/api-keys/{id}']?.['delete']?.description).toContain('`keys:manage`')
  expect(document.paths['/token']?.['post']?.description ?? '').not.toContain('Needs the scope')
})

it('names the key of tomorrow beside its own', async () => {
  const metadata = (await (await fetch(`${issuer.url}/.well-known/jwt-vc-issuer`)).json()) as {
    jwks: { keys: object[] }
  }
  expect(metadata.jwks.keys).toHaveLength(2)
  expect(metadata.jwks.keys[1]).toEqual({
    ...tomorrow.publicJwk,
    kid: tomorrow.keyId,
    use: 'sig',
    alg: 'ES256',
  })
})

it('does not start where further credentials would be for nothing', async () => {
  await expect(started([])).rejects.toThrow(StartRefused)
  await writeFile(
    join(folder, 'config', 'issuer', 'issuer-service.conf'),
    `managementTokens { issuer = "${loginUrl}", audience = countersign }`,
  )
  await expect(started([])).rejects.toThrow('managementTokens needs managementApiKey')
})
