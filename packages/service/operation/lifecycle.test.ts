import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { gracefulStop, longestStopSeconds } from './lifecycle.ts'

const log = pino({ level: 'silent' })

function recorder(closeTakesMs = 0) {
  const steps: string[] = []
  let cutNow: (() => void) | undefined
  const service = {
    drain: () => void steps.push('drain'),
    close: () =>
      new Promise<void>((resolve) => {
        const done = () => {
          steps.push('closed')
          resolve()
        }
        cutNow = done
        setTimeout(done, closeTakesMs)
      }),
    cut: () => {
      steps.push('cut')
      cutNow?.()
    },
  }
  const store = async () => void steps.push('store')
  return { steps, service, store }
}

describe('a graceful stop', () => {
  it('drains, closes the listener, then the stores, and only once', async () => {
    const { steps, service, store } = recorder()
    const stop = gracefulStop({ services: [service], drainSeconds: 0.02, close: [store], log })
    await Promise.all([stop(), stop()])
    expect(steps).toEqual(['drain', 'closed', 'store'])
  })

  it('cuts requests that outlast the grace', async () => {
    const { steps, service, store } = recorder(5000)
    await gracefulStop({ services: [service], drainSeconds: 0, graceSeconds: 0.02, close: [store], log })()
    expect(steps).toEqual(['drain', 'cut', 'closed', 'store'])
  })

  it('closes the other stores when one cannot be closed', async () => {
    const { steps, service, store } = recorder()
    const broken = () => Promise.reject(new Error('gone'))
    await gracefulStop({ services: [service], drainSeconds: 0, close: [broken, store], log })()
    expect(steps).toContain('store')
  })

  it('ends in the time that is promised, even when neither requests nor stores ever end', async () => {
    const steps: string[] = []
    const never = () => new Promise<void>(() => {})
    const stuck = { drain: () => {}, quietMs: () => 0, close: never, cut: () => void steps.push('cut') }
    const stopping = gracefulStop({
      services: [stuck],
      drainSeconds: 0,
      graceSeconds: 0.02,
      close: [never],
      log,
    })
    const startedAt = performance.now()
    await stopping()
    expect(steps).toEqual(['cut'])
    // Less the ten seconds of grace, which are 20 ms here, and nobody drains.
    expect(performance.now() - startedAt).toBeLessThan((longestStopSeconds(0) - 10) * 1000 + 1000)
  })
})
