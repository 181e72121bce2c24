/** Who served each step: an ordered list, and on wide pages a drawing of it that those who listen are spared. */
import { Steps } from '@countersign/ui/page/steps'
import { clockTime } from '@countersign/ui/text/format'
import { Instance } from '../parts/instance.tsx'
import { type InstanceShape, shapeOf } from '../parts/instance-shape.ts'
import { isoOf } from '../parts/times.ts'
import type { SessionEvent } from '../parts/use-session-stream.ts'
import { portal } from '../text/portal-texts.ts'
import { type GoneFromLane, type Hops, hopsOf } from './hops.ts'

export interface TimelineProps {
  readonly events: readonly SessionEvent[]
  /** Instances that served a step and are there no more. */
  readonly gone?: readonly GoneFromLane[]
  /** `verifier-1 stopped`; needed where somebody may be gone. */
  readonly goneTitle?: (name: string) => string
}

export function Timeline({ events, gone = [], goneTitle = (name) => name }: TimelineProps) {
  const t = portal.value.result
  const left = lastSeen(gone, events)
  const hops = hopsOf(events, left)
  const instances = new Set(events.map(({ servedBy }) => servedBy).filter((name) => name !== undefined))
  return (
    <section class="sheet" aria-labelledby="timeline">
      <div class="row timeline-head" data-spread>
        <h2 id="timeline">{t.timeline}</h2>
        {instances.size > 0 && <span class="muted">{t.instances(instances.size)}</span>}
      </div>
      {hops !== undefined && <HopLine hops={hops} />}
      <div class={hops === undefined ? undefined : 'hop-list'}>
        <Steps
          steps={[
            ...events.map(({ at, sequence, servedBy, type }) => ({
              id: String(sequence),
              title: titleOf(type),
              state: 'done' as const,
              seconds: at,
              more: servedBy === undefined ? undefined : <Instance name={servedBy} />,
            })),
            ...left.map(({ at, name }) => ({
              id: name,
              title: goneTitle(name),
              state: 'failed' as const,
              seconds: at,
              more: undefined,
            })),
          ]
            .toSorted((one, other) => one.seconds - other.seconds)
            .map(({ seconds, ...step }) => ({ ...step, at: isoOf(seconds) }))}
        />
      </div>
    </section>
  )
}

/** Who served, and is gone: not before the last step that it served, whenever it told of itself. */
function lastSeen(gone: readonly GoneFromLane[], events: readonly SessionEvent[]): readonly GoneFromLane[] {
  return gone.flatMap(({ at, name }) => {
    const served = events.filter(({ servedBy }) => servedBy === name).map((event) => event.at)
    return served.length === 0 ? [] : [{ name, at: Math.max(at, ...served) }]
  })
}

function titleOf(type: string): string {
  const { steps } = portal.value.result
  return Object.hasOwn(steps, type) ? steps[type as keyof typeof steps] : type
}

function HopLine({ hops }: { readonly hops: Hops }) {
  const { cuts, height, lanes, path, stops, width } = hops
  return (
    <div class="hops">
      <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
        {lanes.map(({ name, y }) => (
          <g key={name}>
            <LaneMark shape={shapeOf(name)} y={y} />
            <text class="lane-name" x="24" y={y + 5}>
              {name}
            </text>
            <path class="lane" d={`M132 ${y}H${width}`} />
          </g>
        ))}
        <path class="hop-path" d={path} />
        {cuts.map(({ at, name, x, y }) => (
          <g key={name} class="cut">
            <path d={`M${x} ${y}H${width}`} />
            <path class="cut-mark" d={`M${x - 7} ${y - 7}l14 14m0-14-14 14`} />
            <text class="stop-time" x={x + 14} y={y - 12}>
              {clockTime(isoOf(at))}
            </text>
          </g>
        ))}
        {stops.map(({ at, sequence, type, x, y }) => (
          <g key={sequence}>
            <path class="lane dotted" d={`M${x} 46V${y - 10}`} />
            <circle class="stop" cx={x} cy={y} r="7" />
            <text class="stop-name" x={x} y="18" text-anchor="middle">
              {titleOf(type)}
            </text>
            <text class="stop-time" x={x} y="37" text-anchor="middle">
              {clockTime(isoOf(at))}
            </text>
          </g>
        ))}
      </svg>
    </div>
  )
}

function LaneMark({ shape, y }: { readonly shape: InstanceShape; readonly y: number }) {
  if (shape === 'square') return <rect class="lane-mark" x="3" y={y - 5} width="10" height="10" rx="1" />
  if (shape === 'triangle') return <path class="lane-mark" d={`M8 ${y - 6}l6 11h-12z`} />
  if (shape === 'ring') return <circle class="lane-mark hollow" cx="8" cy={y} r="4" />
  return <circle class="lane-mark" cx="8" cy={y} r="5" />
}
