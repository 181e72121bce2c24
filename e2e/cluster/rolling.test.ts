/**
 * Instances come and go under load. Told to stop, an instance loses no request; killed, it cuts those in flight, and a
 * client that proves its key sends them once more: no flow is lost and no credential doubled.
 */
import { setTimeout as delay } from 'node:timers/promises'
import {
  type Cluster,
  type ClusterService,
  startCluster,
} from '@countersign/countersign/cluster/start-cluster'
import { type FlowOptions, issue, verify } from '@countersign/testing/client/flows'
import type { Answer } from '@countersign/testing/client/http'
import { newKey } from '@countersign/testing/people/keys'
import { slownessNow } from '@countersign/testing/time/slowness'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { many } from './many.ts'

const FLOWS = 300
const CONCURRENCY = 8
/** Each ends one issuer and one verifier; the flows go on until there were as many. */
const ROUNDS = 5
/** Begun together before it is looked whether there were enough. */
const BATCH = 20

/** Times as slow as when it has nothing else to do. */
const BUSY = 2

let cluster: Cluster
beforeAll(async () => {
  // A busy balancer takes longer to look elsewhere, and until then a new request must find the listener open.
  const flags = ['--drainSeconds=3']
  cluster = await startCluster({ ports: 'free', wallets: 0, flags: { issuer: flags, verifier: flags } })
})
afterAll(() => cluster?.stop())

interface Disturbance {
  readonly rounds: () => number
  /** Stops after the round that is under way. */
  end(): Promise<void>
}

/**
 * From a start to the next end: what was cut by the end before is sent once more when the balancer has noticed, and a second end at
 * that very moment would cut it again, on a machine that starts an instance within a second.
 */
const BETWEEN_MS = 1_500

/** Over and over: one instance of each service is ended with the signal and started again, in turn. */
function disturb(signal: 'SIGTERM' | 'SIGKILL'): Disturbance {
  const rounds = [1, 2].map((number) =>
    cluster.services.filter(({ name }) => /^(issuer|verifier)/.test(name) && name.endsWith(`${number}`)),
  )
  let going = true
  let count = 0
  const endAndStart = async (service: ClusterService) => {
    await service.kill(signal)
    await service.restart()
  }
  const run = async () => {
    while (going) {
      await Promise.all((rounds[count % 2] ?? []).map(endAndStart))
      count++
      await delay(BETWEEN_MS)
    }
  }
  const running = run()
  return {
    rounds: () => count,
    end: () => {
      going = false
      return running
    },
  }
}

async function flowsUnder(signal: 'SIGTERM' | 'SIGKILL', sending: Pick<FlowOptions, 'retries' | 'isCut'>) {
  const disturbance = disturb(signal)
  const credentials: string[] = []
  const failures: string[] = []
  let requests = 0
  const after = (_step: string, _answer: Answer) => {
    requests++
  }
  const flow = async () => {
    try {
      const held = await issue(cluster.urls.issuer, { sender: { dpopKey: newKey() }, after, ...sending })
      credentials.push(held.credential)
      const { result } = await verify(cluster.urls.verifier, held, { after, ...sending })
      if (result['verificationResult'] !== true) failures.push(JSON.stringify(result))
    } catch (error) {
      failures.push(String(error))
    }
  }
  let flows = 0
  while (flows < FLOWS || disturbance.rounds() < ROUNDS) {
    await many(BATCH, CONCURRENCY, flow)
    flows += BATCH
  }
  await disturbance.end()
  return { flows, failures, credentials, requests, rounds: disturbance.rounds() }
}

/**
 * None on a machine with time. On one without, the instance that stays cannot answer the balancer's question in time
 * either: then the balancer itself refuses, nobody has got the request, and it may be sent once more.
 */
function patience(): Pick<FlowOptions, 'retries' | 'isCut'> {
  if (slownessNow() < BUSY) return {}
  return { retries: 1, isCut: ({ status, instance }) => status === 503 && instance === 'none' }
}

describe('at least 300 flows at concurrency 8', () => {
  it('while instances are told to stop and started again: no request fails', async () => {
    const outcome = await flowsUnder('SIGTERM', patience())
    console.log(
      `SIGTERM: ${outcome.flows} flows, ${outcome.requests} requests, ${outcome.rounds} rounds, ${outcome.failures.length} failures`,
    )
    expect(outcome.failures).toEqual([])
  })

  it('while instances are killed: what is cut succeeds when sent once more, nothing is lost or doubled', async () => {
    const outcome = await flowsUnder('SIGKILL', { retries: 1 })
    console.log(
      `SIGKILL: ${outcome.flows} flows, ${outcome.requests} requests, ${outcome.rounds} rounds, ${outcome.failures.length} failures`,
    )
    expect(outcome.failures).toEqual([])
    expect(new Set(outcome.credentials).size).toBe(outcome.flows)
  })
})
