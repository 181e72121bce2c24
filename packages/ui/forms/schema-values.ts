/** The value that a generated form edits: read and changed by path, and what is surely wrong with it. Pure. */
import { isFullDate } from '@countersign/core/date-time'
import type { Limits, Path, SchemaField } from './schema-fields.ts'

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, step) => {
    if (typeof at !== 'object' || at === null) return undefined
    return Object.hasOwn(at, step) ? Reflect.get(at, step) : undefined
  }, value)
}

/** A copy with another value at the path; `undefined` takes the member or entry out. */
export function withValueAt(value: unknown, path: Path, next: unknown): unknown {
  const [step, ...rest] = path
  if (step === undefined) return next
  const inner = withValueAt(valueAt(value, [step]), rest, next)
  if (typeof step === 'number') {
    const entries: unknown[] = Array.isArray(value) ? [...value] : []
    if (inner === undefined) entries.splice(step, 1)
    else entries[step] = inner
    return entries
  }
  const members = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
  const kept = Object.entries(members).filter(([name]) => name !== step)
  if (inner === undefined) return Object.fromEntries(kept)
  // In the place that it had.
  return Object.hasOwn(members, step)
    ? Object.fromEntries(Object.entries(members).map(([name, old]) => [name, name === step ? inner : old]))
    : Object.fromEntries([...kept, [step, inner]])
}

/** What a new entry of a list, or a form without an example, begins with. */
export function emptyValue(field: SchemaField): unknown {
  if (field.kind === 'group')
    return Object.fromEntries(
      (field.fields ?? [])
        .filter(({ kind, required }) => required && kind === 'group')
        .map((one) => [one.name, emptyValue(one)]),
    )
  if (field.kind === 'list') return []
  if (field.kind === 'boolean') return false
  return field.options?.length === 1 ? field.options[0] : ''
}

export type ProblemCode =
  | 'required'
  | 'number'
  | 'wholeNumber'
  | 'date'
  | 'tooShort'
  | 'tooLong'
  | 'tooSmall'
  | 'tooLarge'
  | 'pattern'

export interface ValueProblem {
  readonly path: Path
  readonly label: string
  readonly code: ProblemCode
  /** The limit that was missed. */
  readonly limit?: number
}

export function problemsIn(field: SchemaField, value: unknown, path: Path = []): readonly ValueProblem[] {
  const found = (code: ProblemCode, limit?: number): readonly ValueProblem[] => [
    { path, label: field.label, code, ...(limit !== undefined && { limit }) },
  ]
  if (isNothing(value)) return field.required && field.kind !== 'group' ? found('required') : []
  if (field.kind === 'group')
    return (field.fields ?? []).flatMap((inner) =>
      problemsIn(inner, valueAt(value, [inner.name]), [...path, inner.name]),
    )
  if (field.kind === 'list' && Array.isArray(value) && field.entry !== undefined) {
    const { entry } = field
    return value.flatMap((one, index) => problemsIn(entry, one, [...path, index]))
  }
  return problemOf(field, value, found)
}

function problemOf<T>(
  { kind, limits }: SchemaField,
  value: unknown,
  found: (code: ProblemCode, limit?: number) => readonly T[],
): readonly T[] {
  if (kind === 'number' || kind === 'integer') return numberProblem(kind, limits, value, found)
  if (typeof value !== 'string') return []
  if (kind === 'date') return isFullDate(value) ? [] : found('date')
  if (kind !== 'text') return []
  const length = Array.from(value).length
  if (limits.minLength !== undefined && length < limits.minLength) return found('tooShort', limits.minLength)
  if (limits.maxLength !== undefined && length > limits.maxLength) return found('tooLong', limits.maxLength)
  return limits.pattern === undefined || fits(limits.pattern, value) ? [] : found('pattern')
}

function numberProblem<T>(
  kind: 'number' | 'integer',
  { min, max }: Limits,
  value: unknown,
  found: (code: ProblemCode, limit?: number) => readonly T[],
): readonly T[] {
  if (typeof value !== 'number' || !Number.isFinite(value)) return found('number')
  if (kind === 'integer' && !Number.isInteger(value)) return found('wholeNumber')
  if (min !== undefined && value < min) return found('tooSmall', min)
  if (max !== undefined && value > max) return found('tooLarge', max)
  return []
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

/** A pattern that this engine does not read is left to the service. */
function fits(pattern: string, value: string): boolean {
  try {
    return value.length > 1000 || new RegExp(pattern, 'u').test(value)
  } catch {
    return true
  }
}
