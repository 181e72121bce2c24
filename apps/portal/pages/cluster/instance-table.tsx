/** The instances of one service in a table, which on a narrow page is a small card each. */
import type { LiveInstance } from '@countersign/api/cluster/instances'
import type { DemoChange } from '@countersign/api/portal/demo'
import { Badge, type Tone } from '@countersign/ui/elements/badge'
import { Button } from '@countersign/ui/elements/button'
import { dayAndTime, number } from '@countersign/ui/text/format'
import { filled } from '@countersign/ui/text/sentence-parts'
import type { ComponentChildren } from 'preact'
import { Instance } from '../parts/instance.tsx'
import { pauseSign, playSign } from '../parts/portal-icons.ts'
import { inMs, isoOf } from '../parts/times.ts'
import { operation } from '../text/operation-texts.ts'
import { Bars } from './bars.tsx'
import type { ShownGroup, ShownInstance, ShownState } from './instances.ts'

export interface InstanceTableProps {
  readonly group: ShownGroup
  /** Name of the instance about which the control is asked. */
  readonly busy: string | undefined
  readonly onChange: (wanted: DemoChange) => void
}

const TONES: Readonly<Record<ShownState, Tone>> = {
  up: 'ok',
  starting: 'brand',
  stopping: 'warn',
  stopped: 'bad',
  silent: 'bad',
}

/** Roles are written out: a table that is laid out as cards is none by itself. */
export function InstanceTable({ group, busy, onChange }: InstanceTableProps) {
  const t = operation.value.cluster
  const { instances, service } = group
  const title = titleOf(service)
  const hasActions = instances.some(({ action }) => action !== undefined)
  const most = Math.max(1, ...instances.flatMap(({ live }) => live?.recentRequests ?? []))
  const heads = [
    t.instance,
    t.state,
    t.requests,
    t.perSecond,
    t.inFlight,
    t.latency,
    t.errors,
    t.loop,
    t.memory,
    t.clock,
    ...(hasActions ? [t.action] : []),
  ]
  return (
    <section class="sheet" data-parts aria-labelledby={`group-${service}`}>
      <div class="row" data-spread>
        <h2 id={`group-${service}`}>{title}</h2>
        <span class="muted">{t.fiveMinutes}</span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it may be wider than the page, and is scrolled by keys */}
      <section class="scroll" tabIndex={0} aria-label={filled(t.table, { what: title })}>
        <table class="stackable" role="table">
          <thead role="rowgroup">
            <tr role="row">
              {heads.map((head) => (
                <th key={head} role="columnheader" scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {instances.map((one) => (
              <Row
                key={one.key}
                shown={one}
                most={most}
                hasActions={hasActions}
                isBusy={busy === one.name}
                onChange={onChange}
              />
            ))}
          </tbody>
        </table>
      </section>
    </section>
  )
}

function titleOf(service: string): string {
  const known = operation.value.cluster.plural as Readonly<Record<string, string>>
  return known[service] ?? service
}

interface RowProps {
  readonly shown: ShownInstance
  readonly most: number
  readonly hasActions: boolean
  readonly isBusy: boolean
  readonly onChange: (wanted: DemoChange) => void
}

function Row({ shown, most, hasActions, isBusy, onChange }: RowProps) {
  const t = operation.value.cluster
  const { live, name, state } = shown
  const isThere = state === 'up' || state === 'stopping' || state === 'starting'
  return (
    <tr role="row" data-state={state} data-instance={name}>
      <th role="rowheader" scope="row">
        <Instance name={name} gone={!isThere} />
        {live !== undefined && (
          <span class="muted small">
            {filled(t.version, { version: live.version, time: dayAndTime(isoOf(live.startedAt)) ?? '' })}
          </span>
        )}
      </th>
      <td role="cell">
        <Badge tone={TONES[state]}>{t.states[state]}</Badge>
      </td>
      <td role="cell" class="wide">
        <Bars values={live?.recentRequests ?? []} most={most} />
      </td>
      <Figures live={live} />
      {hasActions && (
        <td role="cell" class="act">
          <Action shown={shown} isBusy={isBusy} onChange={onChange} />
        </td>
      )}
    </tr>
  )
}

function Figures({ live }: { readonly live: LiveInstance | undefined }) {
  const t = operation.value.cluster
  const ms = (value: number | undefined) =>
    value === undefined ? undefined : filled(t.ms, { number: inMs(value) })
  const latency = live?.latencyMs
  const clock = live?.clockDifferenceSeconds
  return (
    <>
      <Cell label={t.perSecond}>{live && number(live.requests.perSecond)}</Cell>
      <Cell label={t.inFlight}>{live && number(live.requests.inFlight)}</Cell>
      <Cell label={t.latency}>
        {latency &&
          filled(t.ms, {
            number: [latency.p50, latency.p95, latency.p99].map(inMs).join(' · '),
          })}
      </Cell>
      <Cell label={t.errors}>{live && number(live.requests.errors)}</Cell>
      <Cell label={t.loop}>{ms(live?.eventLoopDelayMs.max)}</Cell>
      <Cell label={t.memory}>
        {live && filled(t.mb, { number: number(live.memoryBytes / 1_000_000, 0) })}
      </Cell>
      <Cell label={t.clock}>
        {clock !== undefined &&
          (Math.abs(clock) > 2 ? (
            <Badge tone="warn">{filled(t.s, { number: number(clock) })}</Badge>
          ) : (
            filled(t.s, { number: number(clock) })
          ))}
      </Cell>
    </>
  )
}

/** A dash where nobody says: nothing is no figure. */
function Cell({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  const isEmpty = children === undefined || children === false
  return (
    <td role="cell" class="num" data-label={label}>
      {isEmpty ? '–' : children}
    </td>
  )
}

function Action({ shown, isBusy, onChange }: Pick<RowProps, 'shown' | 'isBusy' | 'onChange'>) {
  const t = operation.value.cluster
  const { action, name } = shown
  if (action === 'last') return <span class="muted small">{t.last}</span>
  if (action !== 'stop' && action !== 'start') return null
  const isStop = action === 'stop'
  return (
    <Button
      icon={isStop ? pauseSign : playSign}
      busy={isBusy}
      label={filled(isStop ? t.stopNamed : t.startNamed, { name })}
      onPress={() => onChange({ action, instance: name })}
    >
      {isStop ? t.stop : t.start}
    </Button>
  )
}
