import type { JsonObject, JsonValue } from '@countersign/core/json'
import { signJws } from '@countersign/crypto/jose/jws'
import { nodeEngine } from '@countersign/testing/engines/node-engine'
import { digestOf, disclosureOf, issuer } from '@countersign/testing/forging/credential-fixtures'
import { costsAtMost } from '@countersign/testing/time/costs-at-most'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EXACT } from '../contract/showable-claims.ts'
import { parseDisclosure } from './disclosure.ts'
import { readSdJwt } from './read.ts'
import type { AlwaysShown } from './reserved-names.ts'

const never: AlwaysShown = () => false

async function read(payload: JsonObject, disclosures: readonly string[] = [], isAlwaysShown = never) {
  const jwt = await signJws({ typ: 'example+sd-jwt' }, payload, issuer)
  return readSdJwt(`${[jwt, ...disclosures].join('~')}~`, isAlwaysShown, nodeEngine, EXACT)
}

async function hidden(...parts: readonly JsonValue[]): Promise<readonly [text: string, digest: string]> {
  const text = disclosureOf(parts)
  return [text, await digestOf(text)]
}

describe('disclosures within disclosures', () => {
  it('are put back to the innermost, in objects, arrays and arrays of arrays', async () => {
    const [city, cityDigest] = await hidden('s1', 'city', 'Köln')
    const [inner, innerDigest] = await hidden('s2', [{ '...': await digestOf('decoy') }, 'DE'])
    const [list, listDigest] = await hidden('s3', 'list', [[{ '...': innerDigest }], { _sd: [cityDigest] }])
    const result = await read({ outer: { _sd: [listDigest, await digestOf('other')] } }, [city, inner, list])
    expect(result).toMatchObject({
      ok: true,
      value: { claims: { outer: { list: [[['DE']], { city: 'Köln' }] } } },
    })
  })

  it('whose parent is missing have nothing that stands for them', async () => {
    const [city, digest] = await hidden('s1', 'city', 'Köln')
    const [, parentDigest] = await hidden('s2', 'address', { _sd: [digest] })
    expect(await read({ _sd: [parentDigest] }, [city])).toMatchObject({
      error: { code: 'disclosure_unreferenced' },
    })
  })

  it('leave empty objects and arrays behind where nothing is shown', async () => {
    const result = await read({ a: { _sd: [await digestOf('x')] }, b: [{ '...': await digestOf('y') }] })
    expect(result).toMatchObject({ ok: true, value: { claims: { a: {}, b: [] } } })
  })

  it('cannot refer to themselves: a digest is there once', async () => {
    const digest = await digestOf('x')
    expect(await read({ a: [{ '...': digest }], b: { c: { _sd: [digest] } } })).toMatchObject({
      error: { code: 'digest_repeated' },
    })
  })

  it('keep out of what the format wants to see, however deep', async () => {
    const [text, digest] = await hidden('s', 'x', 1)
    const isAlwaysShown = (name: string) => name === 'fixed'
    for (const payload of [
      { fixed: { _sd: [digest] } },
      { fixed: [[{ a: { _sd: [digest] } }]] },
      { fixed: [{ '...': digest }] },
    ]) {
      expect(await read(payload, [text], isAlwaysShown)).toMatchObject({
        error: { code: 'claim_not_disclosable' },
      })
    }
    // The same name further down is somebody else's claim.
    expect(await read({ a: { fixed: { _sd: [digest] } } }, [text], isAlwaysShown)).toMatchObject({ ok: true })
  })
})

describe('any text', () => {
  const piece = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.base64String({ maxLength: 40 }),
    fc.json({ maxDepth: 3 }).map((json) => disclosureOf(json)),
    fc.constantFrom('~', '.', '..', '', 'eyJhbGciOiJFUzI1NiJ9', 'e30'),
  )

  it('is an SD-JWT or refused, and never throws', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), fc.constantFrom('~', '.'), async (parts, glue) => {
        const result = await readSdJwt(parts.join(glue), never, nodeEngine, EXACT)
        expect(typeof result.ok).toBe('boolean')
      }),
      { numRuns: 300 },
    )
  })

  it('is a disclosure or refused, and never throws', () => {
    fc.assert(
      fc.property(piece, (text) => {
        expect(typeof parseDisclosure(text, EXACT).ok).toBe('boolean')
      }),
      { numRuns: 300 },
    )
  })

  it('of a megabyte is refused at once', async () => {
    for (const text of ['~'.repeat(1_000_000), 'a'.repeat(1_000_000), `${'a.'.repeat(500_000)}~`]) {
      await costsAtMost(50, async () =>
        expect((await readSdJwt(text, never, nodeEngine, EXACT)).ok).toBe(false),
      )
    }
  })

  it('of greatest length and nothing but digests is read quickly', async () => {
    const payload = { a: Array.from({ length: 2500 }, (_, index) => ({ '...': `d${index}` })) }
    await costsAtMost(50, async () => {
      expect(await read(payload)).toMatchObject({ ok: true, value: { claims: { a: [] } } })
    })
  })
})

describe('any payload with any disclosures', () => {
  const name = fc.constantFrom('a', 'b', '_sd', '...', '_sd_alg', 'constructor', '__proto__')
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom('x', 'sha-256', 1, null),
      fc.dictionary(name, tie('value'), { maxKeys: 3 }),
      fc.array(tie('value'), { maxLength: 3 }),
    ),
  }))

  it('is unpacked without a trace of SD-JWT, or refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(name, value, { maxKeys: 4 }),
        fc.array(value, { maxLength: 3 }),
        async (payload, sent) => {
          const disclosures = sent.map((inner, index) => disclosureOf([`s${index}`, inner]))
          const digests = await Promise.all(disclosures.map(digestOf))
          const claims = { ...payload, list: digests.map((digest) => ({ '...': digest })) }
          const result = await read(JSON.parse(JSON.stringify(claims)), disclosures)
          if (result.ok) expect(JSON.stringify(result.value.claims)).not.toMatch(/"(?:_sd|\.\.\.|_sd_alg)":/)
        },
      ),
      { numRuns: 200 },
    )
  })
})
