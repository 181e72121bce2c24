/** Whether text can be read on a ground (WCAG 2.2 §1.4.3). */

export const LEAST_CONTRAST = 4.5

export type Colour = readonly [red: number, green: number, blue: number]

/** `#rrggbb`. */
export function colourOf(text: string): Colour {
  const at = (place: number) => Number.parseInt(text.slice(place, place + 2), 16)
  return [at(1), at(3), at(5)]
}

/** So much of the first lies over the second. */
export function over(above: Colour, below: Colour, share: number): Colour {
  const at = (place: 0 | 1 | 2) => Math.round(above[place] * share + below[place] * (1 - share))
  return [at(0), at(1), at(2)]
}

export function contrast(one: Colour, other: Colour): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

function luminance(colour: Colour): number {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
