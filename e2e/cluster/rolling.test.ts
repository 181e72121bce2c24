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
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { issue, verify } from '../client/flows.ts'
import type { Answer } from '../client/http.ts'
import { newKey } from '../client/protocol-wallet.ts'
import { many } from './many.ts'

const FLOWS = 300
const CONCURRENCY = 8

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster({ ports: 'free', wallets: 0 })
})
afterAll(() => cluster?.stop())

interface Disturbance {
  /** Stops after the round that is under way; the number of rounds. */
  end(): Promise<number>
}

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
      await delay(200)
    }
    return count
  }
  const running = run()
  return {
    end: () => {
      going = false
      return running
    },
  }
}

/** Goes on past the 300 flows until instances were ended at least four times. */
async function flowsUnder(signal: 'SIGTERM' | 'SIGKILL', retries: number) {
  const disturbance = disturb(signal)
  const credentials: string[] = []
  const failures: string[] = []
  let requests = 0
  const after = (_step: string, _answer: Answer) => {
    requests++
  }
  const flow = async () => {
    try {
      const held = await issue(cluster.urls.issuer, { sender: { dpopKey: newKey() }, retries, after })
      credentials.push(held.credential)
      const { result } = await verify(cluster.urls.verifier, held, { retries, after })
      if (result['verificationResult'] !== true) failures.push(JSON.stringify(result))
    } catch (error) {
      failures.push(String(error))
    }
  }
  await many(FLOWS, CONCURRENCY, flow)
  const rounds = await disturbance.end()
  return { failures, credentials, requests, rounds }
}

describe('300 flows at concurrency 8', () => {
  it('while instances are told to stop and started again: no request fails', async () => {
    const outcome = await flowsUnder('SIGTERM', 0)
    console.log(
      `SIGTERM: ${FLOWS} flows, ${outcome.requests} requests, ${outcome.rounds} rounds, ${outcome.failures.length} failures`,
    )
    expect(outcome.failures).toEqual([])
    expect(outcome.rounds).toBeGreaterThanOrEqual(2)
  })

  it('while instances are killed: what is cut succeeds when sent once more, nothing is lost or doubled', async () => {
    const outcome = await flowsUnder('SIGKILL', 1)
    console.log(
      `SIGKILL: ${FLOWS} flows, ${outcome.requests} requests, ${outcome.rounds} rounds, ${outcome.failures.length} failures`,
    )
    expect(outcome.failures).toEqual([])
    expect(new Set(outcome.credentials).size).toBe(FLOWS)
    expect(outcome.rounds).toBeGreaterThanOrEqual(2)
  })
})
