import type { JsonObject } from '@countersign/core/json'
import { bareKey } from '@countersign/crypto/jwk'
import { didFromKey } from '@countersign/did/did'
import { makeSigner, nodeEngine } from '@countersign/testing/engines/node-engine'
import {
  AUDIENCE,
  CLAIMS,
  forge,
  holder,
  issueInput,
  NONCE,
  NOW,
  verifyInput,
} from '@countersign/testing/forging/credential-fixtures'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { passed } from '../contract/checks.ts'
import { resolveClaimPath } from '../contract/claim-path.ts'
import type { ClaimPath } from '../contract/format.ts'
import { issueSdJwtVc } from './issue.ts'
import { presentSdJwtVc } from './present.ts'
import { verifySdJwtVc } from './verify.ts'

const binding = { signer: holder, audience: AUDIENCE, nonce: NONCE, issuedAt: NOW }

async function credentialOf(claims: JsonObject, paths: readonly ClaimPath[]): Promise<string> {
  const issued = await issueSdJwtVc(issueInput({ claims, selectivelyDisclosable: paths }), nodeEngine)
  if (!issued.ok) throw new Error(issued.error.code)
  return issued.value
}

const { selectivelyDisclosable: PATHS } = issueInput()

/** What a verifier gets to see of the subject. */
async function shown(credential: string, disclose: readonly ClaimPath[]): Promise<JsonObject> {
  const presented = await presentSdJwtVc({ credential, disclose, binding }, nodeEngine)
  if (!presented.ok) throw new Error(presented.error.code)
  const outcome = await verifySdJwtVc(verifyInput(presented.value), nodeEngine)
  expect(outcome.checks.filter((check) => check.outcome !== 'passed')).toEqual([])
  const {
    iss: _,
    iat: _i,
    exp: _e,
    vct: _v,
    cnf: _c,
    status: _s,
    ...claims
  } = outcome.presentation?.claims ?? {}
  return claims
}

const NOTHING = { public: true, nationalities: [], degrees: [] }

describe('a presentation', () => {
  it.each<[string, readonly ClaimPath[], JsonObject]>([
    ['nothing', [], NOTHING],
    ['what can always be seen', [['public']], NOTHING],
    ['one claim', [['given_name']], { ...NOTHING, given_name: 'Erika' }],
    ['a claim that is named twice', [['given_name'], ['given_name']], { ...NOTHING, given_name: 'Erika' }],
    [
      'a nested claim with its parent alone',
      [['address', 'locality']],
      { ...NOTHING, address: { locality: 'K\u00f6ln', geo: { lon: 6.9 } } },
    ],
    ['an object with all that is in it', [['address']], { ...NOTHING, address: CLAIMS.address ?? null }],
    ['one element of an array', [['nationalities', 1]], { ...NOTHING, nationalities: ['FR'] }],
    [
      'every element of an array',
      [['nationalities', null]],
      { ...NOTHING, nationalities: ['DE', 'FR', 'AT'] },
    ],
    [
      'a member of every element',
      [['degrees', null, 'type']],
      { ...NOTHING, degrees: [{ type: 'Bachelor' }, { type: 'Master' }] },
    ],
    [
      'an inner member of one element',
      [['degrees', 1, 'year']],
      { ...NOTHING, degrees: [{ type: 'Master', year: 2004 }] },
    ],
    ['everything', Object.keys(CLAIMS).map((name) => [name]), CLAIMS],
  ])('shows %s', async (_what, paths, expected) => {
    expect(await shown(await credentialOf(CLAIMS, PATHS), paths)).toEqual(expected)
  })

  it('keeps the order of the credential', async () => {
    const credential = await credentialOf(CLAIMS, PATHS)
    const presented = await presentSdJwtVc(
      { credential, disclose: Object.keys(CLAIMS).map((name) => [name]) },
      nodeEngine,
    )
    expect(presented).toEqual({ ok: true, value: credential })
  })

  it.each<[string, ClaimPath]>([
    ['a claim that is not there', ['nothing']],
    ['an index beyond the end', ['nationalities', 9]],
    ['a member of a text', ['given_name', 'length']],
    ['an element of an object', ['address', null]],
  ])('is refused for %s', async (_what, path) => {
    const credential = await credentialOf(CLAIMS, PATHS)
    expect(await presentSdJwtVc({ credential, disclose: [path], binding }, nodeEngine)).toMatchObject({
      ok: false,
      error: { code: 'path_not_found' },
    })
  })

  it('is refused for the key of somebody else, an unbound credential and one that is bound already', async () => {
    const credential = await credentialOf(CLAIMS, PATHS)
    const stranger = { ...binding, signer: makeSigner() }
    expect(await presentSdJwtVc({ credential, disclose: [], binding: stranger }, nodeEngine)).toMatchObject({
      error: { code: 'holder_key_wrong' },
    })
    const unbound = await issueSdJwtVc({ ...issueInput(), holderKey: undefined }, nodeEngine)
    const input = { credential: unbound.ok ? unbound.value : '', disclose: [], binding }
    expect(await presentSdJwtVc(input, nodeEngine)).toMatchObject({ error: { code: 'credential_not_bound' } })
    const bound = { credential: await forge(), disclose: [], binding }
    expect(await presentSdJwtVc(bound, nodeEngine)).toMatchObject({ error: { code: 'kb_jwt_unexpected' } })
  })
})

