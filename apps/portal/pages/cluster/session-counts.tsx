/** What happened to the sessions, as the instances counted it, and how fast their store is. */
import type { ClusterCounts } from '@countersign/api/cluster/counts'
import type { LiveInstance } from '@countersign/api/cluster/instances'
import { dayAndTime, number } from '@countersign/ui/text/format'
import { filled } from '@countersign/ui/text/sentence-parts'
import { inMs, isoOf } from '../parts/times.ts'
import { home } from '../text/home-texts.ts'
import { operation } from '../text/operation-texts.ts'

export interface SessionCountsProps {
  readonly verifications: ClusterCounts
  readonly issuances: ClusterCounts
  readonly live: readonly LiveInstance[]
  readonly shared: boolean
}

const LINES = {
  verification: ['created', 'requested', 'verified', 'rejected', 'undetermined', 'declined', 'expired'],
  issuance: ['offered', 'token_issued', 'completed', 'closed', 'expired'],
} as const

export function SessionCounts({ verifications, issuances, live, shared }: SessionCountsProps) {
  const { sessions } = home.value
  const t = operation.value.cluster
  const since = dayAndTime(isoOf(Math.min(verifications.since, issuances.since))) ?? ''
  const p95 = Math.max(...live.map(({ store }) => store.latencyMs?.p95 ?? Number.NEGATIVE_INFINITY))
  const kinds = [...new Set(live.map(({ store }) => t.storeKinds[store.kind]))]
  return (
    <section class="sheet" data-parts aria-labelledby="counts">
      <div class="row" data-spread>
        <h2 id="counts">{t.counts}</h2>
        <span class="muted">{filled(shared ? t.together : t.one, { time: since })}</span>
      </div>
      <Line heading={sessions.verifications} kind="verification" counts={verifications} />
      <Line heading={sessions.issuances} kind="issuance" counts={issuances} />
      <dl class="stats">
        <Stat label={`${t.store} (${kinds.join(', ')})`}>
          {Number.isFinite(p95) ? filled(t.ms, { number: inMs(p95) }) : '–'}
        </Stat>
      </dl>
    </section>
  )
}

interface LineProps {
  readonly heading: string
  readonly kind: keyof typeof LINES
  readonly counts: ClusterCounts
}

function Line({ heading, kind, counts }: LineProps) {
  const t = operation.value.cluster
  const entered = counts.sessions.find((one) => one.kind === kind)?.entered ?? {}
  return (
    <div class="stack" data-gap="s">
      <h3>{heading}</h3>
      <dl class="stats">
        {LINES[kind].map((state) => (
          <Stat key={state} label={t.entered[state]}>
            {number(entered[state] ?? 0)}
          </Stat>
        ))}
      </dl>
    </div>
  )
}

function Stat({ label, children }: { readonly label: string; readonly children: string }) {
  return (
    <div class="stat">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  )
}
