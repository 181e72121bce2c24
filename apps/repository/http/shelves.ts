/**
 * The catalogue by kind of credential: one shelf each, under the path that scripts of the field have for it. Knows which
 * types come in which formats, and nothing of HTTP.
 */
import type { CatalogueType } from '@countersign/catalogue/catalogue-type'
import { formatsOf } from '@countersign/catalogue/publication'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { FormatFacts, FormatFamily } from '@countersign/credential/contract/format-facts'
import type { FormatId } from '@countersign/credential/contract/format-id'

export interface Shelf {
  readonly path: string
  readonly kind: string
  readonly formats: readonly FormatFacts[]
  /** Those that come in one of its formats. */
  readonly types: readonly CatalogueType[]
}

export interface Shelves {
  readonly w3c: Shelf
  /** One for each family that something comes in. */
  readonly byFamily: readonly Shelf[]
  readonly everything: Shelf
}

/** In the order in which a caller who names no format gets one. */
const FAMILIES: Readonly<Record<FormatFamily, Pick<Shelf, 'path' | 'kind'>>> = {
  w3c: { path: 'vc', kind: 'W3C credentials' },
  'sd-jwt-vc': { path: 'sdjwt-vc', kind: 'SD-JWT VCs' },
  mdoc: { path: 'mdoc', kind: 'ISO mdocs' },
}

export function shelvesOf(formats: readonly FormatFacts[], types: readonly CatalogueType[]): Shelves {
  const shelf = (facts: Pick<Shelf, 'path' | 'kind'>, those: readonly FormatFacts[]): Shelf => ({
    ...facts,
    formats: those,
    types: types.filter((type) => formatsOf(type, those).length > 0),
  })
  const ofFamily = (family: FormatFamily) =>
    shelf(
      FAMILIES[family],
      formats.filter((format) => format.family === family),
    )
  const all = [ofFamily('w3c'), ofFamily('sd-jwt-vc'), ofFamily('mdoc')]
  return {
    w3c: ofFamily('w3c'),
    byFamily: all.filter((one) => one.types.length > 0),
    everything: shelf(
      { path: '', kind: 'credentials' },
      all.flatMap((one) => one.formats),
    ),
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
  const type = shelf.types.find((entry) => entry.name === name || entry.id === name)
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

export function namesOn({ types }: Shelf): readonly string[] {
  return types.map(({ name }) => name)
}
