/**
 * A session across the instances that served it: a lane an instance, a stop a step, and the path through them. The drawing is the
 * decoration of a list. Pure.
 */
import type { SessionEvent } from '../parts/use-session-stream.ts'

export interface Hop {
  readonly sequence: number
  readonly type: string
  readonly at: number
  readonly x: number
  readonly y: number
}

export interface Lane {
  readonly name: string
  readonly y: number
}

/** An instance that is gone, and when it was there last. */
export interface GoneFromLane {
  readonly name: string
  /** Epoch seconds. */
  readonly at: number
}

export interface Cut extends GoneFromLane {
  readonly x: number
  readonly y: number
}

export interface Hops {
  readonly lanes: readonly Lane[]
  readonly stops: readonly Hop[]
  /** Where a lane ends. */
  readonly cuts: readonly Cut[]
  /** `d` of the path. */
  readonly path: string
  readonly width: number
  readonly height: number
}

const WIDTH = 880
const FIRST_X = 172
const LAST_X = 796
const FIRST_Y = 66
const LANE = 52

/** Undefined where nobody says who served: a line that guesses would be worse than none. */
export function hopsOf(
  events: readonly SessionEvent[],
  gone: readonly GoneFromLane[] = [],
): Hops | undefined {
  const served = events.filter((event) => event.servedBy !== undefined)
  if (served.length < 2) return undefined
  const names = [...new Set(served.map(({ servedBy = '' }) => servedBy))].sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  )
  const lanes = names.map((name, at): Lane => ({ name, y: FIRST_Y + at * LANE }))
  const step = (LAST_X - FIRST_X) / (served.length - 1)
  const stops = served.map(({ at, sequence, servedBy, type }, index): Hop => {
    const lane = lanes.find(({ name }) => name === servedBy)
    return { sequence, type, at, x: Math.round(FIRST_X + index * step), y: lane?.y ?? FIRST_Y }
  })
  return {
    lanes,
    stops,
    cuts: cutsOf(gone, lanes, stops),
    path: pathThrough(stops),
    width: WIDTH,
    height: FIRST_Y + (lanes.length - 1) * LANE + 28,
  }
}

/** Between the stops before and after it; behind the last one, a little beyond it. */
function cutsOf(
  gone: readonly GoneFromLane[],
  lanes: readonly Lane[],
  stops: readonly Hop[],
): readonly Cut[] {
  return gone.flatMap(({ at, name }) => {
    const lane = lanes.find((one) => one.name === name)
    if (lane === undefined) return []
    const next = stops.find((stop) => stop.at > at)
    const before = stops.filter((stop) => stop.at <= at).at(-1)
    const x = before === undefined ? FIRST_X : Math.round((before.x + (next?.x ?? WIDTH - 24)) / 2)
    return [{ name, at, x, y: lane.y }]
  })
}

/** A curve leaves and reaches a lane along it. */
function pathThrough(stops: readonly Hop[]): string {
  return stops
    .map(({ x, y }, index) => {
      const before = stops[index - 1]
      if (before === undefined) return `M${x} ${y}`
      if (before.y === y) return `H${x}`
      const middle = Math.round((before.x + x) / 2)
      return `C${middle} ${before.y} ${middle} ${y} ${x} ${y}`
    })
    .join('')
}
