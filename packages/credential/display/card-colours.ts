/**
 * The colours of a card as its issuer wants them, so that what stands on it can be read (WCAG 2.2 §1.4.3): a text that is too near to
 * its ground becomes black or white, the ground stays. The user interface draws what it gets and mends nothing.
 */
import { type Colour, contrast, LEAST_CONTRAST, over } from './contrast.ts'

export interface CardColours {
  /** Six digits. */
  readonly backgroundColor: string
  readonly textColor: string
  /** A faint pattern in the colour of the text, a `PRINT_SHARE` of it at most, leaves the text readable. */
  readonly print: boolean
}

const PRINT_SHARE = 0.12
const BLACK: Colour = [0, 0, 0]
const WHITE: Colour = [255, 255, 255]

/** Of plain RGB values (CSS Color 3 §4.2.1). Undefined without a ground: a text alone goes with the ground that somebody else chose. */
export function cardColours(
  background: string | undefined,
  text: string | undefined,
): CardColours | undefined {
  // What is seen through is paper.
  const ground = read(background, WHITE)
  if (ground === undefined) return undefined
  const wanted = read(text, ground)
  const inks = [...(wanted === undefined ? [] : [wanted]), ...byContrast(ground)]
  const ink = inks.find((one) => contrast(one, ground) >= LEAST_CONTRAST) ?? BLACK
  const print = contrast(ink, mixed(ground, ink)) >= LEAST_CONTRAST
  return { backgroundColor: written(ground), textColor: written(ink), print }
}

/** One of both has 4.58 at least, on every ground. */
function byContrast(ground: Colour): readonly Colour[] {
  return contrast(BLACK, ground) > contrast(WHITE, ground) ? [BLACK, WHITE] : [WHITE, BLACK]
}

function read(text: string | undefined, below: Colour): Colour | undefined {
  const digits = /^#([0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i.exec(text ?? '')?.[1]
  if (digits === undefined) return undefined
  const pairs = digits.length === 3 ? Array.from(digits, (digit) => digit + digit) : digits.match(/../g)
  const [red = 0, green = 0, blue = 0, alpha = 255] = (pairs ?? []).map((pair) => Number.parseInt(pair, 16))
  return over([red, green, blue], below, alpha / 255)
}

function mixed(ground: Colour, ink: Colour): Colour {
  return over(ink, ground, PRINT_SHARE)
}

function written(colour: Colour): string {
  return `#${colour.map((part) => part.toString(16).padStart(2, '0')).join('')}`
}
