/** SD-JWT VC type metadata (draft-ietf-oauth-sd-jwt-vc §5) of a type: nothing in it but what the type says. */
import { encodeBase64, encodeUtf8 } from '@countersign/core/base64url'
import { defined, type JsonObject } from '@countersign/core/json'
import { cardTemplate, svgId } from './card/card-template.ts'
import { type CatalogueType, descriptionOf } from './catalogue-type.ts'

/** Undefined for a type that does not come as one. */
function typeMetadata(type: CatalogueType): JsonObject | undefined {
  const vct = type.formats['dc+sd-jwt']
  if (vct === undefined) return undefined
  return {
    vct,
    name: type.display[0]?.name ?? type.name,
    description: descriptionOf(type),
    display: type.display.map(({ description, locale, name }) => ({
      locale,
      name,
      description,
      rendering: {
        simple: { background_color: type.card.background, text_color: type.card.text },
        svg_templates: [{ uri: templateUri(type, name), properties: { orientation: 'landscape' } }],
      },
    })),
    claims: claimsOf(type),
  }
}

/** The document as it is published, byte for byte: a credential's `vct#integrity` (§6) is over this text. */
export function typeMetadataText(type: CatalogueType): string | undefined {
  const document = typeMetadata(type)
  return document && JSON.stringify(document)
}

/** Within the document, so that nobody learns when a card is looked at, and one hash is over all of it. */
function templateUri(type: CatalogueType, title: string): string {
  return `data:image/svg+xml;base64,${encodeBase64(encodeUtf8(cardTemplate(type, title)))}`
}

/** Each claim, and after it what is within it: that has names, and no rules of its own. */
function claimsOf({ card, claims }: CatalogueType): readonly JsonObject[] {
  return claims.flatMap(({ display, mandatory, parts, path, sd }) => [
    defined({ path: [...path], display: display.map(copied), sd, mandatory, svg_id: svgId(card, path) }),
    ...parts.map((part) => {
      const whole = [...path, ...part.path]
      return defined({ path: whole, display: part.display.map(copied), svg_id: svgId(card, whole) })
    }),
  ])
}

function copied({ label, locale }: { readonly locale: string; readonly label: string }): JsonObject {
  return { locale, label }
}
