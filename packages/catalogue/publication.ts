/**
 * What is published of a type, in the shape that each format gives it: an example and a mapping as an issue call takes
 * them, labels, and the type metadata with the hash that others can hold it to. Only says what the catalogue says.
 */
import { encodeUtf8 } from '@countersign/core/base64url'
import type { JsonObject } from '@countersign/core/json'
import type { FormatId } from '@countersign/credential/contract/format-id'
import { integrityOf } from '@countersign/credential/type-metadata/integrity'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { type CatalogueType, typeMetadata } from './catalogue.ts'

/** In the order in which a caller who names no format gets one. */
export const PUBLISHED_FORMATS = [
  'jwt_vc_json',
  'vc+jwt',
  'vc+sd-jwt',
  'dc+sd-jwt',
  'mso_mdoc',
] as const satisfies readonly FormatId[]

/** Those of the list that the type comes in. */
export function formatsOf(
  type: CatalogueType,
  formats: readonly FormatId[] = PUBLISHED_FORMATS,
): readonly FormatId[] {
  return formats.filter((format) => type.formats[format] !== undefined)
}

/** Throws for a format that the type does not come in. */
export function exampleOf(type: CatalogueType, format: FormatId): JsonObject {
  return SHAPES[format].example(type, nameIn(type, format))
}

/** Functions of the issue call that fill in what is only known then. */
export function mappingOf(type: CatalogueType, format: FormatId): JsonObject {
  nameIn(type, format)
  return SHAPES[format].mapping(type)
}

/** The claims' labels, each with the JSONPath of its value in the example. */
export function labelsOf(type: CatalogueType, format: FormatId): Readonly<Record<string, string>> {
  const above = claimsAt(type, format).map(jsonPathStep).join('')
  const labels = type.claims.map(({ display, path }) => [
    display[0]?.label ?? path.join('.'),
    `$${above}${path.map(jsonPathStep).join('')}`,
  ])
  return Object.fromEntries(labels) as Record<string, string>
}

/** Members that lead from the example to the claims. */
export function claimsAt(type: CatalogueType, format: FormatId): readonly string[] {
  return SHAPES[format].claimsAt(type)
}

export interface PublishedTypeMetadata {
  readonly vct: string
  /** The document, byte for byte. */
  readonly text: string
  /** What a credential writes as `vct#integrity` (SD-JWT VC §6). */
  readonly integrity: string
}

/** Undefined for a type that does not come as an SD-JWT VC. */
export async function publishedTypeMetadata(
  type: CatalogueType,
  crypto: Pick<CryptoEngine, 'digest'>,
): Promise<PublishedTypeMetadata | undefined> {
  const { 'dc+sd-jwt': vct } = type.formats
  const document = typeMetadata(type)
  if (vct === undefined || document === undefined) return undefined
  const text = JSON.stringify(document)
  return { vct, text, integrity: await integrityOf(encodeUtf8(text), crypto) }
}

interface Shape {
  claimsAt(type: CatalogueType): readonly string[]
  example(type: CatalogueType, name: string): JsonObject
  mapping(type: CatalogueType): JsonObject
}

const sdJwtVc: Shape = {
  claimsAt: () => [],
  example: (type) => type.example,
  mapping: ({ lifetimeDays }) => ({ id: '<uuid>', exp: `<timestamp-in-seconds:${lifetimeDays}d>` }),
}

/** `from` and `until`: what the version of the data model calls the ends of the validity. */
function w3c(context: string, from: string, until: string): Shape {
  return {
    claimsAt: () => ['credentialSubject'],
    example: (type, name) => ({
      '@context': [context],
      type: ['VerifiableCredential', name],
      credentialSubject: type.example,
    }),
    mapping: ({ lifetimeDays }) => ({
      id: '<uuid>',
      issuer: { id: '<issuerDid>' },
      credentialSubject: { id: '<subjectDid>' },
      [from]: '<timestamp>',
      [until]: `<timestamp-in:${lifetimeDays}d>`,
    }),
  }
}

const version1 = w3c('https://www.w3.org/2018/credentials/v1', 'issuanceDate', 'expirationDate')
const version2 = w3c('https://www.w3.org/ns/credentials/v2', 'validFrom', 'validUntil')

/** The issue call says how long a document is good; its elements are all the issuer's. */
const mdoc: Shape = {
  claimsAt: (type) => [namespaceOf(type)],
  example: (type) => ({ [namespaceOf(type)]: type.example }),
  mapping: () => ({}),
}

const SHAPES: Readonly<Record<FormatId, Shape>> = {
  jwt_vc_json: version1,
  'vc+jwt': version2,
  'vc+sd-jwt': version2,
  'dc+sd-jwt': sdJwtVc,
  mso_mdoc: mdoc,
}

function namespaceOf({ id, namespace = id }: CatalogueType): string {
  return namespace
}

function nameIn({ formats, name }: CatalogueType, format: FormatId): string {
  const known = formats[format]
  if (known === undefined) throw new Error(`${name} does not come as ${format}`)
  return known
}

/** RFC 9535 §2.5.1: a name that is no identifier goes in brackets. */
function jsonPathStep(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? `.${name}` : `['${name}']`
}
