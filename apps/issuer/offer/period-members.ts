/**
 * From when and until when a credential shall count, as the data of an issue call says it: each moment is taken as it is,
 * or refused for what is wrong with it, and never becomes another one. Moments that the mapping counts from issuance
 * stay distances. The form in which a format writes them is the format's own.
 */
import { isWritableMoment, LAST_MOMENT, readDateTime, readXmlDateTime } from '@countersign/core/date-time'
import type { JsonObject, JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { FormatFamily } from '@countersign/credential/contract/format-facts'
import type { PromisedCredential } from '@countersign/protocol/openid4vci/session/state'
import { type MappingMistake, timestampDistance } from '../types/mapping-functions.ts'

/** What the call says of the period; nothing where it is silent. */
export interface NamedPeriod {
  readonly start?: NamedMoment | undefined
  readonly end?: NamedMoment | undefined
}

/** Epoch seconds, or seconds from issuance, which may be negative. */
export type NamedMoment = { readonly at: number } | { readonly fromIssuance: number }

export type TimeFault =
  | 'not_a_time'
  | 'date_only'
  | 'no_time_zone'
  | 'fraction'
  | 'milliseconds'
  | 'out_of_range'
  | 'past'
  | 'before_start'
  | 'contradiction'
  | 'moment_of_issuance'

export interface TimeMistake {
  readonly code: 'time_refused'
  readonly configurationId: string
  readonly member: string
  readonly fault: TimeFault
}

interface PeriodMembers {
  /** By which the credential begins to count, and after which it does not. Several of one kind must say the same. */
  readonly start: readonly string[]
  readonly end: readonly string[]
  /** When it was issued: nobody knows that at the time of the call. */
  readonly issuance: readonly string[]
}

/** The names of both versions of the data model are taken in either, as walt.id has it. */
const MEMBERS: Readonly<Record<FormatFamily, PeriodMembers>> = {
  'sd-jwt-vc': { start: ['nbf'], end: ['exp'], issuance: ['iat'] },
  w3c: {
    start: ['validFrom', 'issuanceDate', 'jwt:nbf'],
    end: ['validUntil', 'expirationDate', 'jwt:exp'],
    issuance: ['jwt:iat'],
  },
  mdoc: { start: [], end: [], issuance: [] },
}

/** NumericDate (RFC 7519 §2), where a date-time is taken for it; the others are date-times of XML Schema. */
const JWT_TIMES: ReadonlySet<string> = new Set(['nbf', 'exp', 'iat', 'jwt:nbf', 'jwt:exp', 'jwt:iat'])

export interface MappingWithoutTimes {
  readonly mapping: JsonObject
  /** Members whose time the mapping counts from issuance: name and seconds. */
  readonly distances: ReadonlyMap<string, number>
}

/** Takes the functions of time out of the members that say the period: what they say is known at issuance alone. */
export function takeDistances(
  family: FormatFamily,
  mapping: JsonObject,
): Result<MappingWithoutTimes, MappingMistake> {
  const { start, end, issuance } = MEMBERS[family]
  const distances = new Map<string, number>()
  for (const name of [...start, ...end, ...issuance]) {
    const value = mapping[name]
    const distance = typeof value === 'string' ? timestampDistance(value) : undefined
    if (distance?.ok === false) return distance
    if (distance !== undefined) distances.set(name, distance.value)
  }
  return ok({ mapping: without(mapping, [...distances.keys()]), distances })
}

export interface PeriodTaken {
  readonly claims: JsonObject
  readonly period: NamedPeriod
}

type Fault = Omit<TimeMistake, 'code' | 'configurationId'>

/** `now` in epoch seconds. A name that has a distance has no other value: the mapping comes over the data. */
export function takePeriod(
  family: FormatFamily,
  data: JsonObject,
  distances: ReadonlyMap<string, number>,
  now: number,
): Result<PeriodTaken, Fault> {
  const { start: startNames, end: endNames, issuance } = MEMBERS[family]
  const made = issuance.find((name) => (distances.get(name) ?? (Object.hasOwn(data, name) ? 1 : 0)) !== 0)
  if (made !== undefined) return refuse({ member: made, fault: 'moment_of_issuance' })
  const start = oneMoment(startNames, data, distances)
  if (!start.ok) return start
  const end = oneMoment(endNames, data, distances)
  if (!end.ok) return end
  const fault = findPeriodFault(start.value, end.value, now)
  if (fault !== undefined) return refuse(fault)
  const claims = without(data, [...startNames, ...endNames, ...issuance])
  return ok({ claims, period: { start: start.value?.moment, end: end.value?.moment } })
}

interface MemberMoment {
  readonly member: string
  readonly moment: NamedMoment
}

function findPeriodFault(
  start: MemberMoment | undefined,
  end: MemberMoment | undefined,
  now: number,
): Fault | undefined {
  if (start !== undefined && !isWritableMoment(momentAt(start.moment, now))) {
    return { member: start.member, fault: 'out_of_range' }
  }
  if (end === undefined) return undefined
  const { member } = end
  const endsAt = momentAt(end.moment, now)
  if (!isWritableMoment(endsAt)) return { member, fault: 'out_of_range' }
  if (endsAt <= now) return { member, fault: 'past' }
  const startsAt = start === undefined ? now : momentAt(start.moment, now)
  return endsAt <= startsAt ? { member, fault: 'before_start' } : undefined
}

function momentAt(moment: NamedMoment, issuedAt: number): number {
  return 'at' in moment ? moment.at : issuedAt + moment.fromIssuance
}

/** What the members say, which is one thing. */
function oneMoment(
  names: readonly string[],
  data: JsonObject,
  distances: ReadonlyMap<string, number>,
): Result<MemberMoment | undefined, Fault> {
  let found: MemberMoment | undefined
  for (const member of names) {
    const moment = momentOf(member, data[member], distances.get(member))
    if (!moment.ok) return refuse({ member, fault: moment.error })
    if (moment.value === undefined) continue
    if (found !== undefined && !isSame(found.moment, moment.value)) {
      return refuse({ member, fault: 'contradiction' })
    }
    found ??= { member, moment: moment.value }
  }
  return ok(found)
}

function isSame(one: NamedMoment, other: NamedMoment): boolean {
  return 'at' in one
    ? 'at' in other && one.at === other.at
    : 'fromIssuance' in other && one.fromIssuance === other.fromIssuance
}

function momentOf(
  member: string,
  value: JsonValue | undefined,
  distance: number | undefined,
): Result<NamedMoment | undefined, TimeFault> {
  if (distance !== undefined) return ok({ fromIssuance: distance })
  if (value === undefined) return ok(undefined)
  const seconds = JWT_TIMES.has(member) ? readJwtTime(value) : readDateTimeText(value, readStamp)
  if (!seconds.ok) return seconds
  if (!Number.isInteger(seconds.value)) return refuse('fraction')
  return isWritableMoment(seconds.value) ? ok({ at: seconds.value }) : refuse('out_of_range')
}

const readStamp = (text: string) => readXmlDateTime(text, 'required')

function readJwtTime(value: JsonValue): Result<number, TimeFault> {
  if (typeof value !== 'number') return readDateTimeText(value, readDateTime)
  const isMilliseconds = value > LAST_MOMENT && value <= LAST_MOMENT * 1000
  return isMilliseconds ? refuse('milliseconds') : ok(value)
}

/** A text that is no moment may be half of one, and whoever wrote it wants to know which half is missing. */
function readDateTimeText(
  value: JsonValue,
  read: (text: string) => number | undefined,
): Result<number, TimeFault> {
  const moment = typeof value === 'string' ? read(value) : undefined
  if (typeof value !== 'string') return refuse('not_a_time')
  if (moment !== undefined) return ok(moment)
  if (read(`${value}Z`) !== undefined) return refuse('no_time_zone')
  return refuse(read(`${value}T00:00:00Z`) === undefined ? 'not_a_time' : 'date_only')
}

function without(object: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)))
}

