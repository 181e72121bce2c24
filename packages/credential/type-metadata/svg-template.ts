/**
 * SVG templates of a type (draft-ietf-oauth-sd-jwt-vc §5.5.1.2, §7.3): `{{svg_id}}` becomes the escaped text of a claim.
 * A template is a stranger's document, so one that could run, load or embed anything is refused whole; what comes out
 * belongs into an `img` all the same, where nothing runs.
 */

import type { JsonObject, JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { resolveClaimPath } from '../contract/claim-path.ts'
import { displayValue } from '../display/display-value.ts'
import type { ClaimMetadata } from './type-metadata.ts'

export interface SvgRefusal {
  readonly code: 'svg_too_large' | 'svg_malformed' | 'svg_unsafe'
  /** What was found, e.g. `script`. */
  readonly found?: string | undefined
}

const MAX_SVG_LENGTH = 262_144

export function renderSvgTemplate(
  template: string,
  claims: readonly ClaimMetadata[],
  values: JsonObject,
): Result<string, SvgRefusal> {
  const fault = findFault(template)
  if (fault !== undefined) return refuse(fault)
  const byId = new Map(claims.flatMap((claim) => (claim.svgId === undefined ? [] : [[claim.svgId, claim]])))
  return ok(
    template.replaceAll(/\{\{([A-Za-z_][A-Za-z0-9_]{0,99})\}\}/g, (_, id: string) => {
      const claim = byId.get(id)
      return claim === undefined ? '' : escapeXml(textOf(claim, values))
    }),
  )
}

function textOf({ path }: ClaimMetadata, values: JsonObject): string {
  return resolveClaimPath(values, path)
    .map((place) => displayValue(at(values, place)))
    .join(', ')
}

function at(values: JsonObject, place: readonly (string | number)[]): JsonValue {
  return place.reduce<JsonValue>(
    (value, step) => (value as Record<string | number, JsonValue>)[step] ?? null,
    values,
  )
}

function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"'{}]/g, (character) => `&#${character.codePointAt(0)};`)
}

function findFault(svg: string): SvgRefusal | undefined {
  if (svg.length > MAX_SVG_LENGTH) return { code: 'svg_too_large' }
  if (!/^\s*(?:<\?xml[^?>]{0,200}\?>\s*)?<svg[\s>]/.test(svg)) return { code: 'svg_malformed' }
  const unsafe = UNSAFE.find(({ pattern }) => pattern.test(svg))
  if (unsafe !== undefined) return { code: 'svg_unsafe', found: unsafe.found }
  return hasForeignReference(svg) ? { code: 'svg_unsafe', found: 'reference' } : undefined
}

/** XML is case-sensitive, HTML parsers are not, and nobody knows which one reads it in the end. */
const UNSAFE: readonly { readonly found: string; readonly pattern: RegExp }[] = [
  { found: 'script', pattern: /<\s*(?:[\w-]+:)?script/i },
  {
    found: 'foreign object',
    pattern: /<\s*(?:[\w-]+:)?(?:foreignobject|iframe|embed|object|audio|video|link|meta)/i,
  },
  {
    found: 'animation of a reference',
    pattern: /<\s*(?:[\w-]+:)?(?:set|animate)[^>]{0,500}attributename\s*=\s*["']?\s*(?:xlink:)?href/i,
  },
  { found: 'event handler', pattern: /[\s"'/]on[a-z]+\s*=/i },
  { found: 'declaration', pattern: /<!(?!--)/ },
  { found: 'processing instruction', pattern: /<\?(?!xml\s)/i },
  {
    found: 'style that loads',
    pattern: /@import|expression\s*\(|url\s*\(\s*(?!["']?#)|-moz-binding|behavior\s*:/i,
  },
  { found: 'backslash', pattern: /\\/ },
  // Placeholders stand for text only: within an attribute a value could change what is referred to.
  { found: 'placeholder in a tag', pattern: /<[^<>]*\{\{[^<>]*>/ },
]

/** Own fragments and embedded raster images are the only things that may be referred to. */
function hasForeignReference(svg: string): boolean {
  for (const [, , double, single] of svg.matchAll(
    /(?:^|[\s"'])(?:[\w-]+:)?(href|src)\s*=\s*(?:"([^"]*)"|'([^']*)')?/gi,
  )) {
    const target = double ?? single
    if (target === undefined) return true
    const isOwn = /^#[\w.-]{1,200}$/.test(target)
    if (!isOwn && !/^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*$/.test(target)) return true
  }
  return false
}
