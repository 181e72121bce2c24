/**
 * Many callers at once, each with a connection of its own and one flow after another, for a time. A caller that is refused
 * with 503 and `Retry-After` comes back when it is told, with some jitter, and goes on where it was. Whatever else goes
 * wrong, and a flow that does not end within a minute, is a flow lost.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import type { Flow, Send } from './flows.ts'
import { type HttpClient, openClient, type WireReply } from './http-client.ts'

export interface ClosedLoop {
  readonly port: number
  readonly connections: number
  readonly seconds: number
}

export interface LoopOutcome {
  /** Flows that ended while all callers were there. */
  readonly flows: number
  readonly flowsPerSecond: number
  readonly lost: number
  /** What the first few said that were lost. */
  readonly losses: readonly string[]
  /** Of requests sent while the callers arrived, and of those after that. */
  readonly arriving: Times
  readonly settled: Times
  readonly longestFlowMs: number
  /** How late this process was itself, p99: it is in the times of the requests. */
  readonly ownDelayMs: number
}

/** Milliseconds of each request that was served, and of each that was refused. */
export interface Times {
  readonly servedMs: number[]
  readonly refusedMs: number[]
}

const FLOW_LIMIT_MS = 60_000
/** Callers do not come in the same millisecond. */
const ARRIVAL_MS = 500
/** All of them are there, and the service had time to notice. */
export const SETTLED_AFTER_MS = 3_000

export async function closedLoop(
  flow: Flow,
  { port, connections, seconds }: ClosedLoop,
): Promise<LoopOutcome> {
  const arriving: Times = { servedMs: [], refusedMs: [] }
  const settled: Times = { servedMs: [], refusedMs: [] }
  const losses: string[] = []
  let flows = 0
  let lost = 0
  let longestFlowMs = 0
  const ownDelay = monitorEventLoopDelay({ resolution: 5 })
  ownDelay.enable()
  const startedAt = performance.now()
  const endsAt = startedAt + seconds * 1_000
  const timesNow = () => (performance.now() - startedAt < SETTLED_AFTER_MS ? arriving : settled)
  const oneFlow = async (client: HttpClient) => {
    const flowStartedAt = performance.now()
    await flow(patientSend(client, flowStartedAt + FLOW_LIMIT_MS, timesNow))
    const now = performance.now()
    if (now <= endsAt) flows += 1
    longestFlowMs = Math.max(longestFlowMs, now - flowStartedAt)
  }
  const caller = async (index: number) => {
    await delay((ARRIVAL_MS * index) / connections)
    let client = openClient(port)
    while (performance.now() < endsAt) {
      try {
        await oneFlow(client)
      } catch (error) {
        lost += 1
        if (losses.length < 5) losses.push(error instanceof Error ? error.message : String(error))
        client.close()
        client = openClient(port)
      }
    }
    client.close()
  }
  await Promise.all(Array.from({ length: connections }, (_, index) => caller(index)))
  ownDelay.disable()
  const ownDelayMs = ownDelay.percentile(99) / 1e6
  const flowsPerSecond = flows / seconds
  return { flows, flowsPerSecond, lost, losses, arriving, settled, longestFlowMs, ownDelayMs }
}

function patientSend(client: HttpClient, giveUpAt: number, timesNow: () => Times): Send {
  return async (request) => {
    for (;;) {
      const sentAt = performance.now()
      const { servedMs, refusedMs } = timesNow()
      const reply = await client.send(request)
      const tookMs = performance.now() - sentAt
      const comeBackMs = retryAfterMs(reply)
      if (comeBackMs === undefined) {
        servedMs.push(tookMs)
        if (reply.status === 200) return reply
        throw new Error(`${request.method} ${request.path}: ${reply.status} ${reply.body.slice(0, 300)}`)
      }
      refusedMs.push(tookMs)
      if (performance.now() + comeBackMs > giveUpAt) throw new Error('refused for a minute')
      await delay(comeBackMs * (1 + Math.random() / 2))
    }
  }
}

function retryAfterMs({ status, retryAfterSeconds }: WireReply): number | undefined {
  return status === 503 && retryAfterSeconds !== undefined ? retryAfterSeconds * 1_000 : undefined
}
