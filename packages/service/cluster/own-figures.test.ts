import { costsAtMost } from '@countersign/testing/time/costs-at-most'
import { afterEach, describe, expect, it } from 'vitest'
import { type OwnFigures, ownFigures } from './own-figures.ts'

const opened: OwnFigures[] = []
afterEach(() => {
  for (const one of opened.splice(0)) one.stop()
})

function counted() {
  const clock = { ms: 5_000 }
  const figures = ownFigures(() => clock.ms)
  opened.push(figures)
  const { metrics } = figures
  const request = { method: 'GET', route: '/things/:id', status: 200, seconds: 0.01, streamed: false }
  return { clock, figures, metrics, request }
}

describe('what an instance counts of itself', () => {
  it('are requests, but neither probes nor streams', () => {
    const { figures, metrics, request } = counted()
    metrics.request(request)
    metrics.request({ ...request, status: 404 })
    metrics.request({ ...request, status: 500 })
    metrics.request({ ...request, status: 503 })
    for (const route of ['/livez', '/readyz', '/metrics']) metrics.request({ ...request, route })
    metrics.request({ ...request, streamed: true, seconds: 600 })
    metrics.refused('in_flight', 'new')
    metrics.inFlight(() => 7)
    const { requests, latencyMs, recentRequests } = figures.read()
    expect(requests).toMatchObject({ total: 4, errors: 2, refused: 1, inFlight: 7 })
    expect(latencyMs?.p99).toBeLessThan(12)
    expect(recentRequests).toEqual([4])
  })

  it('are rates of the last half minute and quarters of the last five', () => {
    const { clock, figures, metrics, request } = counted()
    const seen: number[] = []
    for (let tick = 1; tick <= 80; tick += 1) {
      for (let times = 0; times < 50; times += 1) if (tick <= 40) metrics.request(request)
      clock.ms += 5_000
      seen.push(figures.read().requests.perSecond)
    }
    expect([seen[0], seen[39]]).toEqual([10, 10])
    expect(seen[42]).toBeGreaterThan(0)
    expect(seen[47]).toBe(0)
    const { recentRequests, latencyMs } = figures.read()
    expect(recentRequests).toHaveLength(20)
    // 400 s: the requests of the first 100 are forgotten.
    expect(recentRequests.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(900)
    expect(recentRequests.reduce((sum, one) => sum + one, 0)).toBeLessThan(1_200)
    expect(recentRequests.slice(-12)).toEqual(Array(12).fill(0))
    expect(latencyMs).toBeDefined()
    clock.ms += 3_600_000
    expect(figures.read()).toMatchObject({ latencyMs: undefined, recentRequests: Array(20).fill(0) })
  })

  it('are sessions that came into a state, and not what happened to them in it', () => {
    const { figures, metrics } = counted()
    metrics.transition('verification', 'none', 'created')
    metrics.transition('verification', 'none', 'created')
    metrics.transition('verification', 'created', 'created')
    metrics.transition('verification', 'created', 'verified')
    metrics.transition('issuance', 'none', 'offered')
    expect(figures.read().entered).toEqual([
      { kind: 'verification', entered: { created: 2, verified: 1 } },
      { kind: 'issuance', entered: { offered: 1 } },
    ])
  })

  it('are the times of the store where it answered', () => {
    const { figures, metrics } = counted()
    expect(figures.read().storeLatencyMs).toBeUndefined()
    metrics.storeOperation('get', 'done', 0.002)
    metrics.storeOperation('get', 'unavailable', 1.8)
    metrics.storeOperation('due_lease', 'absent', 1)
    expect(figures.read().storeLatencyMs?.p99).toBeLessThan(2.3)
  })

  it('is the process itself: its memory, and how late its event loop is', async () => {
    const { figures } = counted()
    await new Promise((resolve) => setTimeout(resolve, 60))
    const busyUntil = performance.now() + 120
    while (performance.now() < busyUntil);
    await new Promise((resolve) => setTimeout(resolve, 60))
    const { eventLoopDelayMs, memoryBytes } = figures.read()
    expect(eventLoopDelayMs.max).toBeGreaterThan(80)
    expect(eventLoopDelayMs.mean).toBeGreaterThan(0)
    expect(memoryBytes).toBeGreaterThan(1_000_000)
  })

  it('costs a request next to nothing', async () => {
    const { metrics, request } = counted()
    // A hundred thousand requests: a microsecond and a half each would be a percent of the cheapest.
    await costsAtMost(150, () => {
      for (let times = 0; times < 100_000; times += 1) metrics.request(request)
    })
  })
})
