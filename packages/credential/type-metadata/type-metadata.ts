/**
 * SD-JWT VC type metadata (draft-ietf-oauth-sd-jwt-vc §5) as data: one document, read strictly where a credential is
 * judged by it and leniently where it only decorates. Extension and fetching are in `resolve.ts`.
 */

import {
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseJsonObject,
  presentMembers,
} from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { FETCHED, RECEIVED } from '@countersign/core/size-limits'
import type { ClaimPath } from '../contract/format.ts'

export interface TypeMetadata {
  readonly vct: string
  readonly name?: string | undefined
  readonly description?: string | undefined
  readonly extends?: string | undefined
  readonly extendsIntegrity?: string | undefined
  /** One entry a locale. */
  readonly display: readonly TypeDisplay[]
  readonly claims: readonly ClaimMetadata[]
}

export interface TypeDisplay {
  readonly locale: string
  readonly name: string
  readonly description?: string | undefined
  readonly simple?: SimpleRendering | undefined
  readonly svgTemplates: readonly SvgTemplateReference[]
}

export interface SimpleRendering {
  readonly logo?: ImageReference | undefined
  readonly backgroundImage?: ImageReference | undefined
  readonly backgroundColor?: string | undefined
  readonly textColor?: string | undefined
}

export interface ImageReference {
  readonly uri: string
  readonly integrity?: string | undefined
  readonly altText?: string | undefined
}

export interface SvgTemplateReference {
  readonly uri: string
  readonly integrity?: string | undefined
  readonly orientation?: 'portrait' | 'landscape' | undefined
  readonly colorScheme?: 'light' | 'dark' | undefined
  readonly contrast?: 'normal' | 'high' | undefined
}

export type DisclosureRule = 'always' | 'allowed' | 'never'

export interface ClaimMetadata {
  readonly path: ClaimPath
  readonly display: readonly {
    readonly locale: string
    readonly label: string
    readonly description?: string | undefined
  }[]
  readonly mandatory: boolean
  readonly sd: DisclosureRule
  readonly svgId?: string | undefined
}

/** `at` is the member that is missing or malformed. */
export interface TypeMetadataRefusal {
  readonly code: 'type_metadata_malformed'
  readonly at: string
}

export const MAX_TYPE_METADATA_BYTES = FETCHED.typeMetadata

const MAX_DISPLAYS = 100
const MAX_CLAIMS = 500
const MAX_TEMPLATES = 20
const MAX_PATH_LENGTH = 20
const MAX_TEXT = 2000

export function parseTypeMetadata(text: string): Result<TypeMetadata, TypeMetadataRefusal> {
  const json = parseJsonObject(text, { maxBytes: MAX_TYPE_METADATA_BYTES })
  return json.ok ? readTypeMetadata(json.value) : malformed('json')
}

export function readTypeMetadata(document: JsonObject): Result<TypeMetadata, TypeMetadataRefusal> {
  const json = presentMembers(document)
  const vct = text(json['vct'])
  if (vct === undefined) return malformed('vct')
  const parent = json['extends']
  const base = text(parent)
  if (parent !== undefined && base === undefined) return malformed('extends')
  const integrity = json['extends#integrity']
  if (integrity !== undefined && text(integrity) === undefined) return malformed('extends#integrity')
  const claims = readClaims(json['claims'])
  if (!claims.ok) return claims
  return ok({
    vct,
    ...optional('name', text(json['name'])),
    ...optional('description', text(json['description'])),
    ...optional('extends', base),
    ...optional('extendsIntegrity', text(integrity)),
    display: list(json['display'], MAX_DISPLAYS).flatMap(readDisplay),
    claims: claims.value,
  })
}

/** What is said of claims decides whether a credential is right, so a mistake here is not passed over. */
function readClaims(value: JsonValue | undefined): Result<readonly ClaimMetadata[], TypeMetadataRefusal> {
  if (value === undefined) return ok([])
  if (!isJsonArray(value) || value.length > MAX_CLAIMS) return malformed('claims')
  const claims: ClaimMetadata[] = []
  const svgIds = new Set<string>()
  for (const [index, entry] of value.entries()) {
    const claim = isJsonObject(entry) ? readClaim(entry) : undefined
    if (claim === undefined) return malformed(`claims[${index}]`)
    // §5.6: an id names one claim.
    if (claim.svgId !== undefined && svgIds.has(claim.svgId)) return malformed(`claims[${index}].svg_id`)
    if (claim.svgId !== undefined) svgIds.add(claim.svgId)
    claims.push(claim)
  }
  return ok(claims)
}

