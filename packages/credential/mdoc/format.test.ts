import type { JsonObject } from '@countersign/core/json'
import { lateEngine, makeSigner, nodeEngine } from '@countersign/testing/engines/node-engine'
import { describe, expect, it } from 'vitest'
import { describeFormat } from '../contract/format.contract.ts'
import { mdoc } from './format.ts'
import { BINDING, DOC_TYPE, holder, issueInput, NAMESPACE, verifyInput } from './mdoc.testing.ts'

for (const [engine, crypto] of Object.entries({ nodeEngine, lateEngine })) {
  describeFormat(`mdoc on the ${engine}`, mdoc, () => ({
    crypto,
    issue: issueInput(),
    holder,
    stranger: makeSigner(),
    verify: { ...verifyInput(''), binding: BINDING },
    shown: [NAMESPACE, 'given_name'],
    withheld: [NAMESPACE, 'family_name'],
    matchingMeta: { doctype_value: DOC_TYPE },
    otherMeta: { doctype_value: 'org.iso.23220.photoid.1' },
  }))
}

describe('matchesMeta', () => {
  it.each<JsonObject>([
    {},
    { doctype_value: '' },
    { doctype_value: [DOC_TYPE] },
    { doctype_value: null },
    { vct_values: [DOC_TYPE] },
  ])('matches nothing for %j', (meta) =>
    expect(mdoc.matchesMeta(meta, { type: DOC_TYPE, claims: {} })).toBe(false),
  )
})
