/**
 * More callers than one verifier can serve, on a real Redis: nobody's flow is lost, and the link to Redis, which all of them
 * share, is not given up. A caller that is refused comes back when it is told.
 */
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Cluster, startCluster } from '@countersign/countersign/cluster/start-cluster'
import { identityQuery } from '@countersign/testing/client/flows'
import { requestUri } from '@countersign/testing/client/protocol-wallet'
import { afterEach, expect, it } from 'vitest'

const CALLERS = 512
const SECONDS = 5

let cluster: Cluster | undefined
afterEach(() => cluster?.stop())

/** One verifier without a balancer in front, and its log so far. */
async function startVerifier(...flags: readonly string[]) {
  cluster = await startCluster({
    ports: 'free',
    wallets: 0,
    issuers: 0,
    verifiers: 1,
    flags: { verifier: flags },
  })
  const verifier = cluster.services.find(({ service }) => service === 'verifier')
  if (verifier === undefined) throw new Error('this cluster has a verifier')
  return { url: verifier.url, log: () => readFile(verifier.logFile, 'utf8') }
}

interface Outcome {
  flows: number
  refused: number
  /** What was answered that is neither a success nor a refusal of what is too much. */
  readonly faults: Set<string>
}

/** Callers that begin one verification after another, have its request signed and read it, for a time. */
async function loaded(url: string): Promise<Outcome> {
  const outcome: Outcome = { flows: 0, refused: 0, faults: new Set() }
  const endsAt = performance.now() + SECONDS * 1_000
  const patiently = async (path: string, init?: RequestInit): Promise<string | undefined> => {
    for (;;) {
      const answer = await fetch(url + path, { ...init, signal: AbortSignal.timeout(120_000) })
      const text = await answer.text()
      if (answer.status === 200) return text
      const retryAfter = Number(answer.headers.get('retry-after'))
      if (answer.status !== 503 || retryAfter < 1 || !text.includes('too much to do')) {
        outcome.faults.add(`${answer.status} ${text.slice(0, 200)}`)
        return undefined
      }
      outcome.refused += 1
      await sleep(retryAfter * 1_000 * (1 + Math.random() / 2))
    }
  }
  const flow = async () => {
    const headers = { 'content-type': 'application/json', accept: 'application/json' }
    const body = JSON.stringify({ dcql_query: identityQuery })
    const started = await patiently('/openid4vc/verify', { method: 'POST', headers, body })
    if (started === undefined) return
    const { id, url: request } = JSON.parse(started) as { id: string; url: string }
    const signed = await patiently(new URL(requestUri(request)).pathname)
    const read = signed && (await patiently(`/openid4vc/session/${id}`))
    if (read !== undefined) outcome.flows += 1
  }
  const caller = async () => {
    while (performance.now() < endsAt) {
      await flow().catch((error: unknown) => outcome.faults.add(String(error)))
    }
  }
  await Promise.all(Array.from({ length: CALLERS }, caller))
  return outcome
}

it('a verifier that takes on all that comes is late, and takes that for no outage of Redis', async () => {
  const unlimited = ['--maxRequestsInFlight=1000000', '--maxRequestsWhileLate=1000000', '--logLevel=info']
  const { url, log } = await startVerifier(...unlimited)
  const { faults, flows, refused } = await loaded(url)
  expect([...faults]).toEqual([])
  expect(flows).toBeGreaterThanOrEqual(CALLERS)
  expect(refused).toBe(0)
  expect(await log()).not.toContain('not connected')
})

it('a verifier that has too much to do refuses, and every flow of patient callers comes to its end', async () => {
  const { url, log } = await startVerifier('--maxRequestsInFlight=100', '--maxRequestsWhileLate=40')
  const { faults, flows, refused } = await loaded(url)
  expect([...faults]).toEqual([])
  expect(flows).toBeGreaterThanOrEqual(CALLERS)
  expect(refused).toBeGreaterThan(0)
  expect(await log()).not.toContain('not connected')
  expect(await log()).toContain('too much to do')
})
