/**
 * Metrics in the exposition format of Prometheus. Series are looked up once for each combination of labels and then kept:
 * an observation on the request path costs a map look-up and an addition. Figures of the process (memory, event loop,
 * garbage collection) are collected once, however many services run in it, and from the first time they are asked for.
 */
import Counter from 'prom-client/lib/counter.js'
import Gauge from 'prom-client/lib/gauge.js'
import Histogram from 'prom-client/lib/histogram.js'
import Registry from 'prom-client/lib/registry.js'
import type { Exposition, Metrics, TrustSourceFigures } from './metrics.ts'

/** From a quick answer of one instance to the limit of a request, in seconds. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

type PrometheusMetrics = Metrics & Exposition

/**
 * Every series carries the service's name, so that several services in one process are told apart, and that of the tenant whom it
 * is about: one of the few that the configuration names. Figures of the process are the service's own to tell.
 */
export function prometheusMetrics(service: string, tenant?: string): PrometheusMetrics {
  const registry = new Registry()
  registry.setDefaultLabels(tenant === undefined ? { service } : { service, tenant })
  const timed = (name: string, help: string, labelNames: readonly string[]) =>
    observer(new Histogram({ name, help, labelNames, buckets: SECONDS, registers: [registry] }))
  const requests = timed(
    'countersign_http_request_duration_seconds',
    'Answered requests by method, route pattern and status',
    ['method', 'route', 'status'],
  )
  const stores = timed(
    'countersign_store_operation_duration_seconds',
    'Operations of the session store by outcome',
    ['operation', 'outcome'],
  )
  const signatures = timed(
    'countersign_signature_duration_seconds',
    'Signatures by the purpose of the key and outcome',
    ['purpose', 'outcome'],
  )
  const outgoing = timed(
    'countersign_outgoing_request_duration_seconds',
    'Requests to addresses that others named, by purpose and status class or refusal',
    ['purpose', 'outcome'],
  )
  const refusals = counter(
    new Counter({
      name: 'countersign_http_refused_total',
      help: 'Requests refused for too much to do, by reason and by what they are: running or new',
      labelNames: ['reason', 'precedence'],
      registers: [registry],
    }),
  )
  const transitions = counter(
    new Counter({
      name: 'countersign_session_transitions_total',
      help: 'Committed changes of sessions by kind and state',
      labelNames: ['kind', 'from', 'to'],
      registers: [registry],
    }),
  )
  const trustLooks = counter(
    new Counter({
      name: 'countersign_trust_source_looks_total',
      help: 'Looks at sources of trust by kind and what was found',
      labelNames: ['kind', 'outcome'],
      registers: [registry],
    }),
  )
  const evicting = new Gauge({
    name: 'countersign_store_may_evict',
    help: '1 when the session store, once it is full, throws away sessions that are not over',
    registers: [registry],
  })
  return {
    inFlight: (read) => {
      new Gauge({
        name: 'countersign_http_requests_in_flight',
        help: 'Requests that are being answered, without event streams',
        registers: [registry],
        collect() {
          this.set(read())
        },
      })
    },
    trustLook: (kind, outcome) => trustLooks([kind, outcome]),
    trustSources: (read) => trustGauges(registry, read),
    storeMayEvict: (mayEvict) => evicting.set(mayEvict ? 1 : 0),
    request: ({ method, route, status, seconds }) => requests([method, route, String(status)], seconds),
    refused: (reason, precedence) => refusals([reason, precedence]),
    storeOperation: (operation, outcome, seconds) => stores([operation, outcome], seconds),
    signature: (purpose, outcome, seconds) => signatures([purpose, outcome], seconds),
    outgoingRequest: (purpose, outcome, seconds) => outgoing([purpose, outcome], seconds),
    transition: (kind, from, to) => transitions([kind, from, to]),
    contentType: registry.contentType,
    text: async () => {
      const own = await registry.metrics()
      return tenant === undefined ? `${own}\n${await (await processRegistry()).metrics()}` : own
    },
  }
}

/** By place in the configuration; figures that there are none of are left out. */
const TRUST_GAUGES: readonly (readonly [
  name: string,
  help: string,
  value: (of: TrustSourceFigures) => number | undefined,
])[] = [
  ['entries', 'Entries of a source of trust that count now', ({ entries }) => entries],
  ['unusable_entries', 'Entries of a source that cannot be used', ({ unusableEntries }) => unusableEntries],
  ['failed', '1 where the last look found nothing that can be used', ({ failed }) => (failed ? 1 : 0)],
  ['age_seconds', 'Since a list was issued, or a file was read first', ({ ageSeconds }) => ageSeconds],
  [
    'next_update_seconds',
    'Until the next update that a list names; negative once it is over',
    ({ nextUpdateInSeconds }) => nextUpdateInSeconds,
  ],
]

function trustGauges(registry: Registry, read: () => readonly TrustSourceFigures[]): void {
  for (const [name, help, figure] of TRUST_GAUGES) {
    new Gauge({
      name: `countersign_trust_source_${name}`,
      help,
      labelNames: ['source', 'kind'],
      registers: [registry],
      collect() {
        this.reset()
        for (const one of read()) {
          const value = figure(one)
          if (value !== undefined) this.set({ source: one.source, kind: one.kind }, value)
        }
      },
    })
  }
}

function observer(histogram: Histogram): (labels: readonly string[], seconds: number) => void {
  const child = keptChildren((labels) => histogram.labels(...labels))
  return (labels, seconds) => child(labels).observe(seconds)
}

function counter(series: Counter): (labels: readonly string[]) => void {
  const child = keptChildren((labels) => series.labels(...labels))
  return (labels) => child(labels).inc()
}

function keptChildren<T>(open: (labels: readonly string[]) => T): (labels: readonly string[]) => T {
  const kept = new Map<string, T>()
  return (labels) => {
    const key = labels.join('\n')
    const known = kept.get(key)
    if (known !== undefined) return known
    const opened = open(labels)
    kept.set(key, opened)
    return opened
  }
}

let ofTheProcess: Promise<Registry> | undefined

function processRegistry(): Promise<Registry> {
  ofTheProcess ??= openProcessRegistry()
  return ofTheProcess
}

async function openProcessRegistry(): Promise<Registry> {
  const { default: collectDefaultMetrics } = await import('prom-client/lib/defaultMetrics.js')
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return registry
}
