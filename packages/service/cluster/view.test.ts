import { clusterCounts } from '@countersign/api/cluster/counts'
import { clusterInstances } from '@countersign/api/cluster/instances'
import { describe, expect, it } from 'vitest'
import { fieldOf, type InstanceReport } from './report.ts'
import { countsView, instancesView } from './view.ts'

const AT = 1_800_000_000
const looking = { at: AT, shared: true, self: 'self-one' }

function report(more: Partial<InstanceReport> = {}): InstanceReport {
  return {
    service: 'verifier',
    instance: 'verifier-1',
    process: 'self-one',
    version: '0.1.0',
    startedAt: AT - 1_000,
    state: 'up',
    requests: { total: 10, perSecond: 1.5, inFlight: 1, errors: 2, refused: 3 },
    recentRequests: [4, 6],
    latencyMs: { p50: 1, p95: 2, p99: 3 },
    eventLoopDelayMs: { mean: 0.1, max: 4 },
    memoryBytes: 100_000_000,
    store: { kind: 'redis', latencyMs: { p50: 0.3, p95: 0.5, p99: 0.9 } },
    clockDifferenceSeconds: 0,
    entered: [{ kind: 'verification', entered: { created: 5, verified: 4 } }],
    ...more,
  }
}

function told(ageMs: number, more: Partial<InstanceReport> = {}) {
  const one = report(more)
  return { instance: fieldOf(one), told: JSON.stringify(one), ageMs }
}

const namesOf = (all: readonly { readonly instance: string }[]) => all.map(({ instance }) => instance)

describe('the view of all instances', () => {
  it('shows who was heard within twelve seconds as there, and others as gone', () => {
    const view = instancesView(
      [
        told(4_000, { instance: 'b', process: 'p-b' }),
        told(12_000, { instance: 'a', process: 'p-a' }),
        told(12_001, { instance: 'c', process: 'p-c' }),
        told(1_000, { instance: 'd', process: 'p-d', state: 'stopping' }),
        told(500, { instance: 'e', process: 'p-e', state: 'stopped' }),
        told(300_000, { instance: 'f', process: 'p-f', state: 'stopping' }),
      ],
      looking,
    )
    expect(namesOf(view.instances)).toEqual(['a', 'b', 'd'])
    expect(view.instances[2]).toMatchObject({ state: 'stopping', toldAt: AT - 1 })
    expect(view.gone).toMatchObject([
      { instance: 'e', how: 'stopped', toldAt: AT - 1 },
      { instance: 'c', how: 'silent', toldAt: AT - 12 },
      { instance: 'f', how: 'silent', toldAt: AT - 300 },
    ])
  })

  it('says which one answers, by its process and not by its name', () => {
    const view = instancesView([told(0), told(0, { process: 'another' })], looking)
    expect(view.instances.map(({ self, process }) => [process, self])).toEqual([
      ['another', false],
      ['self-one', true],
    ])
  })

  it('does not show as gone who came back, nor one that crashes on and on more than once', () => {
    const view = instancesView(
      [
        told(60_000, { instance: 'back', process: 'old' }),
        told(1_000, { instance: 'back', process: 'new' }),
        told(90_000, { instance: 'crashing', process: 'first' }),
        told(50_000, { instance: 'crashing', process: 'second' }),
        told(1_000, { instance: 'crashing', process: 'x', service: 'issuer' }),
      ],
      looking,
    )
    expect(namesOf(view.instances)).toEqual(['crashing', 'back'])
    expect(view.gone).toMatchObject([{ service: 'verifier', instance: 'crashing', process: 'second' }])
  })

  it('passes over what it cannot read, and members that a later release adds', () => {
    const later = {
      ...report({ instance: 'later' }),
      colour: 'blue',
      requests: { ...report().requests, more: 1 },
    }
    const view = instancesView(
      [
        { instance: 'x', told: '{', ageMs: 0 },
        { instance: 'x', told: 'null', ageMs: 0 },
        { instance: 'x', told: JSON.stringify({ ...report(), requests: undefined }), ageMs: 0 },
        { instance: 'x', told: JSON.stringify(later), ageMs: 0 },
      ],
      looking,
    )
    expect(namesOf(view.instances)).toEqual(['later'])
    expect(JSON.stringify(view)).not.toMatch(/colour|"more"|entered/)
  })

  it('is as the API describes it', () => {
    const all = [told(0), told(20_000, { instance: 'gone' }), told(0, { latencyMs: undefined, process: 'p' })]
    expect(clusterInstances.strict().safeParse(instancesView(all, looking)).error).toBeUndefined()
    expect(clusterCounts.strict().safeParse(countsView(all, looking)).error).toBeUndefined()
    expect(clusterInstances.parse(instancesView([], looking)).instances).toEqual([])
  })
})

describe('the counts of all instances', () => {
  it('add up over kinds, services and those who stopped', () => {
    const view = countsView(
      [
        told(0, { startedAt: AT - 50 }),
        told(400_000, { process: 'killed', startedAt: AT - 5_000 }),
        told(9_000, {
          service: 'issuer',
          process: 'issuing',
          state: 'stopped',
          entered: [
            { kind: 'issuance', entered: { offered: 2 } },
            { kind: 'verification', entered: { created: 1, expired: 1 } },
          ],
        }),
      ],
      looking,
    )
    expect(view).toEqual({
      at: AT,
      shared: true,
      since: AT - 5_000,
      instances: 3,
      requests: { total: 30, errors: 6, refused: 9 },
      sessions: [
        { kind: 'verification', entered: { created: 11, verified: 8, expired: 1 } },
        { kind: 'issuance', entered: { offered: 2 } },
      ],
    })
  })

  it('are none of nobody', () => {
    expect(countsView([], looking)).toMatchObject({ since: AT, instances: 0, sessions: [] })
  })
})
