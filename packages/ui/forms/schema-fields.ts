/**
 * A form's fields from a JSON Schema: what kind of control, which label, what is needed. It reads the part of JSON Schema that
 * types of credentials are written in; everything else becomes a field of JSON. Whether a value is valid the service decides:
 * what is judged here is said early to spare a call, never in place of it. Pure.
 */

export type FieldKind =
  | 'text'
  | 'number'
  | 'integer'
  | 'boolean'
  | 'date'
  | 'choice'
  | 'group'
  | 'list'
  | 'json'

export type Path = readonly (string | number)[]

export interface SchemaField {
  readonly kind: FieldKind
  /** The member's name; empty for the whole and for entries of a list. */
  readonly name: string
  readonly label: string
  readonly hint?: string
  readonly required: boolean
  /** Values of a choice. */
  readonly options?: readonly unknown[]
  /** Members of a group. */
  readonly fields?: readonly SchemaField[]
  /** What each entry of a list is. */
  readonly entry?: SchemaField
  readonly limits: Limits
}

export interface Limits {
  readonly min?: number
  readonly max?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly format?: string
}

type Schema = Readonly<Record<string, unknown>>

/** Deeper than any type is: what refers to itself ends as JSON. */
const MAX_DEPTH = 8

export function fieldsOf(schema: unknown, name = '', required = true): SchemaField {
  return fieldOf(schema, { root: schema, name, required, depth: 0 })
}

interface Place {
  readonly root: unknown
  readonly name: string
  readonly required: boolean
  readonly depth: number
}

function fieldOf(schema: unknown, place: Place): SchemaField {
  const { root, name, required, depth } = place
  const node = referenced(schema, root)
  const hint = text(node['description'])
  const label = text(node['title']) ?? wordsOf(name)
  const common = { name, label, required, limits: limitsOf(node), ...(hint !== undefined && { hint }) }
  const options = optionsOf(node)
  if (options !== undefined) return { ...common, kind: 'choice', options }
  if (depth >= MAX_DEPTH) return { ...common, kind: 'json' }
  const kind = kindOf(node)
  if (kind === 'group') return { ...common, kind, fields: membersOf(node, root, depth) }
  if (kind === 'list')
    return {
      ...common,
      kind,
      entry: fieldOf(node['items'], { root, name: '', required: true, depth: depth + 1 }),
    }
  return { ...common, kind }
}

function membersOf(node: Schema, root: unknown, depth: number): readonly SchemaField[] {
  const needed: readonly unknown[] = Array.isArray(node['required']) ? node['required'] : []
  return Object.entries(record(node['properties'])).map(([name, member]) =>
    fieldOf(member, { root, name, required: needed.includes(name), depth: depth + 1 }),
  )
}

function kindOf(node: Schema): FieldKind {
  const declared = Array.isArray(node['type']) ? node['type'].filter((one) => one !== 'null') : [node['type']]
  const type: unknown = declared.length === 1 ? declared[0] : undefined
  if (type === 'string') return node['format'] === 'date' ? 'date' : 'text'
  if (type === 'integer' || type === 'number' || type === 'boolean') return type
  const members = Object.keys(record(node['properties'])).length
  if ((type === 'object' || type === undefined) && members > 0) return 'group'
  if (type === 'array' && isRecord(node['items'])) return 'list'
  return 'json'
}

function optionsOf(node: Schema): readonly unknown[] | undefined {
  if (Array.isArray(node['enum']) && node['enum'].length > 0) return node['enum']
  return node['const'] === undefined ? undefined : [node['const']]
}

function limitsOf(node: Schema): Limits {
  const min = node['minimum']
  const max = node['maximum']
  const minLength = node['minLength']
  const maxLength = node['maxLength']
  const pattern = text(node['pattern'])
  const format = text(node['format'])
  return {
    ...(typeof min === 'number' && { min }),
    ...(typeof max === 'number' && { max }),
    ...(typeof minLength === 'number' && { minLength }),
    ...(typeof maxLength === 'number' && { maxLength }),
    ...(pattern !== undefined && { pattern }),
    ...(format !== undefined && { format }),
  }
}

/** `#/$defs/name` within the same schema; nothing is fetched. */
function referenced(schema: unknown, root: unknown, hops = 0): Schema {
  const node = record(schema)
  const reference = text(node['$ref'])
  if (reference === undefined || !reference.startsWith('#/') || hops > MAX_DEPTH) return node
  const found = reference
    .slice(2)
    .split('/')
    .map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((at, step) => record(at)[step], root)
  return { ...referenced(found, root, hops + 1), ...withoutReference(node) }
}

function withoutReference({ $ref: _reference, ...rest }: Schema): Schema {
  return rest
}

/** `family_name` and `familyName` → `Family name`. */
export function wordsOf(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .trim()
  return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase()
}

function record(value: unknown): Schema {
  return isRecord(value) ? value : {}
}

function isRecord(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
