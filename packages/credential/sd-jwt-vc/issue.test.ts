import { decodeBase64url, decodeUtf8 } from '@countersign/core/base64url'
import { isJsonArray, type JsonObject } from '@countersign/core/json'
import { RECEIVED } from '@countersign/core/size-limits'
import { decodeJws } from '@countersign/crypto/jose/jws'
import { didFromKey } from '@countersign/did/did'
import { nodeEngine } from '@countersign/testing/engines/node-engine'
import { CLAIMS, holder, issueInput, VCT } from '@countersign/testing/forging/credential-fixtures'
import { describe, expect, it } from 'vitest'
import type { IssueInput } from '../contract/format.ts'
import { EXACT } from '../contract/showable-claims.ts'
import { parseDisclosure } from '../sd-jwt/disclosure.ts'
import { issueSdJwtVc } from './issue.ts'
import { openSdJwtVc } from './open.ts'

async function issued(changes: Partial<IssueInput> = {}) {
  const result = await issueSdJwtVc(issueInput(changes), nodeEngine)
  if (!result.ok) throw new Error(`${result.error.code} ${result.error.detail}`)
  const [jwt = '', ...disclosures] = result.value.split('~')
  const jws = decodeJws(jwt)
  if (!jws.ok) throw new Error(jws.error.code)
  return { ...jws.value, compact: result.value, disclosures: disclosures.slice(0, -1) }
}

