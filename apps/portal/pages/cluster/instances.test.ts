import type { ClusterInstances, GoneInstance, LiveInstance } from '@countersign/api/cluster/instances'
import type { DemoInstance } from '@countersign/api/portal/demo'
import { describe, expect, it } from 'vitest'
import { shownCluster, withHeard } from './instances.ts'

const AT = 1_800_000_000

function live(name: string, more: Partial<LiveInstance> = {}): LiveInstance {
  return {
    service: name.replace(/-?\d+$/, ''),
    instance: name,
    process: `process of ${name}`,
    version: '0.1.0',
    startedAt: AT - 500,
    state: 'up',
    self: false,
    toldAt: AT - 2,
    requests: { total: 1, perSecond: 0, inFlight: 0, errors: 0, refused: 0 },
    recentRequests: [1],
    eventLoopDelayMs: { mean: 0, max: 0 },
    memoryBytes: 1,
    store: { kind: 'redis' },
    ...more,
  }
}

function gone(name: string, more: Partial<GoneInstance> = {}): GoneInstance {
  const { instance, process, service, startedAt, version } = live(name)
  return { instance, process, service, startedAt, version, how: 'silent', toldAt: AT - 20, ...more }
}

function answer(instances: readonly LiveInstance[], more: Partial<ClusterInstances> = {}): ClusterInstances {
  return { at: AT, shared: true, instances, gone: [], ...more }
}

function shown(answers: readonly ClusterInstances[], demo?: readonly DemoInstance[]) {
  return shownCluster(withHeard([], answers), answers, demo)
}

const statesOf = (cluster: ReturnType<typeof shownCluster>) =>
  cluster.groups.flatMap(({ instances }) => instances.map(({ name, state }) => `${name} ${state}`))

describe('the instances of a deployment', () => {
  it('are those that either service heard, each once, by service and number', () => {
    const same = [live('portal1'), live('verifier10'), live('verifier2'), live('issuer1')]
    const cluster = shown([answer(same), answer(same)])
    expect(statesOf(cluster)).toEqual(['verifier2 up', 'verifier10 up', 'issuer1 up', 'portal1 up'])
    expect(cluster).toMatchObject({ shared: true, split: 0, twins: [], gone: [] })
  })

  it('have those that are gone among them, until one comes back under the name', () => {
    const lost = [gone('verifier1'), gone('verifier1', { process: 'before', toldAt: AT - 90 })]
    const cluster = shown([answer([live('verifier2')], { gone: lost }), answer([live('verifier2')])])
    expect(statesOf(cluster)).toEqual(['verifier1 silent', 'verifier2 up'])
    expect(cluster.gone).toHaveLength(1)
    const back = shown([answer([live('verifier1'), live('verifier2')], { gone: lost })])
    expect(statesOf(back)).toEqual(['verifier1 up', 'verifier2 up'])
  })

  it('have one that was killed and started again once, and two of one name twice', () => {
    const killed = live('verifier1', { process: 'old', toldAt: AT - 9 })
    const successor = live('verifier1', { process: 'new', startedAt: AT - 4 })
    expect(statesOf(shown([answer([killed, successor])]))).toEqual(['verifier1 up'])
    const telling = live('verifier1', { process: 'old', toldAt: AT - 1 })
    const twins = shown([answer([telling, successor])])
    expect(statesOf(twins)).toEqual(['verifier1 up', 'verifier1 up'])
    expect(twins.twins).toEqual(['verifier1'])
  })
})

describe('instances that share nothing', () => {
  const alone = (name: string, more: Partial<LiveInstance> = {}) =>
    live(name, { store: { kind: 'memory' }, ...more })
  const view = (one: LiveInstance, at = AT) => answer([one], { shared: false, at })

  it('are seen one after the other, and counted', () => {
    const first = withHeard([], [view(alone('verifier1'))])
    const both = withHeard(first, [view(alone('verifier2'))])
    const cluster = shownCluster(both, [view(alone('verifier2'))], undefined)
    expect(statesOf(cluster)).toEqual(['verifier1 up', 'verifier2 up'])
    expect(cluster).toMatchObject({ shared: false, split: 2 })
  })

  it('are forgotten when they are not heard any more', () => {
    const first = withHeard([], [view(alone('verifier1'))])
    const later = AT + 11
    const second = alone('verifier2', { toldAt: later })
    expect(withHeard(first, [view(second, later)])).toHaveLength(1)
  })

  it('are no split where each is of another service', () => {
    const answers = [view(alone('verifier1')), view(alone('issuer1'))]
    expect(shown(answers).split).toBe(0)
  })
})

describe('a demonstration', () => {
  const one = (name: string, state: DemoInstance['state']): DemoInstance => ({
    name,
    service: name.replace(/\d$/, ''),
    state,
  })
  const rows = (cluster: ReturnType<typeof shownCluster>) =>
    cluster.groups.flatMap(({ instances }) =>
      instances.map(({ action, name, state }) => [name, state, action].join(' ')),
    )

  it('knows at once what was stopped, and what can be done', () => {
    const heard = [answer([live('verifier1'), live('verifier2'), live('verifier3')])]
    const demo = [one('verifier1', 'stopped'), one('verifier2', 'running'), one('verifier3', 'running')]
    expect(rows(shown(heard, demo))).toEqual([
      'verifier1 stopped start',
      'verifier2 up stop',
      'verifier3 up stop',
    ])
  })

  it('offers nothing for what is under way, and never the last of a kind', () => {
    const heard = [answer([live('verifier2')], { gone: [gone('verifier1')] })]
    const demo = [one('verifier1', 'starting'), one('verifier2', 'running')]
    expect(rows(shown(heard, demo))).toEqual(['verifier1 starting none', 'verifier2 up last'])
  })

  it('shows those that tell nothing of themselves', () => {
    const demo = [one('repository1', 'running'), one('web-wallet1', 'running'), one('web-wallet2', 'stopped')]
    expect(rows(shown([answer([])], demo))).toEqual([
      'web-wallet1 up last',
      'web-wallet2 stopped start',
      'repository1 up last',
    ])
  })
})
