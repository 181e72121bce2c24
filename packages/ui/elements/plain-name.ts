/**
 * Names that others chose, made harmless before they stand in a sentence of ours: without characters that turn, hide or pile
 * up what stands around them, on one line, and not longer than a name is. What such a name claims, it claims still: who is
 * verified is said beside it, and a host is never taken from it.
 */

/** Characters of a name on a page. */
const MAX_NAME = 80

/** Controls, marks of direction, what takes no width, fillers that look like nothing, tags (UTS #39, Unicode TR36). */
const UNSEEN_RANGES: readonly (readonly [first: number, last: number])[] = [
  [0x0000, 0x0008],
  [0x000e, 0x001f],
  [0x007f, 0x009f],
  [0x00ad, 0x00ad],
  [0x034f, 0x034f],
  [0x061c, 0x061c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xffff],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
]
const escaped = (point: number) => `\\u{${point.toString(16)}}`
const UNSEEN = new RegExp(
  `[${UNSEEN_RANGES.map(([first, last]) => `${escaped(first)}-${escaped(last)}`).join('')}]`,
  'gu',
)
const PILED = /(\p{M}{2})\p{M}+/gu

/** On one line; `''` when nothing is left. */
export function plainName(text: string, maxLength = MAX_NAME): string {
  const clean = plainText(text).replace(/\s+/gu, ' ').trim()
  const characters = Array.from(clean)
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
