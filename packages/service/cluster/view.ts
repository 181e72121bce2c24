/** What all instances told, as `/cluster/instances` and `/cluster/counts` show it: who is there, who is gone, and the sums. */
import type { ClusterCounts } from '@countersign/api/cluster/counts'
import type { ClusterInstances, GoneInstance, LiveInstance } from '@countersign/api/cluster/instances'
import { defined } from '@countersign/core/json'
import type { ToldByInstance } from '@countersign/stores/ports'
import { type InstanceReport, parseReport } from './report.ts'

/** An instance tells every five seconds: who was not heard for longer than this is gone. */
const SILENT_MS = 12_000
/** Who is gone is remembered so long. */
export const REMEMBERED_MS = 600_000

export interface Looking {
  /** Epoch seconds, of the instance that answers. */
  readonly at: number
  readonly shared: boolean
  /** The process that answers. */
  readonly self: string
}

interface Heard {
  readonly report: InstanceReport
  readonly toldAt: number
  readonly live: boolean
}

export function instancesView(told: readonly ToldByInstance[], looking: Looking): ClusterInstances {
  const heard = heardIn(told, looking.at)
  const live = heard.filter((one) => one.live)
  return {
    at: looking.at,
    shared: looking.shared,
    instances: live.map((one) => liveView(one, looking.self)).toSorted(byName),
    gone: lastOfEach(heard.filter((one) => !one.live))
      .filter(({ report }) => !live.some((one) => nameOf(one.report) === nameOf(report)))
      .map(goneView),
  }
}

/** Of those who stopped as well: what they did, they did. */
export function countsView(told: readonly ToldByInstance[], { at, shared }: Looking): ClusterCounts {
  const reports = heardIn(told, at).map(({ report }) => report)
  const sum = (figure: 'total' | 'errors' | 'refused') =>
    reports.reduce((all, { requests }) => all + requests[figure], 0)
  return {
    at,
    shared,
    since: Math.min(at, ...reports.map(({ startedAt }) => startedAt)),
    instances: reports.length,
    requests: { total: sum('total'), errors: sum('errors'), refused: sum('refused') },
    sessions: addedUp(reports.flatMap(({ entered }) => entered)),
  }
}

function heardIn(told: readonly ToldByInstance[], at: number): readonly Heard[] {
  return told.flatMap(({ ageMs, told: text }) => {
    const report = parseReport(text)
    if (report === undefined) return []
    const live = report.state !== 'stopped' && ageMs <= SILENT_MS
    return [{ report, live, toldAt: at - Math.round(ageMs / 1000) }]
  })
}

function nameOf({ service, instance }: InstanceReport): string {
  return `${service} ${instance}`
}

function byName(one: LiveInstance, other: LiveInstance): number {
  const [a, b] = [one, other].map(({ service, instance, process }) => `${service} ${instance} ${process}`)
  return (a ?? '') < (b ?? '') ? -1 : 1
}

/** One that crashes again and again is one row, the last one heard first. */
function lastOfEach(gone: readonly Heard[]): readonly Heard[] {
  const sorted = gone.toSorted((one, other) => other.toldAt - one.toldAt)
  return [...Map.groupBy(sorted, ({ report }) => nameOf(report)).values()].flatMap((same) => same.slice(0, 1))
}

function liveView({ report, toldAt }: Heard, self: string): LiveInstance {
  const { entered: _counted, state, ...told } = report
  const isSelf = told.process === self
  return defined<LiveInstance>({ ...told, state: state === 'up' ? 'up' : 'stopping', self: isSelf, toldAt })
}

function goneView({ report, toldAt }: Heard): GoneInstance {
  const { service, instance, process, version, startedAt, state } = report
  const how = state === 'stopped' ? 'stopped' : 'silent'
  return { service, instance, process, version, startedAt, how, toldAt }
}

function addedUp(counted: InstanceReport['entered']): ClusterCounts['sessions'] {
  return [...Map.groupBy(counted, ({ kind }) => kind)].map(([kind, all]) => {
    const sums = new Map<string, number>()
    for (const { entered } of all)
      for (const [state, count] of Object.entries(entered)) sums.set(state, (sums.get(state) ?? 0) + count)
    return { kind, entered: Object.fromEntries(sums) }
  })
}
