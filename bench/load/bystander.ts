/**
 * Somebody who comes alone while others crowd a service: one request after another, each over a connection of its own,
 * with pauses. A few of them come side by side, for with one alone there are so few times that the 99th percentile is the
 * worst. They run in a thread beside the load, so that their times are the service's and not the load's own lateness.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { parentPort, Worker, workerData } from 'node:worker_threads'
import { openClient, type WireRequest } from './http-client.ts'

export interface Errand {
  readonly port: number
  readonly request: WireRequest
  /** Milliseconds before the first request, and how long it goes on from then. */
  readonly afterMs: number
  readonly forMs: number
}

/** Milliseconds from the wish to connect to the whole answer. */
export interface Observed {
  readonly servedMs: readonly number[]
  readonly refusedMs: readonly number[]
  /** Answers that were neither, and connections that broke. */
  readonly failed: number
}

const PAUSE_MS = 10

/** Resolves when the time is over. */
export function sendBystander(errand: Errand): Promise<Observed> {
  const worker = new Worker(new URL(import.meta.url), { workerData: { errand } })
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

const SIDE_BY_SIDE = 4

async function run(errand: Errand): Promise<Observed> {
  await delay(errand.afterMs)
  const endsAt = performance.now() + errand.forMs
  const all = await Promise.all(Array.from({ length: SIDE_BY_SIDE }, () => one(errand, endsAt)))
  return {
    servedMs: all.flatMap(({ servedMs }) => servedMs),
    refusedMs: all.flatMap(({ refusedMs }) => refusedMs),
    failed: all.reduce((sum, { failed }) => sum + failed, 0),
  }
}

async function one({ port, request }: Errand, endsAt: number): Promise<Observed> {
  const servedMs: number[] = []
  const refusedMs: number[] = []
  let failed = 0
  while (performance.now() < endsAt) {
    const sentAt = performance.now()
    const client = openClient(port)
    const status = await client.send(request).then(
      (reply) => reply.status,
      () => 0,
    )
    const tookMs = performance.now() - sentAt
    client.close()
    if (status === 200) servedMs.push(tookMs)
    else if (status === 503) refusedMs.push(tookMs)
    else failed += 1
    await delay(PAUSE_MS)
  }
  return { servedMs, refusedMs, failed }
}

const errand: unknown = workerData?.errand
if (parentPort !== null && errand !== undefined) parentPort.postMessage(await run(errand as Errand))
