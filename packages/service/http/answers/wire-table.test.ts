import { describe, expect, it } from 'vitest'
import { type WireErrors, wireError } from './wire-errors.ts'

type Refusal = { readonly code: 'too_long'; readonly max: number } | { readonly code: 'unknown' }

const table: WireErrors<Refusal> = {
  too_long: ({ max }) => ({ status: 400, message: `At most ${max}` }),
  unknown: () => ({ status: 404, message: 'Not found' }),
}

describe('a table of refusals', () => {
  it('tells each with its own facts, and its code for the log', () => {
    expect(wireError(table, { code: 'too_long', max: 3 })).toEqual({
      status: 400,
      message: 'At most 3',
      refusal: 'too_long',
    })
    expect(wireError(table, { code: 'unknown' }).status).toBe(404)
  })

  it('needs an entry for every code', () => {
    // @ts-expect-error: without `unknown` this is not a table of these refusals.
    const incomplete: WireErrors<Refusal> = { too_long: () => ({ status: 400, message: '' }) }
    expect(Object.keys(incomplete)).toEqual(['too_long'])
  })
})
