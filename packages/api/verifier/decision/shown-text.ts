/**
 * Times and names as sentences show them. Names come from certificates and lists: what could turn a sentence around or hide
 * in it is taken out, and what is long is cut. Times are told by a clock that the caller may choose.
 */
import { isWritableMoment, writeDateTime } from '@countersign/core/date-time'

/** A moment as a clock on a wall shows it; `month` from 1. */
export interface WallTime {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  /** Name of the time zone; empty where readers know it. */
  readonly zone: string
}

export type WallClock = (epochSeconds: number) => WallTime

export function utc(epochSeconds: number): WallTime {
  const written = writeDateTime(epochSeconds) ?? ''
  const part = (from: number, to: number) => Number(written.slice(from, to))
  return {
    year: part(0, 4),
    month: part(5, 7),
    day: part(8, 10),
    hour: part(11, 13),
    minute: part(14, 16),
    second: part(17, 19),
    zone: 'UTC',
  }
}

/** Whether a moment can be told as a date; what lies after the year 9999 says that there is no end. */
export function isShowable(epochSeconds: number | undefined): epochSeconds is number {
  return epochSeconds !== undefined && isWritableMoment(epochSeconds)
}

/** `12:04:36 UTC`. */
export function timeOfDay({ hour, minute, second, zone }: WallTime): string {
  const digits = `${twoDigits(hour)}:${twoDigits(minute)}:${twoDigits(second)}`
  return zone === '' ? digits : `${digits} ${zone}`
}

function twoDigits(number: number): string {
  return number < 10 ? `0${number}` : `${number}`
}

/** Controls, direction marks and what has no width: with them one name looks like another. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu

const LONGEST_NAME = 100
const LONGEST_VALUE = 300

/** Times, addresses and most names, which need no second look. */
const PLAIN = /^[!-~]+(?: [!-~]+)*$/

export function shownValue(text: string, longest = LONGEST_VALUE): string {
  if (text.length <= longest && PLAIN.test(text)) return text
  // Cut before it is looked at: what somebody writes into a certificate may be long.
  const plain = text
    .slice(0, 2 * longest)
    .replace(/\s+/g, ' ')
    .replace(INVISIBLE, '')
    .trim()
  const isWhole = plain.length <= longest && text.length <= 2 * longest
  // Half a character at the end would be shown as a mark of its own.
  return isWhole ? plain : `${plain.slice(0, longest).replace(/[\uD800-\uDBFF]$/, '')}…`
}

/**
 * A name for a sentence: the common name of a distinguished name, the host of an https URL, otherwise the name itself.
 * Undefined where there is nothing that people read: no name, or an identifier.
 */
export function shownName(name: string | undefined): string | undefined {
  if (name === undefined || /^(did|urn):/i.test(name)) return undefined
  const shown = shownValue(commonName(name) ?? hostOf(name) ?? name, LONGEST_NAME)
  return shown === '' ? undefined : shown
}

/** Where a value itself looks like another part, nothing is picked. */
function commonName(name: string): string | undefined {
  const parts = name.split(/(?<!\\), /)
  if (!parts.every((part) => /^[A-Za-z.0-9]+=/.test(part))) return undefined
  const named = parts.filter((part) => part.startsWith('CN='))
  return named.length === 1 ? named[0]?.slice('CN='.length).replace(/\\([,+"\\<>;])/g, '$1') : undefined
}

/** Of an address without a path: two issuers may share a host. */
function hostOf(name: string): string | undefined {
  return /^https:\/\/([a-z0-9.-]+(?::\d+)?)\/?$/i.exec(name)?.[1]
}
