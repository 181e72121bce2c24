/**
 * The catalogue by kind of credential: one shelf each, under the path that scripts of the field have for it. Knows which
 * types come in which formats, and nothing of HTTP.
 */
import { type CatalogueType, catalogue } from '@countersign/catalogue/catalogue'
import { formatsOf } from '@countersign/catalogue/publication'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { FormatFacts, FormatFamily } from '@countersign/credential/contract/format-facts'
import type { FormatId } from '@countersign/credential/contract/format-id'

export interface Shelf {
  readonly path: string
  readonly kind: string
  readonly formats: readonly FormatFacts[]
}

export interface Shelves {
  readonly w3c: Shelf
  /** One for each family that something comes in. */
  readonly byFamily: readonly Shelf[]
  readonly everything: Shelf
}

/** In the order in which a caller who names no format gets one. */
const FAMILIES: Readonly<Record<FormatFamily, Omit<Shelf, 'formats'>>> = {
  w3c: { path: 'vc', kind: 'W3C credentials' },
  'sd-jwt-vc': { path: 'sdjwt-vc', kind: 'SD-JWT VCs' },
  mdoc: { path: 'mdoc', kind: 'ISO mdocs' },
}

export function shelvesOf(formats: readonly FormatFacts[]): Shelves {
  const shelf = (family: FormatFamily): Shelf => ({
    ...FAMILIES[family],
    formats: formats.filter((format) => format.family === family),
  })
  const all = [shelf('w3c'), shelf('sd-jwt-vc'), shelf('mdoc')]
  return {
    w3c: shelf('w3c'),
    byFamily: all.filter((one) => typesOn(one).length > 0),
    everything: { path: '', kind: 'credentials', formats: all.flatMap((one) => one.formats) },
  }
}

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
  wanted: FormatId | undefined,
): Result<FormatFacts, CatalogueRefusal> {
  const known = formatsOf(type, shelf.formats)
  const format = wanted === undefined ? known[0] : known.find(({ id }) => id === wanted)
  if (format !== undefined) return ok(format)
  const ids = known.map(({ id }) => id)
  return refuse({ code: 'format_not_of_type', type: type.name, format: wanted ?? '', known: ids })
}

export function namesOn(shelf: Shelf): readonly string[] {
  return typesOn(shelf).map(({ name }) => name)
}

function typesOn({ formats }: Shelf): readonly CatalogueType[] {
  return catalogue.filter((type) => formatsOf(type, formats).length > 0)
}
