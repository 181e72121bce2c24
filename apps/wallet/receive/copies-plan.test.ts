import { describe, expect, it } from 'vitest'
import { type CopiesPlan, planCopies } from './copies-plan.ts'

const bound = { bindingMethods: ['jwk'], proofRequired: true }
const input = { batchSize: 10, wanted: 10 }

type Row = [string, Parameters<typeof planCopies>[0], Parameters<typeof planCopies>[1], CopiesPlan]

describe('how many copies are asked for', () => {
  it.each<Row>([
    ['as many as both want', bound, input, { copies: 10 }],
    ['no more than the issuer gives', bound, { batchSize: 2, wanted: 10 }, { copies: 2 }],
    ['no more than the wallet wants', bound, { batchSize: 100, wanted: 3 }, { copies: 3 }],
    ['of mdocs too', { ...bound, bindingMethods: ['cose_key'] }, input, { copies: 10 }],
    ['where a DID would do as well', { ...bound, bindingMethods: ['did:key', 'jwk'] }, input, { copies: 10 }],
    ['one where none are wanted', bound, { batchSize: 10, wanted: 1 }, { single: 'not_wanted' }],
    ['one where none are given', bound, { batchSize: 1, wanted: 10 }, { single: 'not_given' }],
    ['one for a chosen DID', bound, { ...input, did: 'did:key:z6Mk' }, { single: 'did_chosen' }],
    [
      'one where DIDs alone are taken',
      { ...bound, bindingMethods: ['did:key'] },
      input,
      { single: 'no_bare_key' },
    ],
    [
      'one where nobody says what is taken',
      { ...bound, bindingMethods: [] },
      input,
      { single: 'no_bare_key' },
    ],
    ['one where no key is proven', { ...bound, proofRequired: false }, input, { single: 'no_bare_key' }],
  ])('%s', (_name, configuration, wanted, plan) => {
    expect(planCopies(configuration, wanted)).toEqual(plan)
  })
})
