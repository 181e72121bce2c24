/**
 * The sources of trust of a service, kept current while it runs: files and lists are read again from time to time, and sooner
 * where a list names its next update. One look at a time, by the clock that the service was started with; what a look finds
 * counts from the next judgement on. Every instance looks for itself.
 */
import { within } from '@countersign/event-loop/time-limit'
import { nameOf, type TrustList } from '@countersign/trust/trust-anchor'
import type { TrustSource } from '../config/trust.ts'
import type { CertificateWatch } from '../operation/certificate-watch.ts'
import type { Logger } from '../operation/log.ts'
import type { Metrics } from '../operation/metrics.ts'
import { StartRefused } from '../operation/start-refused.ts'
import type { Remote } from '../outgoing/guarded-client.ts'
import {
  believesAnybody,
  isDue,
  type KeptSource,
  type LookOutcome,
  look,
  losesAnybody,
} from './kept-source.ts'
import { isFetched, readableSources, sentenceOf } from './read-source.ts'
import { figuresOf, tellContents, tellEnd, tellFailure } from './source-report.ts'

export interface TrustSourcesHome {
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>
  readonly now: () => number
  readonly certificates: Pick<CertificateWatch, 'believe'>
  readonly metrics: Pick<Metrics, 'trustSources' | 'trustLook'>
  readonly remote: Pick<Remote, 'request'>
  readonly refreshSeconds: number
  /** From 0 to 1; instances that started together drift apart by it. */
  readonly random?: (() => number) | undefined
}

export interface TrustSources {
  /** What they hold, past its end or not; the same array until one of them changes. */
  lists(): readonly TrustList[]
  /** How often somebody ceased to be believed: what was judged before that is judged again. */
  losses(): number
  /** Looks at what is due, and waits a moment where somebody's list has ended meanwhile. */
  atHand(): Promise<void> | undefined
  readonly kept: () => readonly KeptSource[]
  close(): Promise<void>
}

/** How often somebody looks whether a look is due, in milliseconds. */
const TICK_MS = 5000
/** How long a judgement waits for the successor of a list that has ended. */
const PATIENCE_MS = 2500

/** Throws `StartRefused` for a file that cannot be used; what has to be fetched may come later. */
export async function openTrustSources(
  home: TrustSourcesHome,
  sources: readonly TrustSource[],
): Promise<TrustSources> {
  const { log, metrics, now, refreshSeconds, remote, random = Math.random } = home
  const options = { remote, intervalSeconds: refreshSeconds, random }
  const kept = await openAll(home, sources, options)
  let lists = listsOf(kept)
  let losses = 0
  let underway: Promise<void> | undefined
  let closed = false

  function replace(at: number, before: KeptSource, next: KeptSource, outcome: LookOutcome): void {
    kept[at] = next
    metrics.trustLook(next.readable.kind, outcome)
    tellFailure(log, next, before.failure, now())
    if (next.good === before.good) return
    if (next.good !== undefined && losesAnybody(before.good?.list, next.good.list)) losses++
    lists = listsOf(kept)
    tellContents(log, next)
    watchEnds(home, next)
  }

  async function lookAtDue(): Promise<void> {
    for (const [at, one] of kept.entries()) {
      if (closed || !isDue(one, now())) continue
      const found = await look(one, now(), options)
      if (!closed) replace(at, one, found.kept, found.outcome)
    }
    for (const one of kept) tellEnd(log, one, now())
  }

  function lookOnce(): Promise<void> {
    underway ??= lookAtDue()
      .catch((error: unknown) => log.error({ err: error }, 'sources of trust could not be looked at'))
      .finally(() => {
        underway = undefined
      })
    return underway
  }

  const timer = setInterval(() => void lookOnce(), TICK_MS)
  timer.unref()
  metrics.trustSources(() => kept.map((one) => figuresOf(one, now())))
  return {
    lists: () => lists,
    losses: () => losses,
    kept: () => kept,
    atHand() {
      if (closed || !kept.some((one) => isDue(one, now()))) return undefined
      const isWaitedFor = kept.some((one) => isDue(one, now()) && !believesAnybody(one, now()))
      const looking = lookOnce()
      return isWaitedFor ? within(looking, PATIENCE_MS, undefined) : undefined
    },
    async close() {
      closed = true
      clearInterval(timer)
    },
  }
}

async function openAll(
  home: TrustSourcesHome,
  sources: readonly TrustSource[],
  options: Parameters<typeof look>[2],
): Promise<KeptSource[]> {
  const opened: KeptSource[] = []
  for (const [at, readable] of readableSources(sources).entries()) {
    if (readable === undefined) continue
    const { kept, outcome } = await look({ readable, number: at + 1 }, home.now(), options)
    // A file is the operator's own mistake, and is there to be mended before anybody comes.
    if (kept.good === undefined && kept.failure !== undefined && !isFetched(readable))
      throw new StartRefused(sentenceOf(kept.failure))
    home.metrics.trustLook(readable.kind, outcome)
    tellFailure(home.log, kept, undefined, home.now())
    tellContents(home.log, kept)
    watchEnds(home, kept)
    opened.push(kept)
  }
  return opened
}

function listsOf(kept: readonly KeptSource[]): readonly TrustList[] {
  return kept.flatMap(({ good }) => good?.list ?? [])
}

/** Of what is in force: a bundle may carry authorities that ended long ago. A list that ends takes all its entries along. */
function watchEnds({ certificates, now }: TrustSourcesHome, { good, readable }: KeptSource): void {
  const { anchors, pins } = good?.list ?? { anchors: [], pins: [] }
  const ends = [...anchors, ...pins]
    .filter(({ certificate, usableUntil }) => usableUntil === undefined && now() <= certificate.notAfter)
    .map((one) => ({ name: `${nameOf(one)} of ${readable.place}`, endsAt: one.certificate.notAfter }))
  certificates.believe(readable.place, ends)
}
