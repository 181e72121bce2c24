import { parseDcqlQuery } from '@countersign/protocol/openid4vp/dcql/parse'
import { describe, expect, it } from 'vitest'
import { claimRows } from './claim-rows.ts'
import { dcqlQueryFor, inWords } from './dcql-preset.ts'

const words = { yes: 'Yes', no: 'No' }

describe('disclosed claims', () => {
  it('are rows of label and text, nested ones under their own names', () => {
    const rows = claimRows(
      {
        given_name: 'Ada',
        age_over_18: true,
        address: { locality: 'Graz', country: 'AT' },
        nationalities: ['AT', 'DE'],
      },
      words,
    )
    expect(rows.map(({ label, value }) => [label, value])).toEqual([
      ['Given name', 'Ada'],
      ['Age over 18', 'Yes'],
      ['Locality', 'Graz'],
      ['Country', 'AT'],
      ['Nationalities', 'AT, DE'],
    ])
  })

  it('have no rows for what says what the credential is', () => {
    expect(claimRows({ vct: 'x', iss: 'y', exp: 1, cnf: {}, status: {}, a: 0 }, words)).toEqual([
      { path: ['a'], label: 'A', value: '0' },
    ])
  })

  it('end, however deep they are, and show everything', () => {
    let deep: unknown = 'bottom'
    for (let at = 0; at < 50; at += 1) deep = { inner: deep }
    const rows = claimRows({ deep }, words)
    expect(rows).toHaveLength(1)
    expect(rows[0]?.value).toContain('bottom')
  })
})

describe('a plain question', () => {
  it.each([
    ['dc+sd-jwt', 'urn:eudi:pid:1', [['given_name'], ['address', 'locality']]],
    ['mso_mdoc', 'org.iso.18013.5.1.mDL', [['org.iso.18013.5.1', 'age_over_18']]],
  ])('is a DCQL query that the verifier reads, and says what it asks: %s', (format, called, claims) => {
    const query = dcqlQueryFor({ format, called, claims })
    expect(parseDcqlQuery(query)).toMatchObject({ ok: true })
    expect(inWords(query).types).toEqual([called])
    expect(inWords(query).details).toEqual(claims.map((path) => ({ format, called, path })))
  })

  it('is read as far as its shape is known', () => {
    for (const query of [
      undefined,
      null,
      7,
      {},
      { credentials: 7 },
      { credentials: [null, 7, { claims: [null, { path: 7 }] }] },
    ])
      expect(inWords(query)).toEqual({ types: [], details: [] })
  })
})
