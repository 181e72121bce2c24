/**
 * What a page is asked about its own speed, as text that runs there before any script of the page: the largest thing painted,
 * what moved by itself, how long presses took until the next picture (Largest Contentful Paint, Layout Instability, Event Timing).
 */

/** Milliseconds since the navigation. */
export interface Shift {
  readonly at: number
  readonly value: number
  /** What moved, for people. */
  readonly what: string
}

export interface PageSpeed {
  readonly largestMs: number
  /** What it was, for people. */
  readonly largest: string
  readonly shifts: readonly Shift[]
}

export const OBSERVER = `(() => {
  const speed = { largestMs: 0, largest: '', shifts: [], interactions: [] }
  Object.defineProperty(window, 'countersignSpeed', { value: speed })
  const called = (node) => (node === null ? '' : node.nodeName.toLowerCase() + ' ' + (node.textContent ?? '').trim().slice(0, 40))
  const watch = (type, take, more) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true, ...more })
  watch('largest-contentful-paint', ({ element, startTime }) => {
    speed.largestMs = startTime
    speed.largest = called(element)
  })
  watch('layout-shift', ({ hadRecentInput, sources, startTime, value }) => {
    if (!hadRecentInput) speed.shifts.push({ at: startTime, value, what: sources.map(({ node }) => called(node)).join(' + ') })
  })
  watch('event', ({ duration, interactionId }) => {
    if (interactionId > 0) speed.interactions.push(duration)
  }, { durationThreshold: 16 })
})()`

export const SPEED = `(({ largestMs, largest, shifts }) => ({ largestMs, largest, shifts }))(countersignSpeed)`

/**
 * From now on no picture is the last one: a dot changes in each. A browser without a screen tells when it has shown a picture with the
 * one that follows, and a press that is answered at once would be measured until whatever comes next - the service's answer.
 */
export const STEADY_PICTURES = `(() => {
  const dot = document.body.appendChild(document.createElement('i'))
  Object.assign(dot.style, { position: 'fixed', insetBlockStart: 0, inlineSize: '2px', blockSize: '2px', background: 'gray' })
  dot.animate([{ opacity: 0.2 }, { opacity: 1 }], { duration: 300, iterations: Infinity, direction: 'alternate' })
})()`

/**
 * The slowest interaction since the last question, in milliseconds; 16 where each took less, which is not told more exactly.
 * Asked when the pictures that follow were painted: entries come a moment after them.
 */
export const SLOWEST_INTERACTION = `new Promise((resolve) => {
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => {
    resolve(Math.max(16, ...countersignSpeed.interactions.splice(0)))
  }, 200)))
})`

/** Resolves when nothing larger was painted for so long, in milliseconds. */
export const settledFor = (ms: number): string => `new Promise((resolve) => {
  const { largestMs } = countersignSpeed
  const look = (last) => setTimeout(() => {
    const now = countersignSpeed.largestMs
    if (now === last && now > 0) resolve(undefined)
    else look(now)
  }, ${ms})
  look(largestMs)
})`

/** Cumulative Layout Shift: the worst session of shifts that follow each other within a second, five seconds at most. */
export function cumulativeShift(shifts: readonly Omit<Shift, 'what'>[]): number {
  let worst = 0
  let sum = 0
  let first = Number.NEGATIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  for (const { at, value } of shifts) {
    const goesOn = at - last < 1_000 && at - first < 5_000
    if (!goesOn) {
      first = at
      sum = 0
    }
    last = at
    sum += value
    worst = Math.max(worst, sum)
  }
  return worst
}
