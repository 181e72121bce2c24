import { nodeEngine } from '@countersign/testing/engines/node-engine'
import { describe, expect, it } from 'vitest'
import { faultsOf, JWTS, type Kind, newer, older, structureOf } from './forged-formats.testing.ts'
import { envelope, HOLDER_DID, V1, V2, type W3cForgery } from './w3c.testing.ts'

describe.each(JWTS)('$format.id: a presentation', (kind) => {
  const second = () => makeCredentials(kind, 2)

  it.each<[string, () => W3cForgery | Promise<W3cForgery>, string]>([
    ['two credentials', second, 'credentials_several'],
    ['no credential', () => ({ vp: { verifiableCredential: [] } }), 'credential_missing'],
    ['no member for one', () => ({ vp: { verifiableCredential: undefined } }), 'credential_missing'],
    ['a type of its own', () => ({ vp: { type: ['VerifiableCredential'] } }), 'type_malformed'],
    ['no base context', () => ({ vp: { '@context': [] } }), 'context_base_missing'],
    ['a holder that is no URL', () => ({ vp: { holder: 'me' } }), 'holder_malformed'],
    ['an iss that is no text', () => ({ proof: { iss: [HOLDER_DID] } }), 'iss_malformed'],
    ['a key id that is no text', () => ({ proofHeader: { kid: 1 } }), 'kid_malformed'],
    ['a critical extension', () => ({ proofHeader: { crit: ['x'] } }), 'jws_crit_unsupported'],
  ])('is refused for %s', async (_what, makeForgery, code) => {
    expect(await structureOf(kind, await makeForgery())).toBe(code)
  })

  it('may hold its one credential without a list', async () => {
    const [only] = (await makeCredentials(kind, 1)).vp.verifiableCredential
    expect(await faultsOf(kind, { vp: { verifiableCredential: only } })).toEqual([])
  })

  it('is no credential', async () => {
    expect((await kind.format.open(await kind.presentation(), nodeEngine)).ok).toBe(false)
    const nested = await kind.presentation()
    const inner = kind === older ? nested : envelope(nested)
    expect(await structureOf(kind, { vp: { verifiableCredential: [inner] } })).not.toBe('passed')
  })
})

async function makeCredentials(kind: Kind, count: number) {
  const credentials = await Promise.all(Array.from({ length: count }, () => kind.credential()))
  return { vp: { verifiableCredential: credentials.map((jwt) => (kind === older ? jwt : envelope(jwt))) } }
}

describe('a presentation of version 1.1', () => {
  it.each<[string, W3cForgery, string]>([
    ['a credential that is not secured', { vp: { verifiableCredential: [{}] } }, 'credential_not_secured'],
    ['a vc beside the vp', { proof: { vc: {} } }, 'vp_malformed'],
    ['a vp that is a text', { proof: { vp: 'x' } }, 'vp_malformed'],
    ['another media type', { proofHeader: { typ: 'vp+jwt' } }, 'typ_wrong'],
    ['a credential that is no JWT', { vp: { verifiableCredential: ['x'] } }, 'jws_malformed'],
  ])('is refused for %s', async (_what, forgery, code) => {
    expect(await structureOf(older, forgery)).toBe(code)
  })
})

describe('a presentation of version 2.0', () => {
  it.each<[string, W3cForgery, string]>([
    ['a credential as a text', { vp: { verifiableCredential: ['a.b.c'] } }, 'credential_not_secured'],
    [
      'a credential that is not enveloped',
      { vp: { verifiableCredential: [{ '@context': [V2], type: 'VerifiableCredential' }] } },
      'type_malformed',
    ],
    [
      'an envelope of another media type',
      { vp: { verifiableCredential: [{ ...envelope('a.b.c'), id: 'data:application/vc+sd-jwt,a.b.c' }] } },
      'envelope_media_type',
    ],
    [
      'an envelope of a web address',
      { vp: { verifiableCredential: [{ ...envelope('a.b.c'), id: 'https://a.example' }] } },
      'envelope_malformed',
    ],
    ['a vp claim', { proof: { vp: {} } }, 'payload_wrapped'],
    ['the context of version 1.1', { vp: { '@context': [V1] } }, 'version_wrong'],
  ])('is refused for %s', async (_what, forgery, code) => {
    expect(await structureOf(newer, forgery)).toBe(code)
  })

  it('is told by its media type alone', async () => {
    expect(await structureOf(newer, { proofHeader: { typ: 'JWT' } })).toBe('typ_wrong')
    expect(await structureOf(newer, { proofHeader: { typ: 'application/vp+jwt' } })).toBe('passed')
  })
})
