/**
 * The instances of a deployment as the page shows them: what issuer and verifier heard, what the control of a demonstration knows
 * beside it, and what was heard a moment ago of those that share nothing. Pure.
 */
import type { ClusterInstances, GoneInstance, LiveInstance } from '@countersign/api/cluster/instances'
import type { DemoInstance } from '@countersign/api/portal/demo'

export type ShownState = 'up' | 'starting' | 'stopping' | 'stopped' | 'silent'

/** `last`: it cannot be stopped, for nobody would answer then. Absent outside of a demonstration. */
export type ShownAction = 'stop' | 'start' | 'last' | 'none'

export interface ShownInstance {
  readonly service: string
  readonly name: string
  readonly state: ShownState
  /** Distinguishes two that go by one name. */
  readonly key: string
  readonly live?: LiveInstance | undefined
  readonly action?: ShownAction | undefined
}

export interface ShownGroup {
  readonly service: string
  readonly instances: readonly ShownInstance[]
}

export interface ShownCluster {
  /** Epoch seconds, of the answer. */
  readonly at: number
  readonly shared: boolean
  readonly groups: readonly ShownGroup[]
  readonly gone: readonly GoneInstance[]
  /** How many of one service keep sessions for themselves, where that is more than one. */
  readonly split: number
  /** Names that two processes have at once. */
  readonly twins: readonly string[]
}

/** Who was not heard for longer is gone: as the services count. */
const SILENT_SECONDS = 12

/** Those that share nothing tell of themselves alone, each when the balancer asks it: what was heard a moment ago is kept. */
export function withHeard(
  before: readonly LiveInstance[],
  answers: readonly ClusterInstances[],
): readonly LiveInstance[] {
  const at = Math.max(...answers.map((answer) => answer.at))
  const heard = new Map<string, LiveInstance>()
  const shared = answers.every((answer) => answer.shared)
  for (const one of shared ? [] : before)
    if (at - one.toldAt <= SILENT_SECONDS && one.store.kind === 'memory') heard.set(one.process, one)
  for (const one of answers.flatMap(({ instances }) => instances)) heard.set(one.process, one)
  return [...heard.values()]
}

export function shownCluster(
  heard: readonly LiveInstance[],
  answers: readonly ClusterInstances[],
  demo: readonly DemoInstance[] | undefined,
): ShownCluster {
  const live = heard.filter((one) => !heard.some((other) => isSuccessor(other, one)))
  const gone = lastOfEach(answers.flatMap((answer) => answer.gone)).filter(
    (one) => !live.some((other) => isSameName(one, other)),
  )
  const rows = [
    ...live.map((one) => liveRow(one, demo)),
    ...gone.map((one) => goneRow(one, demo)),
    ...untold(demo ?? [], [...live, ...gone], demo),
  ]
  const byService = Map.groupBy(rows, ({ service }) => service)
  const groups = [...byService].map(([service, instances]) => ({
    service,
    instances: instances.toSorted(byName),
  }))
  return {
    at: Math.max(...answers.map(({ at }) => at)),
    shared: answers.every(({ shared }) => shared),
    groups: groups.toSorted((one, other) => placeOf(one.service) - placeOf(other.service)),
    gone: gone.toSorted((one, other) => other.toldAt - one.toldAt),
    split: splitOf(live),
    twins: twinsOf(live),
  }
}

const ORDER = ['verifier', 'issuer', 'wallet', 'portal', 'web-wallet', 'repository']

function placeOf(service: string): number {
  const place = ORDER.indexOf(service)
  return place === -1 ? ORDER.length : place
}

function byName(one: ShownInstance, other: ShownInstance): number {
  return one.name.localeCompare(other.name, 'en', { numeric: true }) || (one.key < other.key ? -1 : 1)
}

interface Named {
  readonly service: string
  readonly instance: string
}

function isSameName(one: Named, other: Named): boolean {
  return one.service === other.service && one.instance === other.instance
}

/** One that was killed and started again under its name is heard for a while yet; it told nothing since. */
function isSuccessor(other: LiveInstance, one: LiveInstance): boolean {
  return other.process !== one.process && isSameName(other, one) && other.startedAt >= one.toldAt
}

function lastOfEach(gone: readonly GoneInstance[]): readonly GoneInstance[] {
  const byName = Map.groupBy(gone, ({ instance, service }) => `${service} ${instance}`)
  return [...byName.values()].flatMap((same) =>
    same.toSorted((one, other) => other.toldAt - one.toldAt).slice(0, 1),
  )
}

function liveRow(live: LiveInstance, demo: readonly DemoInstance[] | undefined): ShownInstance {
  const { instance: name, process: key, service, state } = live
  const told = demo?.find((one) => one.name === name)?.state
  const shown = told === undefined || told === 'running' ? state : told
  // What is stopped has figures no more, although it was heard a moment ago.
  return {
    service,
    name,
    key,
    state: shown,
    live: shown === 'stopped' ? undefined : live,
    ...actionOf(name, demo),
  }
}

function goneRow(
  { how, instance: name, process: key, service }: GoneInstance,
  demo: readonly DemoInstance[] | undefined,
): ShownInstance {
  const told = demo?.find((one) => one.name === name)?.state
  const state = told === undefined || told === 'stopped' ? how : told === 'running' ? 'starting' : told
  return { service, name, key, state, ...actionOf(name, demo) }
}

/** Of those that tell nothing of themselves: pages and catalogue keep no sessions, and who just starts has not told yet. */
function untold(
  instances: readonly DemoInstance[],
  told: readonly Named[],
  demo: readonly DemoInstance[] | undefined,
): readonly ShownInstance[] {
  return instances
    .filter(({ name, service }) => !told.some((one) => isSameName(one, { service, instance: name })))
    .map(({ name, service, state }) => ({
      service,
      name,
      key: name,
      state: state === 'running' ? 'up' : state,
      ...actionOf(name, demo),
    }))
}

function actionOf(
  name: string,
  demo: readonly DemoInstance[] | undefined,
): { readonly action?: ShownAction } {
  const one = demo?.find((other) => other.name === name)
  if (demo === undefined || one === undefined) return {}
  if (one.state === 'stopped') return { action: 'start' }
  if (one.state !== 'running') return { action: 'none' }
  const others = demo.filter(
    (other) => other !== one && other.service === one.service && other.state === 'running',
  )
  return { action: others.length > 0 ? 'stop' : 'last' }
}

function splitOf(live: readonly LiveInstance[]): number {
  const alone = live.filter(({ store }) => store.kind === 'memory')
  const counts = [...Map.groupBy(alone, ({ service }) => service).values()].map((same) => same.length)
  const most = Math.max(0, ...counts)
  return most > 1 ? most : 0
}

function twinsOf(live: readonly LiveInstance[]): readonly string[] {
  const byName = Map.groupBy(live, ({ instance, service }) => `${service} ${instance}`)
  return [...byName.values()]
    .flatMap((same) => (same.length > 1 ? same.slice(0, 1) : []))
    .map((one) => one.instance)
}