function readClaim(entry: JsonObject): ClaimMetadata | undefined {
  const { path, mandatory = false, sd = 'allowed', svg_id: svgId } = presentMembers(entry)
  if (!isClaimPath(path) || typeof mandatory !== 'boolean') return undefined
  if (sd !== 'always' && sd !== 'allowed' && sd !== 'never') return undefined
  if (svgId !== undefined && !(typeof svgId === 'string' && /^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(svgId)))
    return undefined
  return {
    path,
    mandatory,
    sd,
    ...optional('svgId', svgId),
    display: list(entry['display'], MAX_DISPLAYS).flatMap(readLabel),
  }
}

function isClaimPath(value: JsonValue | undefined): value is ClaimPath {
  return (
    isJsonArray(value) &&
    value.length > 0 &&
    value.length <= MAX_PATH_LENGTH &&
    value.every(
      (step) =>
        step === null ||
        typeof step === 'string' ||
        (typeof step === 'number' && Number.isSafeInteger(step) && step >= 0),
    )
  )
}

function readLabel(entry: JsonValue): ClaimMetadata['display'] {
  if (!isJsonObject(entry)) return []
  const locale = localeOf(entry)
  const label = text(entry['label']) ?? text(entry['name'])
  if (locale === undefined || label === undefined) return []
  return [{ locale, label, ...optional('description', text(entry['description'])) }]
}

function readDisplay(entry: JsonValue): readonly TypeDisplay[] {
  if (!isJsonObject(entry)) return []
  const locale = localeOf(entry)
  const name = text(entry['name'])
  if (locale === undefined || name === undefined) return []
  const rendering = isJsonObject(entry['rendering']) ? entry['rendering'] : {}
  return [
    {
      locale,
      name,
      ...optional('description', text(entry['description'])),
      ...optional('simple', readSimple(rendering['simple'])),
      svgTemplates: list(rendering['svg_templates'], MAX_TEMPLATES).flatMap(readTemplate),
    },
  ]
}

/** Reads `locale`, which earlier drafts called `lang`. */
function localeOf(entry: JsonObject): string | undefined {
  return text(entry['locale']) ?? text(entry['lang'])
}

function readSimple(value: JsonValue | undefined): SimpleRendering | undefined {
  if (!isJsonObject(value)) return undefined
  return {
    ...optional('logo', readImage(value['logo'])),
    ...optional('backgroundImage', readImage(value['background_image'])),
    ...optional('backgroundColor', color(value['background_color'])),
    ...optional('textColor', color(value['text_color'])),
  }
}

/** Only https and image data: the uri ends up in an `img` element. */
function readImage(value: JsonValue | undefined): ImageReference | undefined {
  if (!isJsonObject(value)) return undefined
  const { uri } = value
  if (typeof uri !== 'string' || uri.length > RECEIVED.pictureUri || !/^(https:\/\/|data:image\/)/i.test(uri))
    return undefined
  return {
    uri,
    ...optional('integrity', text(value['uri#integrity'])),
    ...optional('altText', text(value['alt_text'])),
  }
}

function readTemplate(value: JsonValue): readonly SvgTemplateReference[] {
  const image = readImage(value)
  if (image === undefined || !isJsonObject(value)) return []
  const properties = isJsonObject(value['properties']) ? value['properties'] : {}
  return [
    {
      uri: image.uri,
      ...optional('integrity', image.integrity),
      ...optional('orientation', oneOf(properties['orientation'], ['portrait', 'landscape'] as const)),
      ...optional('colorScheme', oneOf(properties['color_scheme'], ['light', 'dark'] as const)),
      ...optional('contrast', oneOf(properties['contrast'], ['normal', 'high'] as const)),
    },
  ]
}

/** Colours end up in style sheets: a plain RGB value or nothing. */
function color(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && /^#(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i.test(value)
    ? value
    : undefined
}

function oneOf<T extends string>(value: JsonValue | undefined, allowed: readonly T[]): T | undefined {
  return allowed.find((one) => one === value)
}

function text(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= MAX_TEXT ? value : undefined
}

function list(value: JsonValue | undefined, max: number): readonly JsonValue[] {
  return isJsonArray(value) ? value.slice(0, max) : []
}

function optional<K extends string, T>(name: K, value: T | undefined): { readonly [N in K]?: T } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [N in K]?: T })
}

function malformed(at: string): Result<never, TypeMetadataRefusal> {
  return refuse({ code: 'type_metadata_malformed', at })
}
