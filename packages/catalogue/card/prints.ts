/**
 * What is printed on a card behind its words: one curve, turned or moved many times, as security printing has it. Copies are
 * copies of copies, so that a print of forty lines is written in a dozen elements.
 */
import type { Topic } from '../topics.ts'

/** On a card of 400 by 252. */
export interface Print {
  /** One element of SVG, without a colour. */
  readonly shape: string
  /** Where its origin is. */
  readonly at: readonly [number, number]
  /** Transforms of the copies, each of them copied by the next list. */
  readonly copies: readonly (readonly string[])[]
}

const BESIDE = [318, 118] as const
const CORNER = [0, 0] as const

export const PRINTS: Readonly<Record<Topic, Print>> = {
  identity: { shape: '<ellipse rx="128" ry="50"/>', at: BESIDE, copies: turned(6, 6, 5) },
  age: { shape: '<circle cx="34" r="92"/>', at: BESIDE, copies: turned(10, 5, 4) },
  driving: {
    shape: '<path d="M-10 6C90-18 170 34 250-10S370-40 410-18"/>',
    at: [0, 24],
    copies: [shifted(6, 0, 7.6), shifted(5, 0, 45.6)],
  },
  education: { shape: '<circle cx="52" r="74"/>', at: BESIDE, copies: turned(9, 8, 5) },
  employment: {
    shape: '<path d="M-60 60H60V20H160V-20H260V-60H460"/>',
    at: [0, 30],
    copies: [shifted(6, -4, 9), shifted(4, -24, 54)],
  },
  health: {
    shape:
      '<path vector-effect="non-scaling-stroke" d="M-10 0H110C150-4 160 22 182-8S208-62 220-62 254 88 280 88 318-38 346-38 378-4 410 0"/>',
    at: [0, 128],
    copies: [scaled(10, 0.1), ['scale(1 -1)']],
  },
  travel: { shape: '<ellipse rx="116" ry="40"/>', at: BESIDE, copies: turned(12, 6, 2.5) },
  tickets: {
    shape: `<path d="M-20 0${'l20 13 20-13'.repeat(12)}"/>`,
    at: [0, 10],
    copies: [shifted(6, 0, 8), shifted(5, 0, 48)],
  },
  membership: {
    shape: '<rect x="-78" y="-78" width="156" height="156" rx="30"/>',
    at: BESIDE,
    copies: turned(3, 6, 5),
  },
  payment: { shape: '<ellipse cx="46" rx="88" ry="34"/>', at: BESIDE, copies: turned(10, 6, 6) },
  business: {
    shape: '<path d="M-30 262C-10 60 90 60 110 262"/>',
    at: CORNER,
    copies: [shifted(6, 14, 0), shifted(5, 84, 0)],
  },
  residence: {
    shape: '<path vector-effect="non-scaling-stroke" d="M-150 110 0-40 150 110"/>',
    at: [300, 110],
    copies: [shifted(4, 0, 9), shifted(6, 0, 36)],
  },
  other: { shape: '<path d="M-110-132 70 82 330-250"/>', at: [150, 126], copies: [shifted(9, 26, 0)] },
}

/** All of a print as elements of SVG, whose ids begin with `id`. */
export function drawPrint({ at: [x, y], copies, shape }: Print, id: string): string {
  const named = shape.replace(/^<(\w+)/, `<$1 id="${id}0"`)
  const drawn = copies.reduce((inner, transforms, level) => {
    const uses = transforms.map((transform) => `<use href="#${id}${level}" transform="${transform}"/>`)
    return `<g id="${id}${level + 1}">${inner}${uses.join('')}</g>`
  }, named)
  return `<g transform="translate(${x} ${y})">${drawn}</g>`
}

/** `inner` times `outer` copies, a step of so many degrees apart. The first of each is the shape itself. */
function turned(inner: number, outer: number, step: number): readonly (readonly string[])[] {
  const rotations = (count: number, by: number) => times(count).map((at) => `rotate(${rounded(at * by)})`)
  return [rotations(inner, step), rotations(outer, step * inner)]
}

function shifted(count: number, x: number, y: number): readonly string[] {
  return times(count).map((at) => `translate(${rounded(at * x)} ${rounded(at * y)})`)
}

/** Flatter by a step each. */
function scaled(count: number, step: number): readonly string[] {
  return times(count).map((at) => `scale(1 ${rounded(1 - at * step)})`)
}

/** 1 to one below the count. */
function times(count: number): readonly number[] {
  return Array.from({ length: count - 1 }, (_, at) => at + 1)
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
