/** A card with values on it, as a wallet draws it from type metadata: what is unsafe in a template would be refused here, too. */
import type { JsonObject } from '@countersign/core/json'
import type { Result } from '@countersign/core/result'
import { renderSvgTemplate } from '@countersign/credential/type-metadata/svg-template'
import type { CatalogueType } from '../catalogue-type.ts'
import { cardTemplate, pathsOnCard, svgId } from './card-template.ts'

/** `values`: claims, as the type's example has them. */
export function filledCard(
  type: Pick<CatalogueType, 'card' | 'topic'>,
  title: string,
  values: JsonObject,
): Result<string, { readonly code: string }> {
  const claims = pathsOnCard(type.card).map((path) => ({
    path,
    svgId: svgId(type.card, path),
    mandatory: false,
    sd: 'allowed' as const,
    display: [],
  }))
  return renderSvgTemplate(cardTemplate(type, title), claims, values)
}
