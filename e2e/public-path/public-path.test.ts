/**
 * Services that share one host, each below a path, behind the Caddyfiles of docs/distributed.md: one takes the path off,
 * the other leaves it. A credential goes its whole way, wallets that look for metadata find it, and the API page works as it
 * is opened: below the path, and at the instance itself.
 */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type StartedService, startServiceProcess } from '@countersign/countersign/cluster/service-process'
import { didWebUrl } from '@countersign/did/did-web'
import { findProgram } from '@countersign/local-servers/find-program'
import { freePorts, takesConnections } from '@countersign/local-servers/ports'
import { finishedWithin } from '@countersign/local-servers/process/finished-within'
import { type Program, startProgram, untilReady } from '@countersign/local-servers/process/program'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiPages, openApiPages } from './api-pages.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const NAMES = ['issuer', 'verifier', 'wallet'] as const
const PORTS = { issuer: 7002, verifier: 7003, wallet: 7001 }
/** Who calls the management API with it is let in wherever it comes from. */
const KEY = 'key-of-the-management-api'

let folder: string
let pages: ApiPages
let caddy: Program | undefined
let services: readonly StartedService[] = []
let host: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-path-'))
  pages = await openApiPages()
  const [front = 0, ...ports] = await freePorts(4)
  host = `http://localhost:${front}`
  services = NAMES.map((name, index) => start(name, ports[index] ?? 0))
  await Promise.all(services.map((service) => service.ready()))
})

afterAll(async () => {
  await pages?.close()
  await Promise.all([...services.map((service) => service.stop()), caddy?.stop()])
  await rm(folder, { recursive: true, force: true })
})

function start(name: (typeof NAMES)[number], port: number): StartedService {
  return startServiceProcess({
    plan: { name, service: name, port },
    flags: [
      `--webPort=${port}`,
      `--baseUrl=${host}/${name}`,
      '--config',
      folder,
      '--data',
      join(folder, 'data'),
      ...(name === 'verifier' ? [`--verifierDid=${verifierDid()}`] : []),
    ],
    env: { ...process.env, COUNTERSIGN_MANAGEMENT_API_KEY: KEY },
    logFile: join(folder, `${name}.log`),
    publicUrl: `${host}/${name}`,
    onUnexpectedEnd: (who, how) => console.error(`${who} ended: ${how}`),
  })
}

function verifierDid(): string {
  return `did:web:${new URL(host).host.replace(':', '%3A')}:verifier`
}

/** Caddy with the n-th Caddyfile of the document, for the host and the ports of this test. */
async function serveAsDocumented(index: number): Promise<void> {
  await caddy?.stop()
  const document = await readFile(join(root, 'docs/distributed.md'), 'utf8')
  const [, block = ''] = [...document.matchAll(/^```caddyfile\n(.*?)^```/gms)][index] ?? []
  let text = block.replace('example.org {', `${host} {`)
  for (const { name, port } of services)
    text = text.replaceAll(`:${PORTS[name as (typeof NAMES)[number]]}\n`, `:${port}\n`)
  const file = join(folder, 'Caddyfile')
  await writeFile(file, `{\n\tadmin off\n\tauto_https off\n\tdefault_bind 127.0.0.1\n}\n${text}`)
  const program = findProgram(['caddy'], 'caddy')
  const args = ['run', '--config', file, '--adapter', 'caddyfile']
  const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }
  caddy = startProgram({ program, args, env })
  await untilReady(caddy, 'caddy', () => takesConnections(Number(new URL(host).port)))
}

describe.each([
  ['takes the path off', 0],
  ['leaves the path there', 1],
])('behind a proxy that %s', (_how, index) => {
  beforeAll(() => serveAsDocumented(index))

  it('a credential is issued, held and verified', async () => {
    const addresses = NAMES.flatMap((name) => [`--${name}`, `${host}/${name}`])
    const walked = await finishedWithin(120_000, {
      program: process.execPath,
      args: ['apps/countersign/main.mjs', 'demo', ...addresses],
      env: { ...process.env, COUNTERSIGN_MANAGEMENT_API_KEY: KEY },
      cwd: root,
    })
    expect(walked.code, `${walked.stdout}\n${walked.stderr}`).toBe(0)
  })

  it.each(['openid-credential-issuer', 'oauth-authorization-server', 'jwt-vc-issuer'])(
    '%s is where the path is inserted, and where it is appended',
    async (name) => {
      for (const address of [`/.well-known/${name}/issuer`, `/issuer/.well-known/${name}`]) {
        const answer = await fetch(host + address)
        expect(answer.status, address).toBe(200)
        const document = (await answer.json()) as Record<string, unknown>
        expect(document['credential_issuer'] ?? document['issuer']).toBe(`${host}/issuer`)
      }
    },
  )

  it('the DID document of the verifier is where its did:web leads to', async () => {
    const url = didWebUrl(verifierDid())
    const answer = await fetch(url.ok ? url.value.replace('https:', 'http:') : '')
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ id: verifierDid() })
  })

  it('the API page calls its service', async () => {
    expect(await pages.execute(`${host}/verifier/`, KEY, 'GET', '/openid4vc/policy-list')).toEqual({
      url: `${host}/verifier/openid4vc/policy-list`,
      status: 200,
    })
  })
})

it('the API page calls the instance that it was opened at', async () => {
  const verifier = services.find(({ name }) => name === 'verifier')
  const at = `http://127.0.0.1:${verifier?.port}`
  expect(await pages.execute(`${at}/`, KEY, 'GET', '/openid4vc/policy-list')).toEqual({
    url: `${at}/openid4vc/policy-list`,
    status: 200,
  })
})
