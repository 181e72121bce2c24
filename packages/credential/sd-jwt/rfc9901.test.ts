import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { ok } from '@countersign/core/result'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { SIGNATURE_ALGORITHMS, verifyJws } from '@countersign/crypto/jose/jws'
import { parsePublicJwk } from '@countersign/crypto/jwk'
import { lateEngine, nodeEngine } from '@countersign/testing/engines/node-engine'
import { describe, expect, it } from 'vitest'
import { EXACT } from '../contract/showable-claims.ts'
import { verifySdJwtVc } from '../sd-jwt-vc/verify.ts'
import { findBindingFault } from './key-binding.ts'
import { readSdJwt, type SdJwt } from './read.ts'
import { RFC_EXAMPLES, RFC_ISSUER_KEY, type RfcExample } from './rfc9901.testing.ts'
import { selectDisclosures } from './select.ts'

async function read(text: string, crypto: CryptoEngine = nodeEngine): Promise<SdJwt> {
  const result = await readSdJwt(text, () => false, crypto, EXACT)
  if (!result.ok) throw new Error(`${result.error.code} ${result.error.detail}`)
  return result.value
}

async function bindingFaultOf(sdJwt: SdJwt, { keyBinding }: RfcExample, changes: object = {}) {
  const cnf = isJsonObject(sdJwt.claims.cnf) ? sdJwt.claims.cnf : {}
  const key = parsePublicJwk(cnf.jwk)
  if (sdJwt.keyBinding === undefined || keyBinding === undefined || !key.ok) throw new Error('not bound')
  const window = { now: keyBinding.issuedAt + 60, skewSeconds: 10, bindingWindowSeconds: 300 }
  const { audience, nonce } = keyBinding
  const expected = { audience, nonce, ...changes }
  return findBindingFault(sdJwt, sdJwt.keyBinding, key.value, expected, window, nodeEngine)
}

const bound = RFC_EXAMPLES.filter(({ keyBinding }) => keyBinding !== undefined)
const issued = RFC_EXAMPLES.filter(({ name }) => name.endsWith('as issued'))

describe('RFC 9901, every serialised example', () => {
  it.each(RFC_EXAMPLES)('$name: is signed by the published key', async ({ text }) => {
    const { jws } = await read(text)
    expect(await verifyJws(jws, RFC_ISSUER_KEY, SIGNATURE_ALGORITHMS, nodeEngine)).toEqual(ok('ES256'))
  })

  it.each(RFC_EXAMPLES)('$name: says what is published, on both engines', async ({ text, claims, name }) => {
    for (const crypto of [nodeEngine, lateEngine]) {
      const read1 = await read(text, crypto)
      if (name.endsWith('as issued')) expect(read1.claims).toMatchObject(claims)
      else expect(read1.claims).toEqual(claims)
      expect(JSON.stringify(read1.claims)).not.toMatch(/"_sd|"\.\.\."/)
    }
  })

  it.each(RFC_EXAMPLES)('$name: loses no disclosure, none may be left over', async ({ text }) => {
    const { disclosures, placements } = await read(text)
    expect(placements).toHaveLength(disclosures.length)
    expect(new Set(placements.map(({ index }) => index)).size).toBe(disclosures.length)
  })
})

describe('RFC 9901, every example with a key binding', () => {
  it.each(bound)('$name: binds to its request', async (example) => {
    expect(await bindingFaultOf(await read(example.text), example)).toBeUndefined()
  })

  it.each(bound)('$name: binds to no other request and no other disclosures', async (example) => {
    const sdJwt = await read(example.text)
    expect(await bindingFaultOf(sdJwt, example, { nonce: '1234567891' })).toBe('nonce_wrong')
    expect(await bindingFaultOf(sdJwt, example, { audience: 'https://verifier.example.com' })).toBe(
      'aud_wrong',
    )
    const [first = ''] = sdJwt.disclosures
    const fewer = await read(example.text.replace(`~${first}~`, '~')).catch(() => undefined)
    if (fewer !== undefined) expect(await bindingFaultOf(fewer, example)).toBe('sd_hash_wrong')
  })
})

describe('RFC 9901, every example as issued', () => {
  it.each(issued)('$name: a holder can show each single claim alone', async ({ text }) => {
    const sdJwt = await read(text)
    for (const { path } of sdJwt.placements) {
      const shown = selectDisclosures(sdJwt, sdJwt.claims, [path])
      if (!shown.ok) throw new Error(shown.error.code)
      const { claims } = await read(shown.value)
      expect(countLeaves(claims)).toBeLessThanOrEqual(countLeaves(sdJwt.claims))
    }
  })
})

describe('appendix A.3', () => {
  it('passes as an SD-JWT VC at its time, and its bound form for its request', async () => {
    const example = RFC_EXAMPLES.find(({ name }) => name.includes('A.3') && name.endsWith('binding'))
    if (example?.keyBinding === undefined) throw new Error('no example')
    const { audience, nonce, issuedAt } = example.keyBinding
    const { checks, presentation } = await verifySdJwtVc(
      {
        presentation: example.text,
        binding: { audience, nonce },
        now: issuedAt + 60,
        skewSeconds: 10,
        bindingWindowSeconds: 300,
        trust: () => ok({ key: RFC_ISSUER_KEY, anchor: 'RFC 9901' }),
      },
      nodeEngine,
    )
    expect(checks.map(({ outcome }) => outcome)).toEqual(Array(5).fill('passed'))
    expect(presentation).toMatchObject({ type: 'urn:eudi:pid:de:1', claims: example.claims })
  })
})

function countLeaves(value: JsonValue | JsonObject): number {
  if (isJsonArray(value)) return value.reduce<number>((sum, inner) => sum + countLeaves(inner), 0)
  return isJsonObject(value)
    ? Object.values(value).reduce<number>((sum, inner) => sum + countLeaves(inner), 0)
    : 1
}
