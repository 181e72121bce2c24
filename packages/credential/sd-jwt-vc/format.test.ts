import type { JsonObject } from '@countersign/core/json'
import { lateEngine, makeSigner, nodeEngine } from '@countersign/testing/engines/node-engine'
import {
  AUDIENCE,
  holder,
  issueInput,
  NONCE,
  VCT,
  verifyInput,
} from '@countersign/testing/forging/credential-fixtures'
import { describe, expect, it } from 'vitest'
import { describeFormat } from '../contract/format.contract.ts'
import { sdJwtVc } from './format.ts'

for (const [engine, crypto] of Object.entries({ nodeEngine, lateEngine })) {
  describeFormat(`SD-JWT VC on the ${engine}`, sdJwtVc, () => ({
    crypto,
    issue: issueInput(),
    holder,
    stranger: makeSigner(),
    verify: { ...verifyInput(''), binding: { audience: AUDIENCE, nonce: NONCE } },
    shown: 'given_name',
    withheld: 'family_name',
    matchingMeta: { vct_values: ['https://other.example', VCT] },
    otherMeta: { vct_values: ['https://other.example'] },
  }))
}

describe('matchesMeta', () => {
  const credential = { type: VCT, claims: { aka_vcts: ['urn:example:identity'] } }

  it('knows the further types of a credential', () => {
    expect(sdJwtVc.matchesMeta({ vct_values: ['urn:example:identity'] }, credential)).toBe(true)
  })

  it.each<JsonObject>([
    {},
    { vct_values: [] },
    { vct_values: VCT },
    { vct_values: [null] },
    { doctype_value: VCT },
  ])('matches nothing for %j', (meta) => expect(sdJwtVc.matchesMeta(meta, credential)).toBe(false))
})
