/**
 * Values of attributes and style sheets, after entities are decoded. What is allowed is read by a small grammar and written
 * anew from what was read, so that no other reader can find more in it: no escapes, no comments, no rules beside plain ones.
 */
import { FUNCTIONS, PROPERTIES } from './svg-lists.ts'

/** Undefined: not a value that may come out. */
type Judged = string | undefined

const NAME = /^[\p{L}_][\p{L}\p{N}_.:-]{0,199}$/u

/** Of `id` and `class`: names in the field's usual letters. */
export function plainNames(value: string): Judged {
  const names = value.split(/\s+/).filter(Boolean)
  return names.every((name) => NAME.test(name)) ? names.join(' ') : undefined
}

/** Something within the picture, by its id. */
export function ownReference(value: string): Judged {
  const target = value.trim()
  return target.startsWith('#') && NAME.test(target.slice(1)) ? target : undefined
}

/** A raster picture within the picture: other kinds may hold a document of their own. */
export function embeddedImage(value: string): Judged {
  const compact = value.replaceAll(/[ \t\r\n]/g, '')
  return /^data:image\/(?:png|jpe?g);base64,[A-Za-z0-9+/]+={0,2}$/.test(compact) ? compact : undefined
}

/** A word, number, colour, sign or quoted font name; `url(#id)`; the beginning of a call; the end of one. */
const TOKENS =
  /\s+|url\(\s*(?<quote>["']?)#(?<target>[^\s"'()]{1,200})\k<quote>\s*\)|(?<call>[A-Za-z-]+)\(|[\p{L}\p{N}_.#%+-]+|!important\b|[),/]|"[\p{L}\p{N} ,._-]*"|'[\p{L}\p{N} ,._-]*'/uy

/** Numbers, colours, words, own references and harmless functions. */
export function plainValue(value: string): Judged {
  let written = ''
  TOKENS.lastIndex = 0
  while (TOKENS.lastIndex < value.length) {
    const found = TOKENS.exec(value)
    const token = found === null ? undefined : writtenToken(found[0], found.groups ?? {})
    if (token === undefined) return undefined
    written += token
  }
  return written.trim()
}

function writtenToken(text: string, { target, call }: Partial<Record<string, string>>): Judged {
  if (/^\s/.test(text)) return ' '
  if (target !== undefined) return NAME.test(target) ? `url(#${target})` : undefined
  // A call that got here by another way than the group above would be one that nobody has judged.
  if (call !== undefined) return FUNCTIONS.has(call.toLowerCase()) ? text : undefined
  return text
}

/** `name: value; …`; properties that are not known are left out, a value that may not be makes the whole undefined. */
export function plainDeclarations(text: string): Judged {
  const written: string[] = []
  for (const declaration of text.split(';')) {
    if (declaration.trim() === '') continue
    const colon = declaration.indexOf(':')
    const name = declaration.slice(0, Math.max(colon, 0)).trim().toLowerCase()
    if (!/^-{0,2}[a-z][a-z-]*$/.test(name)) return undefined
    const value = plainValue(declaration.slice(colon + 1))
    if (value === undefined && (PROPERTIES.has(name) || !isHarmless(declaration))) return undefined
    if (PROPERTIES.has(name)) written.push(`${name}:${value}`)
  }
  return written.join(';')
}

/** Left out all the same: what an editor notes for itself, as long as it does not look like more. */
function isHarmless(declaration: string): boolean {
  return !/[\\@<>{}()]/.test(declaration)
}

const SELECTOR = /^[\p{L}\p{N}_.#*>+~ \t\r\n-]+$/u

/** Rules of plain selectors with plain declarations: no `@` rules, no escapes. Comments count as the space that they are. */
export function plainStyleSheet(text: string): Judged {
  const written: string[] = []
  const rules = withoutComments(text)
  if (rules === undefined) return undefined
  for (const rule of rules.split('}').slice(0, -1)) {
    const [selectors = '', body, ...more] = rule.split('{')
    const declarations = body === undefined || more.length > 0 ? undefined : plainDeclarations(body)
    if (declarations === undefined) return undefined
    const list = selectors.split(',').map((one) => one.trim().replaceAll(/\s+/g, ' '))
    if (!list.every((one) => SELECTOR.test(one))) return undefined
    if (declarations !== '') written.push(`${list.join(',')}{${declarations}}`)
  }
  return written.join('')
}

/** Undefined when there is something after the last rule, or a comment has no end. */
function withoutComments(text: string): Judged {
  const plain: string[] = []
  let at = 0
  for (let begin = text.indexOf('/*'); begin >= 0; begin = text.indexOf('/*', at)) {
    const end = text.indexOf('*/', begin + 2)
    if (end < 0) return undefined
    plain.push(text.slice(at, begin), ' ')
    at = end + 2
  }
  const rules = plain.join('') + text.slice(at)
  return rules.slice(rules.lastIndexOf('}') + 1).trim() === '' ? rules : undefined
}
