/**
 * Which claim each column of a CSV is: its name, or a JSON Pointer (RFC 6901) for one that lies deeper. A field is text, unless
 * the type says that the claim is none; an empty one is a claim that is not there.
 */
import { isJsonObject, type JsonObject, type JsonValue, parseJson } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { IssuableType } from '../types/issuable-types.ts'
import type { BrokenInput, RowMistake } from './input-mistakes.ts'

export interface Columns {
  /** What a row would say in JSON. */
  read(record: readonly string[]): Result<JsonObject, RowMistake>
}

/** Columns that are no claims. */
const OWN = ['externalId', 'txCodeValue'] as const

interface Column {
  readonly name: string
  readonly path: readonly string[]
  readonly isText: boolean
}

const TEXTS = { isText: true } as const
const JSON_LIMITS = { maxDepth: 32, maxValues: 10_000, exactNumbers: true }

export function columnsOf(
  names: readonly string[],
  type: Pick<IssuableType, 'schema' | 'claimsAt'>,
): Result<Columns, BrokenInput> {
  const columns: Column[] = []
  for (const name of names) {
    const column = columnOf(name, type)
    if (column === undefined) return refuse({ code: 'column_unknown', name })
    if (columns.some(({ path }) => overlap(path, column.path)))
      return refuse({ code: 'column_repeated', name })
    columns.push(column)
  }
  return ok({ read: (record) => readRecord(columns, record) })
}

function columnOf(name: string, type: Pick<IssuableType, 'schema' | 'claimsAt'>): Column | undefined {
  if (OWN.some((own) => own === name)) return { name, path: [name], ...TEXTS }
  const path = name.startsWith('/')
    ? name.slice(1).split('/').map(unescaped)
    : name === ''
      ? undefined
      : [...type.claimsAt, name]
  if (path === undefined || path.some((step) => step === '__proto__')) return undefined
  return { name, path: ['claims', ...path], isText: isText(type, path) }
}

function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~')
}

/** Also where one lies within the other: both would write the same place. */
function overlap(a: readonly string[], b: readonly string[]): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a]
  return short.every((step, at) => step === long[at])
}

function isText(
  { claimsAt, schema }: Pick<IssuableType, 'schema' | 'claimsAt'>,
  path: readonly string[],
): boolean {
  const isBelow = claimsAt.every((step, at) => step === path[at])
  const found = isBelow ? schemaAt(schema, path.slice(claimsAt.length)) : undefined
  const types = found === undefined ? [] : [found['type'] ?? []].flat()
  return types.length === 0 || types.includes('string')
}

function schemaAt(schema: JsonObject, path: readonly string[]): JsonObject | undefined {
  let at: JsonObject | undefined = schema
  for (const step of path) {
    const properties: JsonValue | undefined = at?.['properties']
    const next: JsonValue | undefined = isJsonObject(properties) ? properties[step] : undefined
    at = isJsonObject(next) ? next : undefined
  }
  return at
}

function readRecord(columns: readonly Column[], record: readonly string[]): Result<JsonObject, RowMistake> {
  if (record.length !== columns.length)
    return refuse({ code: 'fields_differ', expected: columns.length, found: record.length })
  const row: Record<string, JsonValue> = {}
  for (const [at, { isText: text, name, path }] of columns.entries()) {
    const field = record[at] ?? ''
    if (field === '') continue
    const value = text ? ok(field) : parseJson(field, { ...JSON_LIMITS, maxBytes: field.length * 3 })
    if (!value.ok) return refuse({ code: 'field_not_json', name })
    put(row, path, value.value)
  }
  return ok(row)
}

function put(row: Record<string, JsonValue>, path: readonly string[], value: JsonValue): void {
  let at = row
  for (const step of path.slice(0, -1)) {
    const inner = (Object.hasOwn(at, step) ? at[step] : {}) as Record<string, JsonValue>
    at[step] = inner
    at = inner
  }
  at[path.at(-1) ?? ''] = value
}
