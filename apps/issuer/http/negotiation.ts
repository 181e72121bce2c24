/** What a client of a document that has several forms accepts (RFC 9110 §12.5). */

/** The offered type with the highest weight, the first of equals; undefined when the client takes none of them. */
export function preferredType<T extends string>(
  accept: string | undefined,
  offered: readonly T[],
): T | undefined {
  const ranges = rangesOf(accept ?? '*/*')
  const weighed = offered.map((type) => ({ type, weight: weightOf(type, ranges) }))
  const best = Math.max(...weighed.map(({ weight }) => weight))
  return best > 0 ? weighed.find(({ weight }) => weight === best)?.type : undefined
}

export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  const ranges = rangesOf(acceptEncoding ?? '')
  return (ranges.get('gzip') ?? ranges.get('*') ?? 0) > 0
}

/** Tags are compared weakly, as RFC 9110 §13.1.2 asks for If-None-Match. */
export function matchesTag(ifNoneMatch: string | undefined, tag: string): boolean {
  const opaque = (text: string) => text.trim().replace(/^W\//, '')
  return (ifNoneMatch ?? '').split(',').some((one) => one.trim() === '*' || opaque(one) === opaque(tag))
}

const MAX_RANGES = 20

function rangesOf(header: string): ReadonlyMap<string, number> {
  const entries = header
    .split(',')
    .slice(0, MAX_RANGES)
    .map((entry): [string, number] => {
      const [range = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase())
      const weight = parameters.find((parameter) => parameter.startsWith('q='))
      return [range, weight === undefined ? 1 : Number(weight.slice(2)) || 0]
    })
  return new Map(entries)
}

/** The most specific range counts (§12.5.1). */
function weightOf(type: string, ranges: ReadonlyMap<string, number>): number {
  const [group = ''] = type.split('/')
  return ranges.get(type) ?? ranges.get(`${group}/*`) ?? ranges.get('*/*') ?? 0
}
