/**
 * A type as it is written down, and what it becomes. A claim that the vocabulary has needs its name alone; what is said beside
 * it counts instead. Everything that is missing or leads nowhere is told at once, with its place.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { didYouMean, nearestWord } from '@countersign/core/nearest-word'
import type { ClaimPath, ValueEncoding } from '@countersign/credential/contract/format'
import type { DisclosureRule } from '@countersign/credential/type-metadata/type-metadata'
import type { CatalogueCard, CatalogueClaim, CatalogueType, ClaimLabel } from './catalogue-type.ts'
import type { Topic } from './topics.ts'
import {
  type Purpose,
  type Sensitivity,
  type SharedValue,
  sharedClaims,
  sharedValues,
  type Words,
} from './vocabulary.ts'

export interface WrittenClaim {
  /** What the vocabulary calls it, where that is not its name here. */
  readonly is?: string | undefined
  readonly label?: Words | undefined
  /** A value of the vocabulary. */
  readonly value?: string | undefined
  /** In place of a value of the vocabulary; `parts` are the words for what is within it. */
  readonly schema?: JsonObject | undefined
  readonly parts?: Readonly<Record<string, Words>> | undefined
  /** Members that the value must have, beside those of its schema. */
  readonly required?: readonly string[] | undefined
  readonly sensitivity?: Sensitivity | undefined
  readonly purposes?: readonly Purpose[] | undefined
  readonly instead?: readonly string[] | undefined
  /** Absent: no. */
  readonly mandatory?: boolean | undefined
  /** Absent: `allowed`. */
  readonly sd?: DisclosureRule | undefined
}

/** Claims are named here, and what is within one after a dot: `issuing_authority.name`. */
export interface WrittenCard {
  readonly background: string
  readonly text: string
  readonly from?: string | undefined
  /** Absent: the holder's name, where there are such claims. */
  readonly foot?: readonly string[] | undefined
  /** Absent: `expiry_date`, where there is one. */
  readonly end?: string | undefined
}

export interface WrittenType
  extends Pick<CatalogueType, 'name' | 'id' | 'formats' | 'namespace' | 'lifetimeDays'> {
  /** Absent: `other`. */
  readonly topic?: Topic | undefined
  readonly label: Words
  readonly description: Words
  readonly card: WrittenCard
  readonly claims: Readonly<Record<string, WrittenClaim>>
  readonly example: JsonObject
}

export interface TypeMistake {
  /** Members, a dot between them: `claims.given_name.value`. */
  readonly at: string
  readonly problem: string
}

export interface CompletedType {
  /** With something neutral in place of what is missing. */
  readonly type: CatalogueType
  readonly mistakes: readonly TypeMistake[]
}

export function completeType(written: WrittenType): CompletedType {
  const mistakes: TypeMistake[] = []
  const claims = Object.entries(written.claims).map(([name, claim]) => completeClaim(name, claim, mistakes))
  const card = completeCard(written.card, claims, mistakes)
  const { description, example, formats, id, label, lifetimeDays, name, namespace, topic = 'other' } = written
  const display = Object.entries(label).map(([locale, called]) => {
    const says = description[locale]
    if (says === undefined) mistakes.push({ at: `description.${locale}`, problem: 'is missing' })
    return { locale, name: called, description: says ?? '' }
  })
  for (const locale of Object.keys(description))
    if (label[locale] === undefined) mistakes.push({ at: `label.${locale}`, problem: 'is missing' })
  const type = { name, id, topic, formats, namespace, lifetimeDays, display, card, claims, example }
  return { type, mistakes }
}

function completeClaim(name: string, written: WrittenClaim, mistakes: TypeMistake[]): CatalogueClaim {
  const kind = written.is ?? name
  const shared = sharedClaims.get(kind)
  const wrong = (member: string, problem: string) => {
    mistakes.push({ at: `claims.${name}.${member}`, problem })
  }
  if (written.is !== undefined && shared === undefined)
    wrong('is', notThere('shared claim', written.is, sharedClaims))
  const needed = <K extends 'label' | 'sensitivity' | 'purposes'>(member: K) => {
    const said = written[member] ?? shared?.[member]
    if (said === undefined) wrong(member, 'is missing, and the vocabulary has no such claim')
    return said
  }
  const label = needed('label') ?? {}
  const sensitivity = needed('sensitivity') ?? 'sensitive'
  const purposes = needed('purposes') ?? []
  return {
    path: [name],
    display: labelsOf(label),
    sd: written.sd ?? 'allowed',
    mandatory: written.mandatory ?? false,
    ...claimValue(written, shared?.value, wrong),
    use: { kind, sensitivity, purposes, instead: written.instead ?? shared?.instead ?? [] },
  }
}

type Wrong = (member: string, problem: string) => void

type ClaimValue = Pick<CatalogueClaim, 'schema' | 'parts' | 'encoding' | 'encodings'>

