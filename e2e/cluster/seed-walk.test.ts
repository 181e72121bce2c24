/**
 * The walk of docs/distributed.md with nothing configured but Redis: two verifiers and two issuers that share no
 * directory and no secret, by `_features.conf` and `persistence.conf` alone; a wallet that knows neither, with its
 * pre-registered account.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  balancedTo,
  type StartedService,
  startServiceProcess,
} from '@countersign/countersign/cluster/service-process'
import type { ServiceName } from '@countersign/countersign/services'
import { startCaddy } from '@countersign/local-servers/caddy'
import { freePorts } from '@countersign/local-servers/ports'
import type { Program } from '@countersign/local-servers/process/program'
import { type RedisServer, startRedis } from '@countersign/local-servers/redis-server'
import { identityQuery } from '@countersign/testing/client/flows'
import { call, expectStatus, postJson } from '@countersign/testing/client/http'
import { identityConfiguration } from '@countersign/testing/client/protocol-wallet'
import { logIn, present, receive } from '@countersign/testing/client/wallet-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let folder: string
let redis: RedisServer
let caddy: Program
let services: readonly StartedService[]
let urls: { readonly wallet: string; readonly issuer: string; readonly verifier: string }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-walk-'))
  redis = await startRedis()
  await writeConfig(join(folder, 'config'), redis.port)
  const ports = await freePorts(7)
  const [verifier = 0, verifier1, verifier2, issuer = 0, issuer1, issuer2, wallet = 0] = ports
  const local = (port: number | undefined) => `127.0.0.1:${port}`
  caddy = await startCaddy({
    sites: [
      { port: verifier, upstreams: [local(verifier1), local(verifier2)] },
      { port: issuer, upstreams: [local(issuer1), local(issuer2)] },
    ],
  })
  urls = { wallet: addressOf(wallet), issuer: addressOf(issuer), verifier: addressOf(verifier) }
  services = [
    start('verifier', 'verifier1', verifier1, urls.verifier),
    start('verifier', 'verifier2', verifier2, urls.verifier),
    start('issuer', 'issuer1', issuer1, urls.issuer),
    start('issuer', 'issuer2', issuer2, urls.issuer),
    start('wallet', 'wallet', wallet, urls.wallet),
  ]
  await Promise.all(services.map((service) => service.ready()))
  await Promise.all([
    ...['verifier1', 'verifier2'].map((name) => balancedTo(urls.verifier, name)),
    ...['issuer1', 'issuer2'].map((name) => balancedTo(urls.issuer, name)),
  ])
})

afterAll(async () => {
  await Promise.all((services ?? []).map((service) => service.stop()))
  await caddy?.stop()
  await redis?.stop()
  await rm(folder, { recursive: true, force: true })
})

function addressOf(port: number): string {
  return `http://localhost:${port}`
}

/** The two edits of the document. */
async function writeConfig(config: string, redisPort: number): Promise<void> {
  await mkdir(config)
  await writeFile(join(config, '_features.conf'), 'enabledFeatures = [\n  persistence\n]\n')
  const persistence = `type = "redis"\nnodes = [{host = "127.0.0.1", port = ${redisPort}}]\nuser: "default"\npassword: ""\n`
  await writeFile(join(config, 'persistence.conf'), persistence)
}

/** Each with a data folder of its own: what they share is Redis, and the wallet not even that. */
function start(
  service: ServiceName,
  name: string,
  port: number | undefined,
  publicUrl: string,
): StartedService {
  const config = service === 'wallet' ? [] : ['--config', join(folder, 'config')]
  const inherited = Object.entries(process.env).filter(([key]) => !key.startsWith('COUNTERSIGN_'))
  return startServiceProcess({
    plan: { name, service, port: port ?? 0 },
    flags: [
      `--webPort=${port}`,
      `--baseUrl=${publicUrl}`,
      `--instance=${name}`,
      ...config,
      '--data',
      join(folder, name),
    ],
    env: Object.fromEntries(inherited),
    logFile: join(folder, `${name}.log`),
    publicUrl,
    onUnexpectedEnd: (who, how) => console.error(`${who} ended: ${how}`),
  })
}

describe('the walk with nothing configured but Redis', () => {
  it('issues, holds and verifies through both instances of each, ten times', async () => {
    const user = await logIn(urls.wallet, 'user@email.com', 'password')
    const readers = new Set<string>()
    for (let turn = 0; turn < 10; turn++) {
      const credentialData = { given_name: 'Ada', family_name: 'Example' }
      const order = { credentialConfigurationId: identityConfiguration, credentialData }
      const offer = expectStatus(await postJson(`${urls.issuer}/openid4vc/sdjwt/issue`, order), 200)
      const [credential] = await receive(user, offer.text)
      const request = await postJson(
        `${urls.verifier}/openid4vc/verify`,
        { dcql_query: identityQuery },
        { accept: 'application/json' },
      )
      const { id, url } = request.json() as { id: string; url: string }
      await present(user, url, [credential?.id ?? ''])
      const result = await call(`${urls.verifier}/openid4vc/session/${id}`)
      expect(result.json()['verificationResult'], result.text).toBe(true)
      // Once more, or the number of readings in a turn decides who gets this one.
      readers.add(result.instance).add((await call(`${urls.verifier}/openid4vc/session/${id}`)).instance)
    }
    expect([...readers].toSorted()).toEqual(['verifier1', 'verifier2'])
  })

  it('warns that the secret lies in the store that it seals', async () => {
    const logs = await Promise.all(services.map((service) => readFile(service.logFile, 'utf8')))
    expect(logs.join('\n')).toMatch(/secret/i)
  })
})
