/** The checklist: looked at again every few seconds, so that a row turns good while somebody mends it. */
import type { Checklist } from '@countersign/api/portal/checklist'
import { Icon } from '@countersign/ui/elements/icon'
import { failure as cross, good, warning } from '@countersign/ui/elements/icons'
import { nowMs } from '@countersign/ui/page/clock'
import { day, list } from '@countersign/ui/text/format'
import { filled } from '@countersign/ui/text/sentence-parts'
import { isoOf } from '../parts/times.ts'
import { usePolled } from '../parts/use-polled.ts'
import { api } from '../session.ts'
import { home } from '../text/home-texts.ts'
import { type Finding, type Probe, type ProbeTone, probesOf, toneOf } from './readiness.ts'

const EVERY_MS = 5_000

export function ReadyToWork() {
  const t = home.value
  const load = () => api.get<Checklist>('/checklist')
  const { value, failure } = usePolled(load, 'checklist', EVERY_MS)
  return (
    <section class="sheet" aria-labelledby="ready">
      <h2 id="ready">{t.ready.heading}</h2>
      {value === undefined ? (
        <p class="muted" role="status" data-loading={failure === undefined ? '' : undefined}>
          {failure === undefined ? t.ready.waiting : t.stale}
        </p>
      ) : (
        <ul class="probes" role="list">
          {probesOf(value, nowMs() / 1000).map((probe) => (
            <ProbeRow key={probe.name} probe={probe} />
          ))}
        </ul>
      )}
    </section>
  )
}

const SHAPES: Readonly<Record<ProbeTone, string>> = { ok: good, warn: warning, bad: cross }

function ProbeRow({ probe }: { readonly probe: Probe }) {
  const t = home.value.ready
  const tone = toneOf(probe)
  const said = { ok: t.good, warn: t.careful, bad: t.bad }[tone]
  return (
    <li data-tone={tone} data-probe={probe.name}>
      <Icon d={SHAPES[tone]} />
      <b>
        <span class="visually-hidden">{`${said} `}</span>
        {t[probe.name]}
      </b>
      {probe.findings.map((finding, at) => (
        <span key={at} class="foreign">
          {sentenceOf(finding)}
          {finding.code.startsWith('trust') && (
            <>
              {' '}
              <a href="/trust">{t.look}</a>
            </>
          )}
        </span>
      ))}
    </li>
  )
}

function sentenceOf(finding: Finding): string {
  const { purposes, ready: t } = home.value
  const on = (seconds: number) => day(isoOf(seconds)) ?? ''
  switch (finding.code) {
    case 'silent':
    case 'keyRefused':
      return t[finding.code][finding.service]
    case 'keysNone':
    case 'sessionsAlone':
    case 'trustNone':
      return t[finding.code]
    case 'keysEnded':
    case 'keysEnding': {
      const known = purposes as Readonly<Record<string, string>>
      const purpose = known[finding.purpose] ?? finding.purpose
      return filled(t[finding.code], { purpose, day: on(finding.endsAt) })
    }
    case 'keys': {
      const algorithms = list(finding.algorithms)
      return finding.endsAt === undefined
        ? filled(t.keysBare, { algorithms })
        : filled(t.keysUntil, { algorithms, day: on(finding.endsAt) })
    }
    case 'sessionsShared':
    case 'sessionsSplit':
      return t[finding.code](finding.count)
    case 'addressReached':
      return t.addressReached(finding.ms)
    case 'addressLost':
      return filled(t.addressLost, { url: finding.url })
    case 'trustFailing':
      return t.trustFailing(finding.count)
    case 'trustGood': {
      const until =
        finding.endsAt === undefined ? '' : ` ${filled(t.trustUntil, { day: on(finding.endsAt) })}`
      return `${t.trustGood(finding.count)}.${until}`
    }
  }
}
