import { issueBodies } from '@countersign/api/issuer/offers'
import { catalogue } from '@countersign/catalogue/catalogue'
import type { CatalogueType } from '@countersign/catalogue/catalogue-type'
import { exampleOf, mappingOf } from '@countersign/catalogue/publication'
import { ALL_FORMATS } from '@countersign/credential/all-formats'
import { describe, expect, it } from 'vitest'
import { claimsAt, type TypeEntry } from './catalogue.ts'
import { waysOf } from './format-ways.ts'
import { claimsOf, countClaims, holderOf, issueOrder, withClaims } from './issue-order.ts'

/** Every type in every format that it comes in. */
const all = catalogue.flatMap((type) =>
  ALL_FORMATS.filter(({ id }) => type.formats[id] !== undefined).map((format) => ({
    name: `${type.name} as ${format.id}`,
    type,
    format,
  })),
)

/** As the repository lists it. */
function entryOf({ card, formats, ...type }: CatalogueType): TypeEntry {
  const colors = { backgroundColor: card.background, textColor: card.text }
  return { ...type, ...colors, description: '', formats: formats as Record<string, string> }
}

describe('the form of a type', () => {
  it.each(all)('becomes an issue call that the issuer reads: $name', ({ type, format }) => {
    const entry = entryOf(type)
    const form = {
      format: format.id,
      data: exampleOf(type, format),
      takenUp: 'transaction_code',
      waits: true,
    } as const
    const { issuePath } = waysOf(format.id)
    const order = issueOrder('configuration', form, mappingOf(type, format))
    expect(order.body).toMatchObject({ txCode: { length: 6 }, issuanceType: 'DEFERRED' })
    expect(order.path).toBe(`/issuer/openid4vc/${issuePath}/issue`)
    expect(issueBodies[issuePath].safeParse(order.body).error).toBeUndefined()
    expect(claimsOf(entry, form)).toEqual(type.example)
    expect(claimsAt(entry, format.id).length).toBeLessThan(2)
  })

  it.each(all)('changes its claims and nothing around them: $name', ({ type, format }) => {
    const entry = entryOf(type)
    const form = {
      format: format.id,
      data: exampleOf(type, format),
      takenUp: 'nothing',
      waits: false,
    } as const
    const changed = withClaims(entry, form, { given_name: 'Ada' })
    expect(claimsOf(entry, changed)).toEqual({ given_name: 'Ada' })
    expect(Object.keys(changed.data as object)).toEqual(
      claimsAt(entry, format.id).length === 0 ? ['given_name'] : Object.keys(form.data),
    )
  })

  it('says how the offer is taken up', () => {
    const form = { format: 'dc+sd-jwt', data: {}, takenUp: 'browser', waits: false } as const
    const { body } = issueOrder('configuration', form, undefined)
    expect(body).toEqual({
      credentialConfigurationId: 'configuration',
      credentialData: {},
      authenticationMethod: 'NONE',
    })
    expect(issueBodies.sdjwt.safeParse(body).error).toBeUndefined()
  })

  it('says whose card it is as far as it knows, and how much is on it', () => {
    expect(holderOf({ given_name: 'Ada', family_name: 'Example' })).toBe('Ada Example')
    expect(holderOf({ family_name: 'Example', given_name: 7 })).toBe('Example')
    expect([holderOf({}), holderOf(undefined), holderOf({ given_name: '' })]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect(countClaims({ a: 'x', b: '', c: undefined, d: false })).toBe(2)
  })
})
