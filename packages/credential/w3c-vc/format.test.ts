import type { JsonObject } from '@countersign/core/json'
import { lateEngine, makeSigner, nodeEngine } from '@countersign/testing/engines/node-engine'
import {
  AUDIENCE,
  bindTo,
  forge,
  holder,
  issueInput,
  NONCE,
  trustIssuer,
  VCT,
  verifyInput,
} from '@countersign/testing/forging/credential-fixtures'
import { describe, expect, it } from 'vitest'
import { describeFormat } from '../contract/format.contract.ts'
import type { CredentialFormat } from '../contract/format.ts'
import { formatRegistry } from '../contract/registry.ts'
import { sdJwtVc } from '../sd-jwt-vc/format.ts'
import { jwtVcJson, vcJwt, vcSdJwt } from './format.ts'
import { forgeSdJwt, TYPE, V1, V2, w3cInput, w3cVerifyInput } from './w3c.testing.ts'

const BASE_IRI = 'https://www.w3.org/2018/credentials#VerifiableCredential'

function describeW3c(format: CredentialFormat, withholds: boolean): void {
  for (const [engine, crypto] of Object.entries({ nodeEngine, lateEngine })) {
    describeFormat(`${format.id} on the ${engine}`, format, () => ({
      crypto,
      issue: w3cInput({
        selectivelyDisclosable: withholds
          ? [
              ['credentialSubject', 'given_name'],
              ['credentialSubject', 'family_name'],
            ]
          : [],
      }),
      holder,
      stranger: makeSigner(),
      verify: { ...w3cVerifyInput(''), binding: { audience: AUDIENCE, nonce: NONCE } },
      shown: ['credentialSubject', 'given_name'],
      withheld: ['credentialSubject', 'family_name'],
      showsEverything: !withholds,
      matchingMeta: { type_values: [['Other'], [BASE_IRI, TYPE]] },
      otherMeta: { type_values: [[TYPE, 'Other']] },
    }))
  }
}

describeW3c(jwtVcJson, false)
describeW3c(vcJwt, false)
describeW3c(vcSdJwt, true)

describe('the five formats', () => {
  it('stand beside each other in one registry, each under its own name', () => {
    const formats = formatRegistry([sdJwtVc, jwtVcJson, vcJwt, vcSdJwt])
    expect(formats.ids).toEqual(['dc+sd-jwt', 'jwt_vc_json', 'vc+jwt', 'vc+sd-jwt'])
    expect(formats.get('vc+sd-jwt')).toBe(vcSdJwt)
  })
})

describe('type_values', () => {
  const matches = (sets: JsonObject['type_values'], claims: JsonObject) =>
    jwtVcJson.matchesMeta({ type_values: sets }, { type: 'ignored', claims })

  const identity = { '@context': [V1], type: ['VerifiableCredential', 'IdentityCredential'] }

  it.each<[string, string[][]]>([
    ['a term that no context defines, as it is written', [['IdentityCredential']]],
    ['the base type by its IRI', [[BASE_IRI, 'IdentityCredential']]],
    ['the base type by its term', [['VerifiableCredential']]],
    ['the second alternative', [['Other'], ['IdentityCredential', BASE_IRI]]],
  ])('match %s', (_what, sets) => expect(matches(sets, identity)).toBe(true))

  it.each<[string, JsonObject['type_values']]>([
    ['no alternative', []],
    ['an empty alternative', [[]]],
    ['a list of types instead of lists', ['IdentityCredential']],
    ['a text', 'IdentityCredential'],
    ['one type too many', [['IdentityCredential', 'Other']]],
    ['the right term under a foreign name', [['https://evil.example#IdentityCredential']]],
    ['a type that is no text', [[null]]],
  ])('do not match %s', (_what, sets) => expect(matches(sets, identity)).toBe(false))

  it('know the names that contexts in the credential give its types', () => {
    const embedded = { A: 'https://a.example/A', B: { '@id': 'https://a.example/B' } }
    const claims = {
      '@context': [V2, embedded, { '@vocab': 'https://v.example#' }],
      type: ['VerifiableCredential', 'A', 'B', 'C'],
    }
    expect(matches([['https://a.example/A', 'https://a.example/B', 'https://v.example#C']], claims)).toBe(
      true,
    )
    expect(matches([['A', 'B', 'C']], claims)).toBe(true)
    expect(matches([['https://v.example#A']], claims)).toBe(false)
  })

  it('are not what vct_values are', () => {
    expect(jwtVcJson.matchesMeta({ vct_values: [TYPE] }, { type: TYPE, claims: identity })).toBe(false)
    const credential = { type: 'x', claims: identity }
    expect(vcSdJwt.matchesMeta({ vct_values: ['IdentityCredential'] }, credential)).toBe(false)
    expect(vcSdJwt.matchesMeta({ type_values: [['IdentityCredential']] }, credential)).toBe(true)
  })
})

describe('an SD-JWT VC that goes by vc+sd-jwt', () => {
  const binding = { audience: AUDIENCE, nonce: NONCE }
  const old = () => forge({ header: { typ: 'vc+sd-jwt' } })

  it.each(['vc+sd-jwt', 'dc+sd-jwt'])(
    'is verified as one, under the name it was asked for: typ %s',
    async (typ) => {
      const presentation = await forge({ header: { typ } })
      const outcome = await vcSdJwt.verify(
        verifyInput(presentation, { binding, trust: trustIssuer }),
        nodeEngine,
      )
      expect(outcome.checks.map(({ outcome: result }) => result)).toEqual(Array(5).fill('passed'))
      expect(outcome.presentation).toMatchObject({ format: 'vc+sd-jwt', type: VCT, claims: { vct: VCT } })
    },
  )

  it('is opened, presented and matched as one', async () => {
    const presentation = await old()
    const credential = presentation.slice(0, presentation.lastIndexOf('~') + 1)
    const held = await vcSdJwt.open(credential, nodeEngine)
    if (!held.ok) throw new Error(held.error.code)
    expect(held.value).toMatchObject({ format: 'vc+sd-jwt', type: VCT })
    expect(vcSdJwt.matchesMeta({ vct_values: [VCT] }, held.value)).toBe(true)
    expect(vcSdJwt.matchesMeta({ type_values: [[VCT]] }, held.value)).toBe(false)
    const signed = { signer: holder, ...binding, issuedAt: verifyInput('').now }
    expect((await vcSdJwt.present({ credential, disclose: [], binding: signed }, nodeEngine)).ok).toBe(true)
  })

  it('is refused by the rules of an SD-JWT VC', async () => {
    const presentation = await forge({ header: { typ: 'vc+sd-jwt' }, claims: { cnf: { _sd: ['x'] } } })
    const { checks } = await vcSdJwt.verify(verifyInput(presentation), nodeEngine)
    expect(checks[0]).toEqual({ name: 'structure', outcome: 'failed', detail: 'claim_not_disclosable' })
  })

  it('is no W3C credential, and a W3C credential is none', async () => {
    const w3c = await bindTo(await forgeSdJwt())
    const { checks } = await sdJwtVc.verify(verifyInput(w3c), nodeEngine)
    expect(checks[0]?.detail).toBe('vct_missing')
    const { checks: passed } = await vcSdJwt.verify(w3cVerifyInput(w3c), nodeEngine)
    expect(passed.map(({ outcome }) => outcome)).toEqual(Array(5).fill('passed'))
  })

  it('is never written: without a subject nothing is', async () => {
    expect(
      await vcSdJwt.issue(issueInput({ issuer: 'https://i.example', statuses: [] }), nodeEngine),
    ).toMatchObject({
      ok: false,
    })
  })
})
