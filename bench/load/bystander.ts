/**
 * Somebody who comes alone while others crowd a service: one request after another, each over a connection of its own,
 * with pauses. It runs in a thread beside the load, so that its times are the service's and not the load's own lateness.
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

async function run({ port, request, afterMs, forMs }: Errand): Promise<Observed> {
  await delay(afterMs)
  const servedMs: number[] = []
  const refusedMs: number[] = []
  let failed = 0
  const endsAt = performance.now() + forMs
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
