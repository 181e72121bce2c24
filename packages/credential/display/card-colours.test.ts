import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cardColours } from './card-colours.ts'

describe('the colours of a card', () => {
  it.each<[string | undefined, string | undefined, object | undefined]>([
    ['#1f3a5f', '#ffffff', { backgroundColor: '#1f3a5f', textColor: '#ffffff', print: true }],
    ['#12F', '#fe0', { backgroundColor: '#1122ff', textColor: '#ffee00', print: true }],
    // Too near to each other: the ground stays.
    ['#888', '#777', { backgroundColor: '#888888', textColor: '#000000', print: true }],
    ['#777777', '#888888', { backgroundColor: '#777777', textColor: '#000000', print: false }],
    ['#222', '#333', { backgroundColor: '#222222', textColor: '#ffffff', print: true }],
    // Half transparent, on paper.
    ['#00000080', undefined, { backgroundColor: '#7f7f7f', textColor: '#000000', print: false }],
    ['#fff', '#00000000', { backgroundColor: '#ffffff', textColor: '#000000', print: true }],
    [undefined, '#ffffff', undefined],
    ['red', '#ffffff', undefined],
    ['#12345', undefined, undefined],
  ])('%s with %s are %o', (background, text, colours) => {
    expect(cardColours(background, text)).toEqual(colours)
  })

  it('can be read, whatever the issuer wants', () => {
    const colour = fc.stringMatching(/^#[0-9a-f]{6}([0-9a-f]{2})?$/)
    fc.assert(
      fc.property(colour, colour, (background, text) => {
        const { backgroundColor = '', textColor = '' } = cardColours(background, text) ?? {}
        expect(contrastOf(backgroundColor, textColor)).toBeGreaterThanOrEqual(4.5)
      }),
    )
  })
})

/** As the specification writes it. */
function contrastOf(one: string, other: string): number {
  const luminance = (colour: string) =>
    [1, 3, 5]
      .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
      .reduce((sum, part, at) => sum + part * ([0.2126, 0.7152, 0.0722][at] ?? 0), 0)
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}
