/**
 * What is told of the sources of trust: to the log, with names of files and addresses; to `/readyz`, by their place in the
 * configuration and with times; and as figures.
 */
import { showDateTime } from '@countersign/core/date-time'
import type { CheckAnswer, ReadinessCheck } from '../operation/health.ts'
import type { Logger } from '../operation/log.ts'
import type { TrustSourceFigures } from '../operation/metrics.ts'
import { believesAnybody, isInForce, type KeptSource, reasonsOf } from './kept-source.ts'
import { type SourceRefusal, sentenceOf } from './read-source.ts'

type Told = Pick<Logger, 'info' | 'warn' | 'error'>

/** Once for each reason, not at every look; and once when it is over. */
export function tellFailure(
  log: Told,
  { failure, good, readable }: KeptSource,
  before: SourceRefusal | undefined,
  now: number,
): void {
  if (failure === undefined) {
    if (before !== undefined) log.info(`${readable.place} can be used again`)
    return
  }
  const sentence = sentenceOf(failure)
  if (before !== undefined && sentenceOf(before) === sentence) return
  if (good !== undefined && good.usable > 0 && isInForce(good, now))
    log.warn(
      `${sentence}; what was read at ${showDateTime(good.readAt)} stays in force${untilOf(good.nextUpdate)}`,
    )
  else log.error(`${sentence}: nobody is believed by it`)
}

export function tellContents(log: Told, { good, readable }: KeptSource): void {
  if (good === undefined || good.usable === 0) return
  const { issue, signedBy, unusable, usable } = good
  const signed = signedBy === undefined ? '' : `, signed by ${signedBy}`
  const numbered = issue === undefined ? '' : `, issue ${issue}`
  const count = `${readable.place}${signed}${numbered}: ${usable} ${usable === 1 ? 'entry' : 'entries'}`
  if (unusable.size === 0) log.info(count)
  else log.warn(`${count}; others cannot be used: ${reasonsOf(unusable)}`)
}

const WEEK_SECONDS = 7 * 86_400
/** Of the time between a list and its next update: from then on the successor is late. */
const LAST_PART = 0.1

function isEnding({ good }: Pick<KeptSource, 'good'>, now: number): boolean {
  if (good?.nextUpdate === undefined) return false
  const { issuedAt = good.readAt, nextUpdate } = good
  return now > nextUpdate - Math.min(WEEK_SECONDS, (nextUpdate - issuedAt) * LAST_PART)
}

/** Which ends were told, so that each is told once. */
const toldEnds = new WeakSet<object>()

export function tellEnd(log: Told, kept: KeptSource, now: number): void {
  const { good, readable } = kept
  if (good === undefined || toldEnds.has(good) || !isEnding(kept, now) || !isInForce(good, now)) return
  toldEnds.add(good)
  log.warn(`${readable.place} counts${untilOf(good.nextUpdate)}, and its successor is not there yet`)
}

/**
 * One source that fails makes no instance unready as long as another one says whom to believe: all instances have the same
 * sources, and none would be left to do the rest.
 */
export function trustCheck(
  kept: () => readonly KeptSource[],
  believesOthers: boolean,
  now: () => number,
): ReadinessCheck {
  return {
    name: 'trust',
    check: async (): Promise<CheckAnswer | undefined> => {
      const sources = kept()
      const healthy = believesOthers || sources.some((one) => believesAnybody(one, now()))
      const notes = sources.flatMap((one) => noteOf(one, now()) ?? [])
      return notes.length === 0 ? { healthy } : { healthy, note: notes.join('; ') }
    },
  }
}

/** Fit to be shown to anybody: a place in the configuration, codes, times. Files that are as they were are not worth a word. */
function noteOf({ failure, good, number, readable }: KeptSource, now: number): string | undefined {
  const name = `source ${number} (${readable.kind})`
  const isList = good?.issuedAt !== undefined
  if (failure === undefined && !isList) return undefined
  const said =
    good === undefined || good.usable === 0
      ? 'nobody is believed by it'
      : `${good.usable} ${good.usable === 1 ? 'entry' : 'entries'} of ${showDateTime(good.issuedAt ?? good.readAt)}`
  const next =
    good?.nextUpdate === undefined
      ? ''
      : `, ${isInForce(good, now) ? 'next update' : 'ended'} ${showDateTime(good.nextUpdate)}`
  return `${name}: ${said}${next}${failure === undefined ? '' : `, last look: ${failure.code}`}`
}

export function figuresOf({ failure, good, number, readable }: KeptSource, now: number): TrustSourceFigures {
  const inForce = good !== undefined && isInForce(good, now)
  return {
    source: String(number),
    kind: readable.kind,
    entries: inForce ? good.usable : 0,
    unusableEntries: [...(good?.unusable.values() ?? [])].reduce((sum, count) => sum + count, 0),
    failed: failure !== undefined,
    ageSeconds: good && now - (good.issuedAt ?? good.readAt),
    nextUpdateInSeconds: good?.nextUpdate === undefined ? undefined : good.nextUpdate - now,
  }
}

function untilOf(end: number | undefined): string {
  return end === undefined ? '' : ` until ${showDateTime(end)}`
}
