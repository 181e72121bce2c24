/**
 * What is published of a type, in the shape that each format gives it: an example and a mapping as an issue call takes
 * them, and labels. Only says what the catalogue says.
 */
import type { JsonObject } from '@countersign/core/json'
import type { ValueEncoding } from '@countersign/credential/contract/format'
import type { FormatFacts, FormatFamily } from '@countersign/credential/contract/format-facts'
import { type CatalogueType, valueEncodings } from './catalogue-type.ts'

/** Those of the list that the type comes in. */
export function formatsOf<Format extends FormatFacts>(
  type: CatalogueType,
  formats: readonly Format[],
): readonly Format[] {
  return formats.filter(({ id }) => type.formats[id] !== undefined)
}

/** Throws for a format that the type does not come in. */
export function exampleOf(type: CatalogueType, format: FormatFacts): JsonObject {
  const frame = format.frame(nameIn(type, format))
  const claims = claimsAt(type, format).reduceRight<JsonObject>(
    (inner, member) => ({ [member]: inner }),
    type.example,
  )
  return { ...frame, ...claims }
}

/** Functions of the issue call that fill in what is only known then. */
export function mappingOf(type: CatalogueType, format: FormatFacts): JsonObject {
  nameIn(type, format)
  return MAPPINGS[format.family](format, lifetimeDays(type, format))
}

/** The claims' labels, each with the JSONPath of its value in the example. */
export function labelsOf(type: CatalogueType, format: FormatFacts): Readonly<Record<string, string>> {
  const above = claimsAt(type, format).map(jsonPathStep).join('')
  const labels = type.claims.map(({ display, path }) => [
    display[0]?.label ?? path.join('.'),
    `$${above}${path.map(jsonPathStep).join('')}`,
  ])
  return Object.fromEntries(labels) as Record<string, string>
}

/** Members that lead from the example to the claims. */
export function claimsAt({ id, namespace = id }: CatalogueType, format: FormatFacts): readonly string[] {
  return format.claimsAt(namespace)
}

/** How long a credential of this type is good unless the issue call says otherwise. */
export function lifetimeDays(type: CatalogueType, format: FormatFacts): number {
  return type.lifetimeDays ?? format.defaultLifetimeDays
}

/** The encodings of the type's values, from the top of the example. */
export function encodingsIn(type: CatalogueType, format: FormatFacts): readonly ValueEncoding[] {
  const above = claimsAt(type, format)
  return valueEncodings(type).map(({ as, path }) => ({ as, path: [...above, ...path] }))
}

type Mapping = (format: FormatFacts, lifetimeDays: number) => JsonObject

/** In walt.id's words for what an issuer fills in (`<uuid>`, `<timestamp>` …). */
const MAPPINGS: Readonly<Record<FormatFamily, Mapping>> = {
  'sd-jwt-vc': ({ validity }, days) => ({
    id: '<uuid>',
    ...(validity && { [validity.until]: `<timestamp-in-seconds:${days}d>` }),
  }),
  w3c: ({ validity }, days) => ({
    id: '<uuid>',
    issuer: { id: '<issuerDid>' },
    credentialSubject: { id: '<subjectDid>' },
    ...(validity && { [validity.from]: '<timestamp>', [validity.until]: `<timestamp-in:${days}d>` }),
  }),
  // The issue call says how long a document is good; its elements are all the issuer's.
  mdoc: () => ({}),
}

function nameIn({ formats, name }: CatalogueType, { id }: FormatFacts): string {
  const known = formats[id]
  if (known === undefined) throw new Error(`${name} does not come as ${id}`)
  return known
}

/** RFC 9535 §2.5.1: a name that is no identifier goes in brackets. */
function jsonPathStep(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? `.${name}` : `['${name}']`
}