function claimValue(written: WrittenClaim, usual: string | undefined, wrong: Wrong): ClaimValue {
  const { parts, required, value = usual } = written
  const isUsual = written.schema === undefined && parts === undefined && required === undefined
  const known = isUsual && value !== undefined ? knownValue(value) : undefined
  if (known !== undefined) return known
  const shared = written.schema === undefined ? valueNamed(value, wrong) : undefined
  const schema = written.schema ?? shared?.schema ?? {}
  return describedValue(
    {
      schema: required === undefined ? schema : { ...schema, required: [...required] },
      parts: { ...shared?.parts, ...parts },
    },
    wrong,
  )
}

const knownValues = new Map<string, ClaimValue>()

/** As the vocabulary has it, made once: most claims are a text. */
function knownValue(name: string): ClaimValue | undefined {
  const made = knownValues.get(name)
  const shared = sharedValues.get(name)
  if (made !== undefined || shared === undefined) return made
  const value = describedValue(shared, (member) => {
    throw new Error(`the shared value ${name}: ${member}`)
  })
  knownValues.set(name, value)
  return value
}

function valueNamed(name: string | undefined, wrong: Wrong): SharedValue | undefined {
  const shared = name === undefined ? undefined : sharedValues.get(name)
  if (name === undefined) wrong('schema', 'is missing, and no value is named')
  else if (shared === undefined) wrong('value', notThere('shared value', name, sharedValues))
  return shared
}

function describedValue({ parts = {}, schema }: SharedValue, wrong: Wrong): ClaimValue {
  const places = placesWithin(schema)
  return { schema, parts: partsOf(places, parts, wrong), ...encodingsOf(schema, places) }
}

function partsOf(
  places: readonly Place[],
  words: Readonly<Record<string, Words>>,
  wrong: Wrong,
): CatalogueClaim['parts'] {
  const members = places.filter(({ path }) => path.at(-1) !== null)
  const nameOf = (path: ClaimPath) => path.filter((step) => step !== null).join('.')
  const names = members.map(({ path }) => nameOf(path))
  for (const name of Object.keys(words))
    if (!names.includes(name)) wrong(`parts.${name}`, 'is not in the schema')
  return members.map(({ path }) => {
    const name = nameOf(path)
    const said = Object.hasOwn(words, name) ? words[name] : undefined
    if (said === undefined) wrong(`parts.${name}`, 'is missing')
    return { path, display: labelsOf(said ?? {}) }
  })
}

/** An mdoc has types of its own for days, times and bytes, and a schema says which values are such. */
function encodingsOf(
  schema: JsonObject,
  places: readonly Place[],
): Pick<CatalogueClaim, 'encoding' | 'encodings'> {
  const encoding = encodingOf(schema)
  const encodings = places.flatMap(({ path, schema: inner }): readonly ValueEncoding[] => {
    const as = encodingOf(inner)
    return as === undefined ? [] : [{ path, as }]
  })
  return { ...(encoding && { encoding }), ...(encodings.length > 0 && { encodings }) }
}

function encodingOf({ contentEncoding, format }: JsonObject): ValueEncoding['as'] | undefined {
  if (contentEncoding === 'base64url') return 'bytes'
  if (format === 'date') return 'full-date'
  return format === 'date-time' ? format : undefined
}

interface Place {
  readonly path: ClaimPath
  readonly schema: JsonObject
}

const NOWHERE: readonly Place[] = []

/** Members of objects and entries of lists, at any depth, outer ones first. */
function placesWithin({ items, properties }: JsonObject): readonly Place[] {
  if (items === undefined && properties === undefined) return NOWHERE
  const members = isJsonObject(properties) ? Object.entries(properties) : []
  const inner: readonly (readonly [string | null, JsonValue])[] = isJsonObject(items)
    ? [...members, [null, items]]
    : members
  return inner.flatMap(([step, schema]) => {
    if (!isJsonObject(schema)) return []
    const below = placesWithin(schema).map((place) => ({ ...place, path: [step, ...place.path] }))
    return [{ path: [step], schema }, ...below]
  })
}

function completeCard(
  { background, end, foot, from, text }: WrittenCard,
  claims: readonly CatalogueClaim[],
  mistakes: TypeMistake[],
): CatalogueCard {
  const has = ([name, ...rest]: readonly string[]) => {
    const claim = claims.find(({ path }) => path[0] === name)
    if (claim === undefined || rest.length === 0) return claim !== undefined
    return claim.parts.some(
      ({ path }) => path.length === rest.length && path.every((step, at) => step === rest[at]),
    )
  }
  const place = (member: string, written: string) => {
    const path = written.split('.')
    if (!has(path)) mistakes.push({ at: `card.${member}`, problem: `there is no claim ${written}` })
    return path
  }
  const usual = (name: string) => (has([name]) ? [[name]] : [])
  return {
    background,
    text,
    from: from === undefined ? undefined : place('from', from),
    foot: foot?.map((one, at) => place(`foot.${at}`, one)) ?? ['given_name', 'family_name'].flatMap(usual),
    end: end === undefined ? usual('expiry_date')[0] : place('end', end),
  }
}

function labelsOf(words: Words): readonly ClaimLabel[] {
  return Object.entries(words).map(([locale, label]) => ({ locale, label }))
}

function notThere(kind: string, name: string, known: ReadonlyMap<string, unknown>): string {
  return `there is no ${kind} ${name}${didYouMean(nearestWord(name, [...known.keys()]))}`
}
