/**
 * English from right to left and 40 % longer, for tests of pages: every word is turned by marks of direction, and the text
 * has more of them. What stays readable from left to right was never a text of the dictionary. Places (`{who}`) stay.
 */
const TURN = '\u202e'
const END = '\u202c'
/** Gives a line without letters of its own the direction of Arabic. */
const MARK = '\u200f'

export function pseudo<T>(texts: T): T {
  return turned(texts) as T
}

function turned(value: unknown): unknown {
  if (typeof value === 'string') return pseudoText(value)
  if (typeof value === 'function') return (...args: unknown[]) => turned(value(...args))
  if (Array.isArray(value)) return value.map(turned)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, turned(inner)]))
}

/** `Share {count}` → the word turned, the place as it is, and as many letters more as make 40 %. */
export function pseudoText(text: string): string {
  const words = text.split(/(\{[a-z]+\}|\s+)/i)
  const shown = words.map((word) =>
    word === '' || /^(\{[a-z]+\}|\s+)$/i.test(word) ? word : `${MARK}${TURN}${word}${END}${MARK}`,
  )
  const more = Math.ceil(text.length * 0.4)
  return `${shown.join('')} ${MARK}${TURN}${'lorem '
    .repeat(more / 6 + 1)
    .slice(0, more)
    .trim()}${END}${MARK}`
}
