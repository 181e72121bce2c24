/** A title in as large a type as fits on one line or two. Nobody measures text here: widths are estimated, rather too wide. */

const SIZES = [26, 23, 20, 17, 14] as const

export interface TitleLines {
  readonly size: number
  readonly lines: readonly string[]
}

/** `width` in the units of the size. What fits in no size is cut. */
export function titleLines(title: string, width: number): TitleLines {
  const words = title.split(/\s+/).filter(Boolean)
  for (const size of SIZES) {
    const lines = brokenInto(words, width / size)
    if (lines.length <= 2 && lines.every((line) => widthOf(line) * size <= width)) return { size, lines }
  }
  const size = SIZES[SIZES.length - 1] ?? 14
  return {
    size,
    lines: brokenInto(words, width / size)
      .slice(0, 2)
      .map((line) => cut(line, width / size)),
  }
}

/** Of two lines the first is the shorter where both ways fit: it reads better above a longer one. */
function brokenInto(words: readonly string[], width: number): readonly string[] {
  const whole = words.join(' ')
  if (widthOf(whole) <= width) return [whole]
  const ways = words
    .slice(1)
    .map((_, at) => [words.slice(0, at + 1).join(' '), words.slice(at + 1).join(' ')])
  return ways.find((lines) => lines.every((line) => widthOf(line) <= width)) ?? greedy(words, width)
}

function greedy(words: readonly string[], width: number): readonly string[] {
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    if (last !== undefined && widthOf(`${last} ${word}`) <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

function cut(line: string, width: number): string {
  if (widthOf(line) <= width) return line
  const characters = Array.from(line)
  while (characters.length > 0 && widthOf(`${characters.join('')}…`) > width) characters.pop()
  return `${characters.join('')}…`
}

/** In units of the type's size, for the widest bold sans-serif that systems have. */
function widthOf(text: string): number {
  return Array.from(text).reduce((sum, character) => sum + characterWidth(character), 0)
}

function characterWidth(character: string): number {
  if (/[\u1100-\uffff]/.test(character) || character.length > 1) return 1.1
  if (/[mwMW@%—…]/.test(character)) return 1.05
  if (/[iljtfrI1 .,;:'|()[\]!-]/.test(character)) return 0.45
  return /\p{Lu}/u.test(character) ? 0.8 : 0.7
}
