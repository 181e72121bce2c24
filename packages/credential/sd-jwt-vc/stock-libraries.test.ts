/**
 * Validly signed credentials and presentations that common libraries accept although they must be refused, and what
 * those libraries leave to whoever calls them. The first nine were measured to pass elsewhere.
 */

import type { JsonObject } from '@countersign/core/json'
import { nodeEngine } from '@countersign/testing/engines/node-engine'
import {
  AUDIENCE,
  digestOf,
  disclosureOf,
  type Forgery,
  forge,
  NONCE,
  NOW,
  VCT,
  verifyInput,
} from '@countersign/testing/forging/credential-fixtures'
import { describe, expect, it } from 'vitest'
import { verifySdJwtVc } from './verify.ts'

/** Everything but the disclosure is in order. */
async function hiding(value: unknown, place: 'member' | 'element' = 'member'): Promise<Forgery> {
  const text = disclosureOf(value)
  const digest = await digestOf(text)
  const claims: JsonObject = place === 'member' ? { _sd: [digest] } : { list: [{ '...': digest }] }
  return { claims, disclosures: [text] }
}

async function hidingInstead(name: string, value: unknown): Promise<Forgery> {
  const text = disclosureOf(['salt', name, value])
  return { payload: { iat: NOW - 100, vct: VCT, _sd: [await digestOf(text)] }, disclosures: [text] }
}

async function failuresOf(presentation: string, binding = { audience: AUDIENCE, nonce: NONCE }) {
  const { checks } = await verifySdJwtVc(verifyInput(presentation, { binding }), nodeEngine)
  return checks.flatMap(({ name, outcome, detail }) => (outcome === 'failed' ? [`${name}: ${detail}`] : []))
}

describe('what stock libraries let through is refused', () => {
  it.each<[number, string, () => Forgery | Promise<Forgery>, string]>([
    [1, 'a disclosure named _sd', () => hiding(['s', '_sd', ['x']]), 'structure: disclosure_name_reserved'],
    [2, 'a disclosure named ...', () => hiding(['s', '...', 'x']), 'structure: disclosure_name_reserved'],
    [3, 'two parts behind _sd', () => hiding(['s', 'value']), 'structure: disclosure_arity'],
    [4, 'three parts in an array', () => hiding(['s', 'name', 1], 'element'), 'structure: disclosure_arity'],
    [5, 'a withheld cnf', () => hidingInstead('cnf', { jwk: {} }), 'structure: claim_not_disclosable'],
    [6, 'a withheld status', () => hidingInstead('status', {}), 'structure: claim_not_disclosable'],
    [
      7,
      'a proof for another audience',
      () => ({ keyBinding: { aud: 'other' } }),
      'holder_binding: aud_wrong',
    ],
    [
      8,
      'a proof of last year',
      () => ({ keyBinding: { iat: NOW - 31_536_000 } }),
      'holder_binding: kb_too_old',
    ],
    [9, 'a header of another token', () => ({ header: { typ: 'JWT' } }), 'structure: typ_wrong'],
    [10, 'no vct', () => ({ payload: { iat: NOW - 100 } }), 'structure: vct_missing'],
    [
      11,
      'one disclosure twice',
      async () => {
        const forgery = await hiding(['s', 'a', 1])
        return { ...forgery, disclosures: [...(forgery.disclosures ?? []), ...(forgery.disclosures ?? [])] }
      },
      'structure: disclosure_repeated',
    ],
  ])('%i: %s', async (_number, _what, makeForgery, failure) => {
    expect(await failuresOf(await forge(await makeForgery()))).toEqual([failure])
  })

  it('12: a credential and a proof that nobody signed', async () => {
    const [jwt = '', proof = ''] = (await forge()).split('~')
    const unsigned = (token: string, typ: string) =>
      `${disclosureOf({ alg: 'none', typ })}.${token.split('.')[1]}.`
    expect(await failuresOf(`${unsigned(jwt, 'dc+sd-jwt')}~${proof}`)).toEqual([
      'issuer_signature: alg_not_allowed',
      'holder_binding: sd_hash_wrong',
    ])
    expect(await failuresOf(`${jwt}~${unsigned(proof, 'kb+jwt')}`)).toEqual([
      'holder_binding: alg_not_allowed',
    ])
  })

  it('13: a presentation without the proof that was asked for', async () => {
    const presentation = await forge()
    const bare = presentation.slice(0, presentation.lastIndexOf('~') + 1)
    expect(await failuresOf(bare)).toEqual(['holder_binding: kb_jwt_missing'])
  })
})
