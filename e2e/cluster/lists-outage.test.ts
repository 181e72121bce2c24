/**
 * Redis and PostgreSQL are killed under two issuers behind Caddy: the status lists are served through the balancer all the
 * same, from the memory of instances that are not ready, and everything else is a 503. What is revoked after they are back
 * is public a moment later.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { type Cluster, startCluster } from '@countersign/countersign/cluster/start-cluster'
import { decodeJws } from '@countersign/crypto/jose/jws'
import { startPostgres } from '@countersign/local-servers/postgres-server'
import { startRedis } from '@countersign/local-servers/redis-server'
import { getStatus } from '@countersign/status-list/bits'
import { issue } from '@countersign/testing/client/flows'
import { type Answer, call, expectStatus, postJson } from '@countersign/testing/client/http'
import { eventually } from '@countersign/testing/time/eventually'
import { expectTook } from '@countersign/testing/time/takes-at-most'
import { afterAll, beforeAll, expect, it } from 'vitest'

let folder: string
let data: string
let cluster: Cluster
const back: { stop(): Promise<void> }[] = []
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-data-'))
  // PostgreSQL runs as a user of its own where root starts it, and has a folder below this one.
  await chmod(folder, 0o711)
  data = join(folder, 'not-there-yet')
  cluster = await startCluster({ ports: 'free', wallets: 0, verifiers: 0, dataFolder: data })
})
afterAll(async () => {
  await cluster?.stop()
  for (const store of back) await store.stop()
  await rm(folder, { recursive: true, force: true })
})

interface Place {
  readonly path: string
  readonly uri: string
  readonly index: number
}

async function newPlace(): Promise<Place> {
  const { credential } = await issue(cluster.urls.issuer)
  const decoded = decodeJws(credential.split('~')[0] ?? '')
  if (!decoded.ok) throw new Error(decoded.error.code)
  const { status_list: list } = decoded.value.payload['status'] as {
    status_list: { uri: string; idx: number }
  }
  return { uri: list.uri, path: new URL(list.uri).pathname, index: list.idx }
}

function listed({ text }: Answer, { index }: Place): number | undefined {
  const decoded = decodeJws(text, { maxLength: text.length })
  if (!decoded.ok) throw new Error(decoded.error.code)
  const { bits, lst } = decoded.value.payload['status_list'] as { bits: 2; lst: string }
  const bytes = inflateSync(Buffer.from(lst, 'base64url'))
  return getStatus({ bytes, size: bits, order: 'least_significant_first' }, index)
}

const JWT = { accept: 'application/statuslist+jwt' }

/** Through the balancer, several times; the instances that answered. */
async function asked(place: Place, headers: Readonly<Record<string, string>>): Promise<Set<string>> {
  const instances = new Set<string>()
  for (let turn = 0; turn < 8; turn++) {
    const startedAt = performance.now()
    const answer = expectStatus(await call(`${cluster.urls.issuer}${place.path}`, { headers }), 200)
    await expectTook(performance.now() - startedAt, 1500)
    expect(answer.headers.get('content-type')).toBe(headers['accept'])
    instances.add(answer.instance)
  }
  return instances
}

it('lists outlive the stores', async () => {
  const { issuer } = cluster.urls
  const place = await newPlace()
  const both = new Set(['issuer1', 'issuer2'])
  expect(await asked(place, JWT)).toEqual(both)

  const { postgres, redis } = cluster
  await Promise.all([postgres.kill(), redis?.kill()])
  await eventually('no issuer is ready', async () => {
    const order = await postJson(`${issuer}/openid4vc/sdjwt/issue`, {})
    return order.status === 503 && order.instance === 'none'
  })
  const instances = cluster.services.filter(({ service }) => service === 'issuer')
  for (const { url } of instances) {
    expect((await call(`${url}/readyz`)).status).toBe(503)
    expect((await call(`${url}/livez`)).status).toBe(200)
  }
  expect(await asked(place, JWT)).toEqual(both)
  // A form that nobody had asked for before.
  expect(await asked(place, { accept: 'application/statuslist+cwt' })).toEqual(both)
  const known = await call(`${issuer}${place.path}`, { headers: JWT })
  expect(listed(known, place)).toBe(0)
  expect(known.headers.get('cache-control')).toBe('public, max-age=5')
  const unknown = await call(`${issuer}/status/token/${'A'.repeat(22)}`)
  expect([unknown.status, unknown.headers.get('retry-after')]).toEqual([503, '1'])
  const other = await call(`${issuer}/.well-known/openid-credential-issuer`)
  expect([other.status, other.instance]).toEqual([503, 'none'])

  back.push(await startRedis({ port: redis?.port ?? 0 }))
  back.push(await startPostgres({ port: postgres.port, dataFolder: join(data, 'postgres'), durable: false }))
  await eventually(
    'the balancer has an issuer again',
    async () => (await call(`${issuer}/readyz`)).status === 200,
  )
  const body = { statusListUri: place.uri, statusListIndex: place.index, status: 'revoked' }
  await eventually('the credential is revoked', async () => {
    return (await postJson(`${issuer}/openid4vc/credentials/status`, body)).status === 200
  })
  for (const { url } of instances) {
    await eventually(`the list of ${url} says so`, async () => {
      const answer = expectStatus(await call(`${url}${place.path}`, { headers: JWT }), 200)
      return listed(answer, place) === 1
    })
  }
})
