/**
 * Where bodies of our own APIs have objects that we define, by what the API document says of them: there a member that
 * nobody knows has to be refused. What another specification defines says `additionalProperties` of itself.
 */
import type { Operation } from '@countersign/testing/client/described-api'

/** As far as it is looked at. */
interface Schema {
  readonly $ref?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
}

type Path = readonly (string | number)[]

const CALLED_BY_WALLETS = ['wallet', 'metadata', 'status']

/** Not what wallets and everybody call, which ignores what it does not know. */
export function isOwn({ tags = [], path }: Operation): boolean {
  return !tags.some((tag) => CALLED_BY_WALLETS.includes(tag)) && !path.startsWith('/wallet-api/registry/')
}

/** Objects that let members pass without saying so, and references, which lead nowhere. */
export function looseObjectsIn(operation: Operation): readonly string[] {
  const contents = Object.values(operation.requestBody?.content ?? {})
  return contents.flatMap(({ schema }) => looseIn(schema as Schema | undefined, operation.name))
}

function looseIn(schema: Schema | undefined, at: string): readonly string[] {
  if (schema === undefined) return []
  const { $ref, additionalProperties: more, anyOf = [], items, oneOf = [], properties } = schema
  return [
    ...($ref === undefined ? [] : [`${at}: ${$ref}`]),
    ...(properties !== undefined && more !== false ? [`${at} takes any member`] : []),
    ...Object.entries(properties ?? {}).flatMap(([name, inner]) => looseIn(inner, `${at}.${name}`)),
    ...(typeof more === 'object' ? looseIn(more, `${at}.*`) : []),
    ...looseIn(items, `${at}[]`),
    ...[...anyOf, ...oneOf].flatMap((form) => looseIn(form, at)),
  ]
}

/** The places of an example that are objects of ours. */
export function ownObjectsIn(operation: Operation, contentType: string, example: unknown): readonly Path[] {
  const schema = operation.requestBody?.content[contentType]?.schema as Schema | undefined
  return schema === undefined ? [] : placesIn(schema, example, [])
}

function placesIn(schema: Schema, value: unknown, at: Path): readonly Path[] {
  const { additionalProperties: more, anyOf = [], items, oneOf = [], properties = {} } = schema
  if (Array.isArray(value)) {
    const entries =
      items === undefined ? [] : value.flatMap((entry, index) => placesIn(items, entry, [...at, index]))
    return [...entries, ...inForms()]
  }
  if (typeof value !== 'object' || value === null) return []
  const inside = Object.entries(value).flatMap(([name, inner]) => {
    const known = properties[name] ?? (typeof more === 'object' ? more : undefined)
    return known === undefined ? [] : placesIn(known, inner, [...at, name])
  })
  return [...(more === false ? [at] : []), ...inside, ...inForms()]

  function inForms(): readonly Path[] {
    return [...anyOf, ...oneOf].flatMap((form) => placesIn(form, value, at))
  }
}

/** The example with one member more at a place. */
export function withMember(value: unknown, at: Path, name: string): unknown {
  const [step, ...rest] = at
  if (step === undefined) return { ...(value as object), [name]: 'x' }
  const inner = (value as Record<string | number, unknown>)[step]
  const changed = withMember(inner, rest, name)
  if (Array.isArray(value)) return value.with(Number(step), changed)
  return { ...(value as object), [step]: changed }
}
