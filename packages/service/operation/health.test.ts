import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { readinessProbe } from './health.ts'

const log = pino({ level: 'silent' })
const never = () => new Promise<undefined>(() => undefined)

describe('readiness', () => {
  it('reports each check and says nothing of its inside', async () => {
    const unavailable = Object.assign(new Error('redis://user:pw@host refused'), { name: 'StoreUnavailable' })
    const probe = readinessProbe(
      [
        { name: 'keys', check: async () => undefined },
        { name: 'sessions', check: () => Promise.reject(unavailable) },
        { name: 'clock', check: () => Promise.reject(new Error('secret detail')) },
        { name: 'slow', check: never },
        { name: 'memory', check: async () => ({ note: 'another instance is alive' }) },
      ],
      () => false,
      log,
      30,
    )
    const { ready, checks } = await probe()
    expect(ready).toBe(false)
    expect(checks.map(({ name, healthy, note }) => [name, healthy, note])).toEqual([
      ['keys', true, undefined],
      ['sessions', false, 'unavailable'],
      ['clock', false, 'failed'],
      ['slow', false, 'timeout'],
      ['memory', true, 'another instance is alive'],
    ])
  })

  it('is not ready while draining, whatever the checks say', async () => {
    let draining = false
    const probe = readinessProbe([{ name: 'keys', check: async () => undefined }], () => draining, log)
    expect((await probe()).ready).toBe(true)
    draining = true
    expect(await probe()).toMatchObject({
      ready: false,
      checks: [{ name: 'lifecycle', note: 'stopping' }, {}],
    })
  })

  it('says once in the log that a check fails, and once that it passes again', async () => {
    const lines: string[] = []
    const told = pino({ base: null, timestamp: false }, { write: (line) => void lines.push(line) })
    const answers = ['read-only', 'read-only', 'read-only', 'full', undefined, undefined]
    const check = async () => {
      const note = answers.shift()
      return note === undefined ? undefined : { healthy: false, note }
    }
    const probe = readinessProbe([{ name: 'sessions', check }], () => false, told)
    while (answers.length > 0) await probe()
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { level: 40, check: 'sessions', note: 'read-only', msg: 'readiness check failed' },
      { level: 40, check: 'sessions', note: 'full', msg: 'readiness check failed' },
      { level: 30, check: 'sessions', msg: 'readiness check passes again' },
    ])
  })

  it('asks a dependency once for callers that come together', async () => {
    let asked = 0
    const check = async () => {
      asked += 1
      return undefined
    }
    const probe = readinessProbe([{ name: 'keys', check }], () => false, log)
    await Promise.all([probe(), probe(), probe()])
    expect(asked).toBe(1)
  })
})
