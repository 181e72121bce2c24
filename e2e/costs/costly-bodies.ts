/**
 * Bodies that cost the most to read for their size, by kind: what is legal and as much of it as fits, many small things
 * rather than one large. Nothing in them is meant to be accepted.
 */

export interface CostlyBody {
  readonly what: string
  readonly type: string
  readonly text: string
}

const JSON_TYPE = 'application/json'
const FORM_TYPE = 'application/x-www-form-urlencoded'

/** As often as it fits, with a comma between. */
function filled(bytes: number, one: (at: number) => string): string {
  const parts: string[] = []
  for (let at = 0, used = 0; used < bytes; at += 1) {
    const part = one(at)
    used += part.length + 1
    if (used <= bytes) parts.push(part)
  }
  return parts.join(',')
}

const JSON_SHAPES: Readonly<Record<string, (bytes: number) => string>> = {
  'empty arrays': (bytes) => `[${filled(bytes, () => '[]')}]`,
  'empty objects': (bytes) => `[${filled(bytes, () => '{}')}]`,
  'objects with a member': (bytes) => `[${filled(bytes, (at) => `{"${at.toString(36)}":1}`)}]`,
  'an object of many members': (bytes) => `{${filled(bytes, (at) => `"${at.toString(36)}":1`)}}`,
  'deep arrays': (bytes) => `[${filled(bytes, () => '['.repeat(60) + ']'.repeat(60))}]`,
  numbers: (bytes) => `[${filled(bytes, () => '1e-9')}]`,
  'a text of escapes': (bytes) => `"${'\\u00e9'.repeat(bytes / 6)}"`,
  'a text of escaped quotes': (bytes) => `"${'\\"'.repeat(bytes / 2)}"`,
  'texts of surrogates': (bytes) => `[${filled(bytes, () => '"\\ud83d\\ude00"')}]`,
}

export function costlyJson(bytes: number): readonly CostlyBody[] {
  return jsonTexts(bytes - 6).map(([what, text]) => ({ what, type: JSON_TYPE, text: `{"a":${text}}` }))
}

/** Values, for those that lie in something else. */
export function jsonTexts(bytes: number): readonly (readonly [what: string, text: string])[] {
  return Object.entries(JSON_SHAPES).map(([what, shape]) => [what, shape(bytes - 2)])
}

export function costlyForms(bytes: number): readonly CostlyBody[] {
  const escaped = '%41'.repeat(bytes / 3 - 1)
  const manyLong = Array.from({ length: 200 }, (_, at) => `p${at}=${'%c3%a9'.repeat(bytes / 1300)}`).join('&')
  return [
    ['parameters', filled(bytes, (at) => at.toString(36)).replaceAll(',', '&')],
    ['separators', '&'.repeat(bytes)],
    ['an escaped name', `${escaped}=`],
    ['an escaped value', `a=${escaped}`],
    ['spaces', `a=${'+'.repeat(bytes - 2)}`],
    ['NUL', `a=${'%00'.repeat(bytes / 3 - 1)}`],
    ['200 escaped parameters', manyLong.slice(0, bytes)],
  ].map(([what = '', text = '']) => form(what, text))
}

export function form(what: string, text: string | Readonly<Record<string, string>>): CostlyBody {
  return {
    what,
    type: FORM_TYPE,
    text: typeof text === 'string' ? text : new URLSearchParams(text).toString(),
  }
}

export function costlyTexts(bytes: number): readonly CostlyBody[] {
  return [
    { what: 'letters', type: 'text/plain', text: 'x'.repeat(bytes) },
    { what: 'a URL of escapes', type: 'text/plain', text: `openid4vp://?a=${'%41'.repeat(bytes / 3 - 20)}` },
    { what: 'dots', type: 'text/plain', text: '.'.repeat(bytes) },
  ]
}
