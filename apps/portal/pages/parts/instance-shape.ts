/** Each instance has a shape beside its name. Pure. */
export type InstanceShape = 'dot' | 'square' | 'triangle' | 'ring'

const SHAPES: readonly InstanceShape[] = ['dot', 'square', 'triangle', 'ring']

/** `verifier-2` is a square wherever it stands; names without a number are told apart by their letters. */
export function shapeOf(name: string): InstanceShape {
  const number = /(\d{1,4})$/.exec(name)?.[1]
  const place =
    number === undefined
      ? Array.from(name, (letter) => letter.charCodeAt(0)).reduce((sum, code) => sum + code, 0)
      : Number(number) - 1
  return SHAPES[Math.max(0, place) % SHAPES.length] ?? 'dot'
}
