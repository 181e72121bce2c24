/**
 * One tenant is asked for far more than an instance can do, by callers who heed no refusal. Another, of whom one wallet after the
 * other wants something, is refused nothing and waits less than those of the flood whom the instance serves.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Cluster, startCluster } from '@countersign/countersign/cluster/start-cluster'
import { finishedWithin } from '@countersign/local-servers/process/finished-within'
import { claims } from '@countersign/testing/client/flows'
import { identityConfiguration } from '@countersign/testing/client/protocol-wallet'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type WrittenTenant, writeTenant } from './written-tenants.ts'

const CALLERS = 200
const SECONDS = 6

let folder: string
let cluster: Cluster
let flooded: WrittenTenant
let quiet: WrittenTenant
let issuer: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-flooded-'))
  flooded = await writeTenant(folder, 'flooded')
  quiet = await writeTenant(folder, 'quiet')
  const flags = { issuer: [`--tenantsDir=${join(folder, 'tenants')}`] }
  cluster = await startCluster({ ports: 'free', wallets: 0, verifiers: 0, issuers: 1, flags })
  issuer = cluster.services.find(({ service }) => service === 'issuer')?.url ?? ''
})
afterAll(async () => {
  await cluster?.stop()
  await rm(folder, { recursive: true, force: true })
})

async function flood() {
  const program = fileURLToPath(new URL('./flooding-process.ts', import.meta.url))
  const args = [program, `${issuer}/${flooded.name}`, flooded.key, `${CALLERS}`, `${SECONDS}`]
  const { stderr, stdout } = await finishedWithin(120_000, { program: process.execPath, args })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as { served: number; refused: number; medianMs: number }
}

/** An offer of the tenant, one after the other, as long as the flood lasts. */
async function asked(isOver: () => boolean) {
  const tookMs: number[] = []
  const statuses = new Set<number>()
  const body = JSON.stringify({ credentialConfigurationId: identityConfiguration, credentialData: claims })
  const headers = { ...quiet.headers, 'content-type': 'application/json' }
  while (!isOver()) {
    const began = performance.now()
    const answer = await fetch(`${issuer}/${quiet.name}/openid4vc/sdjwt/issue`, {
      method: 'POST',
      headers,
      body,
    })
    await answer.text()
    tookMs.push(performance.now() - began)
    statuses.add(answer.status)
    await sleep(10)
  }
  const sorted = tookMs.toSorted((a, b) => a - b)
  return {
    statuses: [...statuses],
    count: sorted.length,
    p95Ms: sorted[Math.floor(sorted.length * 0.95)] ?? 0,
  }
}

it('the other is refused nothing, and waits less than whoever is served of the flood', async () => {
  let over = false
  const flooding = flood().finally(() => {
    over = true
  })
  const other = await asked(() => over)
  const { medianMs, refused, served } = await flooding
  // It was a flood: most of it was too much.
  expect(refused).toBeGreaterThan(served)
  expect(other.statuses).toEqual([200])
  expect(other.count).toBeGreaterThan(20)
  // Or what an overloaded instance promises to whom it lets in.
  expect(other.p95Ms).toBeLessThan(Math.max(medianMs, 500))
})