/** What is kept of the period until the wallet comes. */
export type PromisedPeriod = Pick<
  PromisedCredential,
  'lifetimeSeconds' | 'expiresAt' | 'notBefore' | 'startsAfterSeconds'
>

/** `lifetimeSeconds`: how long it is good where the call names no end. `now`: of the call, in epoch seconds. */
export function promisedPeriod(
  { start, end: named }: NamedPeriod,
  lifetimeSeconds: number,
  now: number,
): PromisedPeriod {
  const end = named ?? endOf(start, lifetimeSeconds, now)
  return {
    lifetimeSeconds: momentAt(end, now) - now,
    ...('at' in end && { expiresAt: end.at }),
    ...(start !== undefined &&
      ('at' in start ? { notBefore: start.at } : { startsAfterSeconds: start.fromIssuance })),
  }
}

/** Counted from issuance, or from a beginning that is named and comes after it. */
function endOf(start: NamedMoment | undefined, lifetimeSeconds: number, now: number): NamedMoment {
  if (start === undefined || momentAt(start, now) <= now) return { fromIssuance: lifetimeSeconds }
  return 'at' in start
    ? { at: Math.min(start.at + lifetimeSeconds, LAST_MOMENT) }
    : { fromIssuance: start.fromIssuance + lifetimeSeconds }
}