describe('any claims, any of them withholdable, any of those shown', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'constructor', '\u00e9')
  const leaf = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.constant(null))
  const { claims } = fc.letrec((tie) => ({
    claims: fc.dictionary(name, tie('value'), { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
    value: fc.oneof({ depthSize: 'small' }, leaf, tie('claims'), fc.array(tie('value'), { maxLength: 3 })),
  }))

  it('arrive as they were, and only where they were wanted', async () => {
    await fc.assert(
      fc.asyncProperty(claims, fc.infiniteStream(fc.boolean()), async (value, coins) => {
        const subject: JsonObject = JSON.parse(JSON.stringify(value))
        const places = placesIn(subject)
        const withholdable = places.filter(() => coins.next().value)
        const wanted = places.filter(() => coins.next().value)
        const seen = await shown(await credentialOf(subject, withholdable), wanted)
        // Indices shift when elements before them are withheld, so array paths are compared by what they lead to.
        for (const path of wanted.filter((steps) => steps.every((step) => typeof step === 'string'))) {
          expect(resolveClaimPath(seen, path)).toHaveLength(1)
        }
        for (const path of withholdable.filter((steps) => steps.every((step) => typeof step === 'string'))) {
          const related = wanted.some((other) =>
            path.every((step, at) => at >= other.length || other[at] === step),
          )
          expect(resolveClaimPath(seen, path)).toHaveLength(related ? 1 : 0)
        }
        expect(
          await shown(
            await credentialOf(subject, withholdable),
            Object.keys(subject).map((top) => [top]),
          ),
        ).toEqual(subject)
      }),
      { numRuns: 60 },
    )
  })

  function placesIn(value: unknown, path: ClaimPath = []): readonly ClaimPath[] {
    if (typeof value !== 'object' || value === null) return path.length > 0 ? [path] : []
    const inner = Array.isArray(value)
      ? value.flatMap((element, index) => placesIn(element, [...path, index]))
      : Object.entries(value).flatMap(([member, element]) => placesIn(element, [...path, member]))
    return path.length > 0 ? [path, ...inner] : inner
  }
})

describe('a presentation that is read', () => {
  it('is refused or judged, whatever byte of it is changed', async () => {
    const credential = await credentialOf(CLAIMS, PATHS)
    const presented = await presentSdJwtVc({ credential, disclose: [['address']], binding }, nodeEngine)
    const text = presented.ok ? presented.value : ''
    const change = fc.tuple(fc.nat(text.length - 1), fc.constantFrom(...Array.from('A~._-\u00e9 ')))
    await fc.assert(
      fc.asyncProperty(change, async ([at, character]) => {
        if (text[at] === character) return
        const changed = text.slice(0, at) + character + text.slice(at + 1)
        const { checks } = await verifySdJwtVc(verifyInput(changed), nodeEngine)
        expect(checks).toHaveLength(5)
        expect(passed(checks)).toBe(false)
      }),
      { numRuns: 300 },
    )
  })
})

describe('a credential that names its holder by a DID', () => {
  it('is presented with the key of that DID, and with no other', async () => {
    const did = didFromKey('jwk', bareKey(holder.publicJwk))
    const presentation = await forge({ claims: { cnf: { kid: `${did}#0` } } })
    const credential = presentation.slice(0, presentation.lastIndexOf('~') + 1)
    const presented = await presentSdJwtVc({ credential, disclose: [], binding }, nodeEngine)
    expect(
      presented.ok && passed((await verifySdJwtVc(verifyInput(presented.value), nodeEngine)).checks),
    ).toBe(true)
    const foreign = { ...binding, signer: makeSigner() }
    expect(await presentSdJwtVc({ credential, disclose: [], binding: foreign }, nodeEngine)).toEqual({
      ok: false,
      error: { code: 'holder_key_wrong' },
    })
  })

  it('is presented under the name of a key of a did:web, by whoever has that name', async () => {
    const kid = 'did:web:wallet.example#key-1'
    const presentation = await forge({ claims: { cnf: { kid } } })
    const credential = presentation.slice(0, presentation.lastIndexOf('~') + 1)
    const named = { ...binding, signer: { ...binding.signer, keyId: kid } }
    const presented = await presentSdJwtVc({ credential, disclose: [], binding: named }, nodeEngine)
    const holderKeys = () => ({ ok: true, value: holder.publicJwk }) as const
    const input = { ...verifyInput(presented.ok ? presented.value : ''), holderKeys }
    expect(passed((await verifySdJwtVc(input, nodeEngine)).checks)).toBe(true)
    expect(await presentSdJwtVc({ credential, disclose: [], binding }, nodeEngine)).toEqual({
      ok: false,
      error: { code: 'holder_key_wrong' },
    })
  })
})
