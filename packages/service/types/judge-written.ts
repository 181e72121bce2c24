/**
 * A type as it is written, judged to the end: where a part of it cannot be read, that part is told and what rests on it is not
 * judged, and everything else is.
 */
import { PRINT_OPACITY } from '@countersign/catalogue/card/card-template'
import { type CatalogueType, claimsSchema } from '@countersign/catalogue/catalogue-type'
import {
  type CompletedType,
  completeType,
  type TypeMistake,
  type WrittenType,
} from '@countersign/catalogue/written-type'
import { isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import type { FormatFacts } from '@countersign/credential/contract/format-facts'
import { colourOf, contrast, LEAST_CONTRAST, over } from '@countersign/credential/display/contrast'
import type { z } from 'zod'
import { problemOf } from '../config/typed-settings.ts'
import { compileSchema } from './json-schema.ts'
import { writtenTypeSchema } from './written-type-schema.ts'

type Path = readonly PropertyKey[]

export async function judgeWritten(
  json: JsonObject,
  formats: readonly FormatFacts[],
): Promise<CompletedType> {
  const { data, error } = writtenTypeSchema(formats.map(({ id }) => id)).safeParse(json)
  const issues = error?.issues ?? []
  const unread = issues.flatMap(pathsOf)
  const { mistakes, type } = completeType(data === undefined ? readable(json, unread) : (data as WrittenType))
  const later = [
    ...mistakes.filter(({ at }) => !isUnreadPlace(at, json, unread)),
    ...cardMistakes(type),
    ...(await exampleMistakes(type, unread)),
  ]
  return {
    type,
    mistakes: [
      ...issues.map((issue) => formMistake(issue, json)),
      ...later.filter(({ at }) => !isWithin(at, unread)),
    ],
  }
}

/** What cannot be read: of unknown members themselves, for what they are in may be right. */
function pathsOf(issue: z.core.$ZodIssue): readonly Path[] {
  return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path]
}

function formMistake(issue: z.core.$ZodIssue, json: JsonObject): TypeMistake {
  return { at: issue.path.join('.'), problem: problemIn(issue, valueAt(json, issue.path)) }
}

function problemIn(issue: z.core.$ZodIssue, given: JsonValue | undefined): string {
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message
  return issue.code === 'invalid_type' && given === undefined ? 'is missing' : problemOf(issue, given)
}

function valueAt(json: JsonValue, path: Path): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>((value, step) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    return (value as Readonly<Record<PropertyKey, JsonValue>>)[step]
  }, json)
}

const NOTHING: WrittenType = {
  name: '',
  id: '',
  formats: {},
  label: {},
  description: {},
  card: { background: '', text: '' },
  claims: {},
  example: {},
}

/** Without what is unread: a whole member, or one entry of those that have entries of their own. */
function readable(json: JsonObject, unread: readonly Path[]): WrittenType {
  const members = Object.entries(NOTHING).map(([member, nothing]): [string, unknown] => {
    const value = json[member]
    const below = unread.filter((path) => path[0] === member).map(([, entry]) => entry)
    if (value === undefined || below.includes(undefined)) return [member, nothing]
    if (!isJsonObject(value)) return [member, value]
    const entries = Object.entries(value).filter(([name]) => !below.includes(name))
    return [member, { ...nothing, ...Object.fromEntries(entries) }]
  })
  return Object.fromEntries(members) as unknown as WrittenType
}

/** Whether it is about something that is unread. */
function isWithin(at: string, unread: readonly Path[]): boolean {
  return unread.some((path) => path.length > 0 && `${at}.`.startsWith(`${path.join('.')}.`))
}

/** Whether a place of the card names a claim that is unread. */
function isUnreadPlace(at: string, json: JsonObject, unread: readonly Path[]): boolean {
  const steps = at.split('.')
  const place = steps[0] === 'card' ? valueAt(json, steps) : undefined
  return typeof place === 'string' && isUnreadClaim(place.split('.', 1)[0] ?? '', unread)
}

function isUnreadClaim(name: string, unread: readonly Path[]): boolean {
  return unread.some(([member, claim]) => member === 'claims' && (claim === undefined || claim === name))
}

/** Over the lines of the print, too. */
function cardMistakes({ card: { background, text } }: CatalogueType): readonly TypeMistake[] {
  if (background === '' || text === '') return []
  const [ground, ink] = [colourOf(background), colourOf(text)]
  const least = Math.min(contrast(ground, ink), contrast(over(ink, ground, PRINT_OPACITY), ink))
  if (least >= LEAST_CONTRAST) return []
  const found = Math.floor(least * 10) / 10
  return [
    {
      at: 'card.text',
      problem: `has a contrast of ${found} to 1 on the background, and ${LEAST_CONTRAST} is the least`,
    },
  ]
}

async function exampleMistakes(
  type: CatalogueType,
  unread: readonly Path[],
): Promise<readonly TypeMistake[]> {
  const check = await compileSchema(claimsSchema(type))
  const unknown = Object.keys(type.example).filter(
    (name) => !type.claims.some(({ path }) => path[0] === name) && !isUnreadClaim(name, unread),
  )
  return [
    ...check(type.example).map((problem) => ({ at: 'example', problem })),
    ...unknown.map((name) => ({ at: `example.${name}`, problem: 'is no claim of this type' })),
  ]
}
