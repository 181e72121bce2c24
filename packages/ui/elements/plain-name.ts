/**
 * Names that others chose, made harmless before they stand in a sentence of ours: without characters that turn, hide or pile
 * up what stands around them, on one line, and not longer than a name is. What such a name claims, it claims still: who is
 * verified is said beside it, and a host is never taken from it.
 */

/** Characters of a name on a page. */
const MAX_NAME = 80

// Controls, marks of direction, what takes no width, fillers that look like nothing, tags (UTS #39, Unicode TR36).
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const UNSEEN =
  /[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu
const PILED = /(\p{M}{2})\p{M}+/gu

/** On one line; `''` when nothing is left. */
export function plainName(text: string, maxLength = MAX_NAME): string {
  const clean = plainText(text).replace(/\s+/gu, ' ').trim()
  const characters = [...clean]
  return characters.length <= maxLength
    ? clean
    : `${characters
        .slice(0, maxLength - 1)
        .join('')
        .trimEnd()}…`
}

/** Harmless as well, but as long as it is and on its own lines: values, purposes. */
export function plainText(text: string): string {
  return text.replace(UNSEEN, '').replace(PILED, '$1')
}

export function initialOf(name: string): string {
  return (/[\p{L}\p{N}]/u.exec(name)?.[0] ?? '?').toLocaleUpperCase()
}

const ALPHABETS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
]

/** A word of letters that look alike in several alphabets: nobody's name is written so (UTS #39 §5). */
export function mixesAlphabets(name: string): boolean {
  return name
    .normalize('NFKC')
    .split(/[^\p{L}\p{M}]+/u)
    .some((word) => ALPHABETS.filter((alphabet) => alphabet.test(word)).length > 1)
}

/** The host of an address as it is on the wire, in ASCII: a look-alike in another alphabet reads `xn--…`. */
export function hostOf(address: string): string {
  return URL.parse(address)?.host ?? ''
}

/** An address that a page may link to; anything else (`javascript:`, `data:`) is no link. */
export function safeHref(address: string | undefined): string | undefined {
  const url = address === undefined ? null : URL.parse(address)
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:') ? url.href : undefined
}
