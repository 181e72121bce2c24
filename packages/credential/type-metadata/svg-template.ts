/**
 * SVG templates of a type (draft-ietf-oauth-sd-jwt-vc §5.5.1.2, §7.3): `{{svg_id}}` becomes the text of a claim. A template is
 * a stranger's document: it is read by `credential/svg` and written anew. What comes out belongs into an `img` all the same,
 * where nothing runs and nothing is loaded.
 */

import type { JsonObject, JsonValue } from '@countersign/core/json'
import { ok, type Result } from '@countersign/core/result'
import { resolveClaimPath } from '../contract/claim-path.ts'
import { displayValue } from '../display/display-value.ts'
import { readSvg, type SvgRefusal } from '../svg/read-svg.ts'
import { writeSvg } from '../svg/write-svg.ts'
import type { ClaimMetadata } from './type-metadata.ts'

/** `locales`: BCP 47 tags, the most wanted first. Placeholders count in text that is shown, nowhere else: within a tag or a style a value could change what is drawn. */
export function renderSvgTemplate(
  template: string,
  claims: readonly ClaimMetadata[],
  values: JsonObject,
  locales: readonly string[] = ['en'],
): Result<string, SvgRefusal> {
  const read = readSvg(template)
  if (!read.ok) return read
  const byId = new Map(claims.flatMap((claim) => (claim.svgId === undefined ? [] : [[claim.svgId, claim]])))
  const filledIn = (text: string) =>
    text.replaceAll(/\{\{([A-Za-z_][A-Za-z0-9_]{0,99})\}\}/g, (_, id: string) => {
      const claim = byId.get(id)
      return claim === undefined ? '' : textOf(claim, values, locales)
    })
  return ok(writeSvg(read.value, filledIn))
}

function textOf({ path }: ClaimMetadata, values: JsonObject, locales: readonly string[]): string {
  const text = resolveClaimPath(values, path)
    .map((place) => displayValue(at(values, place), { locales }))
    .join(', ')
  const characters = Array.from(text)
  const most = RIGHT_TO_LEFT.test(text) ? MOST_TURNED : MOST
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : text
}

/** A picture breaks no lines. */
const MOST = 120
/** A line begins at its left side whichever way it runs: of a long one from right to left, the beginning would not be seen. */
const MOST_TURNED = 36
const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u

function at(values: JsonObject, place: readonly (string | number)[]): JsonValue {
  return place.reduce<JsonValue>(
    (value, step) => (value as Record<string | number, JsonValue>)[step] ?? null,
    values,
  )
}
