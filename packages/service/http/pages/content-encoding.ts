/** Which of the forms that lie there a browser takes (RFC 9110 §12.5.3). */
import type { BuiltFile, Encoding } from './built-pages.ts'

/** The smallest first. */
const PREFERRED: readonly Encoding[] = ['br', 'gzip']

export interface ChosenForm {
  readonly body: Buffer
  readonly encoding?: Encoding
}

/** As it is when no form is accepted, or none lies there. */
export function chosenForm({ body, packed }: BuiltFile, accepted: string | undefined): ChosenForm {
  const weights = weightsIn(accepted ?? '')
  for (const encoding of PREFERRED) {
    const form = packed[encoding]
    const weight = weights.get(encoding) ?? weights.get('*') ?? 0
    if (form !== undefined && weight > 0) return { body: form, encoding }
  }
  return { body }
}

function weightsIn(accepted: string): ReadonlyMap<string, number> {
  return new Map(
    accepted.split(',').map((item) => {
      const [name = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase())
      const weight = parameters.find((part) => part.startsWith('q='))?.slice(2)
      return [name, weight === undefined ? 1 : Number(weight) || 0]
    }),
  )
}
