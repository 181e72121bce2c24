/** Every pair of roles that carries text or a shape, in both schemes (WCAG 2.2 §1.4.3, §1.4.11). */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const tokens = readFileSync(join(dirname(fileURLToPath(import.meta.url)), 'tokens.css'), 'utf8')
const TEXT = 4.5
const SHAPE = 3

const grounds = ['surface', 'panel', 'sunk']
const outcomes = ['ok', 'warn', 'bad', 'open', 'brand']
const pairs: readonly (readonly [string, string, number])[] = [
  ...grounds.flatMap((ground) => [
    ['text', ground, TEXT] as const,
    ['muted', ground, TEXT] as const,
    ['brand', ground, TEXT] as const,
  ]),
  ...['surface', 'panel'].flatMap((ground) => [
    ['bad', ground, TEXT] as const,
    ['edge', ground, SHAPE] as const,
    ['ok', ground, SHAPE] as const,
    ['warn', ground, SHAPE] as const,
    ['open', ground, SHAPE] as const,
  ]),
  ...outcomes.map((role) => [role, `${role}-soft`, TEXT] as const),
  ...outcomes.map((role) => ['text', `${role}-soft`, TEXT] as const),
  ['on-brand', 'brand', TEXT],
  ['on-brand', 'brand-deep', TEXT],
  ['panel', 'bad', SHAPE],
  ...['identity', 'licence', 'diploma', 'health', 'neutral'].map(
    (look) => [`card-${look}-ink`, `card-${look}`, TEXT] as const,
  ),
  ['qr-ink', 'qr-paper', TEXT],
]

describe.each(['light', 'dark'] as const)('in the %s', (scheme) => {
  it.each(pairs)('%s on %s', (ink, ground, least) => {
    expect(contrast(colourOf(ink, scheme), colourOf(ground, scheme))).toBeGreaterThanOrEqual(least)
  })
})

function colourOf(role: string, scheme: 'light' | 'dark'): string {
  const value = new RegExp(`--${role}: (?:light-dark\\((#\\w+), (#\\w+)\\)|(#\\w+));`).exec(tokens)
  const colour = value?.[3] ?? (scheme === 'light' ? value?.[1] : value?.[2])
  if (colour === undefined) throw new Error(`no colour ${role}`)
  return colour
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
