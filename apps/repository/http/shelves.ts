/**
 * The catalogue by kind of credential: one shelf each, under the path that scripts of the field have for it. Knows which
 * types come in which formats, and nothing of HTTP.
 */
import { type CatalogueType, catalogue } from '@countersign/catalogue/catalogue'
import { formatsOf, PUBLISHED_FORMATS } from '@countersign/catalogue/publication'
import { ok, type Result, refuse } from '@countersign/core/result'

export type PublishedFormat = (typeof PUBLISHED_FORMATS)[number]

export interface Shelf {
  readonly path: string
  readonly kind: string
  readonly formats: readonly [PublishedFormat, ...PublishedFormat[]]
}

export const W3C_CREDENTIALS: Shelf = {
  path: 'vc',
  kind: 'W3C credentials',
  formats: ['jwt_vc_json', 'vc+jwt', 'vc+sd-jwt'],
}
export const SD_JWT_VCS: Shelf = { path: 'sdjwt-vc', kind: 'SD-JWT VCs', formats: ['dc+sd-jwt'] }
export const MDOCS: Shelf = { path: 'mdoc', kind: 'ISO mdocs', formats: ['mso_mdoc'] }
export const EVERYTHING: Shelf = { path: '', kind: 'credentials', formats: PUBLISHED_FORMATS }

export type CatalogueRefusal =
  | { readonly code: 'type_unknown'; readonly name: string; readonly known: readonly string[] }
  | {
      readonly code: 'format_not_of_type'
      readonly type: string
      readonly format: string
      readonly known: readonly string[]
    }
  | { readonly code: 'type_without_metadata'; readonly type: string }
  | { readonly code: 'vct_unknown'; readonly vct: string }

/** By the type's name or the stem of its credential configuration id. */
export function findType(name: string, shelf: Shelf): Result<CatalogueType, CatalogueRefusal> {
  const type = typesOn(shelf).find((entry) => entry.name === name || entry.id === name)
  return type === undefined ? refuse({ code: 'type_unknown', name, known: namesOn(shelf) }) : ok(type)
}

/** Of the formats on the shelf that the type comes in, the one that is asked for, otherwise the first. */
export function chooseFormat(
  type: CatalogueType,
  shelf: Shelf,
  wanted: PublishedFormat | undefined,
): Result<PublishedFormat, CatalogueRefusal> {
  const known = shelf.formats.filter((format) => type.formats[format] !== undefined)
  const format = wanted ?? known[0]
  if (format !== undefined && known.includes(format)) return ok(format)
  return refuse({ code: 'format_not_of_type', type: type.name, format: format ?? '', known })
}

export function namesOn(shelf: Shelf): readonly string[] {
  return typesOn(shelf).map(({ name }) => name)
}

function typesOn({ formats }: Shelf): readonly CatalogueType[] {
  return catalogue.filter((type) => formatsOf(type, formats).length > 0)
}