describe('an issued SD-JWT VC', () => {
  it('names its type, its signer and its status, and ends with ~', async () => {
    const { header, payload, compact } = await issued()
    expect(header).toEqual({ typ: 'dc+sd-jwt', kid: 'issuer-key', x5c: ['AAAA'], alg: 'ES256' })
    expect(payload).toMatchObject({ iss: 'https://issuer.example', status: { status_list: { idx: 7 } } })
    expect(compact.endsWith('~')).toBe(true)
  })

  it('names its key by the DID of its issuer, where it has one, and is not issued under that of another key', async () => {
    const { signer } = issueInput({})
    const did = didFromKey('jwk', signer.publicJwk)
    expect((await issued({ issuer: did })).header).toMatchObject({ kid: `${did}#0` })
    expect((await issued({ issuer: 'did:web:a.example' })).header).toMatchObject({
      kid: 'did:web:a.example#issuer-key',
    })
    const other = didFromKey('jwk', holder.publicJwk)
    const refused = await issueSdJwtVc(issueInput({ issuer: other }), nodeEngine)
    expect(refused).toMatchObject({ error: { code: 'issuer_key_wrong' } })
  })

  it('has one disclosure for each place, and digests in the place of the values', async () => {
    const { payload, disclosures } = await issued()
    expect(disclosures).toHaveLength(2 + 3 + 3 + 4)
    expect(payload).toMatchObject({ public: true, _sd_alg: 'sha-256' })
    expect(payload._sd).toHaveLength(3)
    expect(payload.nationalities).toEqual(Array(3).fill({ '...': expect.any(String) }))
    expect(JSON.stringify(payload)).not.toMatch(/Erika|Heide|Master|2001/)
  })

  it('hides the order of its claims', async () => {
    const { payload } = await issued()
    const digests = isJsonArray(payload._sd) ? payload._sd.map(String) : []
    expect(digests).toHaveLength(3)
    expect(digests).toEqual(digests.toSorted())
  })

  it('salts each claim freshly with 128 bits', async () => {
    const { disclosures } = await issued()
    const salts = disclosures.map(
      (text) => JSON.parse(decodeUtf8(decodeBase64url(text) ?? new Uint8Array()) ?? '')[0],
    )
    expect(new Set(salts).size).toBe(disclosures.length)
    for (const salt of salts) expect(decodeBase64url(salt)).toHaveLength(16)
  })

  it('has decoys that nothing tells from digests', async () => {
    const { payload, disclosures } = await issued({ decoys: 5, selectivelyDisclosable: [['given_name']] })
    expect(payload._sd).toHaveLength(6)
    expect(disclosures).toHaveLength(1)
  })

  it('has no digests and no hash algorithm where nothing can be withheld', async () => {
    const { payload, compact } = await issued({ selectivelyDisclosable: [] })
    expect(payload).not.toHaveProperty('_sd')
    expect(payload).not.toHaveProperty('_sd_alg')
    expect(compact.split('~')).toHaveLength(2)
  })

  it('carries the bare holder key, without the labels of the wallet', async () => {
    const { payload } = await issued({ holderKey: { ...holder.publicJwk, kid: 'mine', use: 'sig' } })
    expect(payload.cnf).toEqual({ jwk: holder.publicJwk })
  })

  it('opens to the claims that went in', async () => {
    const { compact } = await issued()
    const held = await openSdJwtVc(compact, nodeEngine)
    expect(held).toMatchObject({ ok: true, value: { claims: CLAIMS, issuedAt: 1_779_999_900 } })
  })

  it('takes no element of an empty array for a mistake', async () => {
    const claims = { nationalities: [] }
    const { payload } = await issued({ claims, selectivelyDisclosable: [['nationalities', null]] })
    expect(payload.nationalities).toEqual([])
  })

  const deep = JSON.parse(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`)
  const many = Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`c${index}`, index]))

  it.each<[string, Partial<IssueInput>, string]>([
    ['a blank type', { type: ' ' }, 'vct_missing'],
    ['a blank issuer', { issuer: '' }, 'iss_malformed'],
    ['a fraction of a second', { issuedAt: 1.5 }, 'time_malformed'],
    ['an end before the beginning', { expiresAt: 5 }, 'validity_empty'],
    ['too many decoys', { decoys: 1000 }, 'decoys_malformed'],
    ['a negative number of decoys', { decoys: -1 }, 'decoys_malformed'],
    ['_sd as a claim', { claims: { a: [{ _sd: [] }] } }, 'claim_reserved'],
    ['... as a claim', { claims: { a: { '...': 'x' } } }, 'claim_reserved'],
    ['_sd_alg as a claim', { claims: { _sd_alg: 'sha-256' } }, 'claim_reserved'],
    ['__proto__ as a claim', { claims: JSON.parse('{"__proto__":1}') }, 'claim_reserved'],
    [
      'a status that has no form here',
      {
        statuses: [
          {
            mechanism: 'bitstring_status_list',
            uri: 'https://a.example/1',
            index: 1,
            purpose: 'revocation',
            size: 1,
          },
        ],
      },
      'status_mechanism_unsupported',
    ],
    [
      'two statuses',
      {
        statuses: [1, 2].map(
          (index) => ({ mechanism: 'token_status_list', uri: 'https://a.example/1', index }) as const,
        ),
      },
      'status_mechanism_unsupported',
    ],
    [
      'a status without an index',
      { statuses: [{ mechanism: 'token_status_list', uri: 'https://a.example/1', index: -1 }] },
      'status_malformed',
    ],
    ['a number that JSON cannot write', { claims: { a: Number.NaN } }, 'claim_not_json'],
    ['endless nesting', { claims: deep }, 'nesting_too_deep'],
    ['an empty path', { selectivelyDisclosable: [[]] }, 'path_malformed'],
    ['a path from an array', { selectivelyDisclosable: [[null]] }, 'path_malformed'],
    ['a path to nowhere', { selectivelyDisclosable: [['given_nam']] }, 'path_not_found'],
    ['an index beyond the end', { selectivelyDisclosable: [['nationalities', 3]] }, 'path_not_found'],
    ['an inherited member', { selectivelyDisclosable: [['toString']] }, 'path_not_found'],
    [
      'too much to withhold',
      { claims: many, selectivelyDisclosable: Object.keys(many).map((name) => [name]) },
      'too_many_disclosures',
    ],
    [
      'too many claims',
      { claims: { text: 'x'.repeat(RECEIVED.credential * 0.75) }, selectivelyDisclosable: [] },
      'credential_too_large',
    ],
    [
      'a further type that is the type',
      { claims: { aka_vcts: [VCT] }, selectivelyDisclosable: [] },
      'aka_vcts_malformed',
    ],
    [
      'an integrity that is no text',
      { claims: { 'vct#integrity': 1 }, selectivelyDisclosable: [] },
      'integrity_malformed',
    ],
    ['no further types', { claims: { aka_vcts: [] }, selectivelyDisclosable: [] }, 'aka_vcts_malformed'],
  ])('is refused for %s', async (_what, changes, code) => {
    expect(await issueSdJwtVc(issueInput(changes), nodeEngine)).toMatchObject({ ok: false, error: { code } })
  })

  it.each(['iss', 'iat', 'nbf', 'exp', 'cnf', 'vct', 'status'])(
    'is refused for %s given as a claim',
    async (name) => {
      const claims: JsonObject = { [name]: 1 }
      expect(await issueSdJwtVc(issueInput({ claims, selectivelyDisclosable: [] }), nodeEngine)).toEqual({
        ok: false,
        error: { code: 'claim_reserved', detail: name },
      })
    },
  )

  it.each(['iss', 'nbf', 'exp', 'cnf', 'vct', 'vct#integrity', 'aka_vcts', 'status'])(
    'is refused where %s could be withheld, whole or in part',
    async (name) => {
      for (const path of [[name], [name, 'jwk']]) {
        const result = await issueSdJwtVc(issueInput({ selectivelyDisclosable: [path] }), nodeEngine)
        expect(result).toEqual({ ok: false, error: { code: 'claim_not_disclosable', detail: name } })
      }
    },
  )
})

describe('a disclosure', () => {
  // RFC 9901 §5.1.
  it.each([
    [
      'WyIyR0xDNDJzS1F2ZUNmR2ZyeU5STjl3IiwgImdpdmVuX25hbWUiLCAiSm9obiJd',
      'given_name',
      'John',
      'jsu9yVulwQQlhFlM_3JlzMaSFzglhQG0DpfayQwLUK4',
    ],
    [
      'WyI2SWo3dE0tYTVpVlBHYm9TNXRtdlZBIiwgImVtYWlsIiwgImpvaG5kb2VAZXhhbXBsZS5jb20iXQ',
      'email',
      'johndoe@example.com',
      'JzYjH4svliH0R3PyEMfeZu6Jt69u5qehZo7F7EPYlSE',
    ],
  ])('of the RFC reads and hashes as published: %s', async (text, name, value, digest) => {
    expect(parseDisclosure(text, EXACT)).toEqual({ ok: true, value: { name, value } })
    expect(await nodeEngine.digestBase64url('sha-256', text)).toBe(digest)
  })
})
