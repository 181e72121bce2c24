import { SIGNATURE_ALGORITHMS } from '@countersign/crypto/jose/jws'
import { makeKeyAgreement, makeSigner } from '@countersign/testing/engines/node-engine'
import { describe, expect, it } from 'vitest'
import { cryptoContract } from './engine.contract.ts'
import {
  generateWebKeyAgreement,
  generateWebKeyPair,
  UNKNOWN_TO_WEB_CRYPTO,
  webCrypto,
  webSigner,
} from './web.ts'

const algorithms = SIGNATURE_ALGORITHMS.filter((algorithm) => !UNKNOWN_TO_WEB_CRYPTO.includes(algorithm))
const made = new Map<string, ReturnType<typeof generateWebKeyPair>>()

cryptoContract({
  engine: webCrypto,
  algorithms,
  makeSigner: async (algorithm) => {
    const isRsa = /^[RP]S/.test(algorithm)
    const pair = (isRsa && made.get(algorithm)) || generateWebKeyPair(algorithm)
    made.set(algorithm, pair)
    return webSigner(algorithm, await pair)
  },
})

describe('a key of WebCrypto', () => {
  it('never shows its private part', async () => {
    const pair = await generateWebKeyPair('ES256')
    await expect(crypto.subtle.exportKey('jwk', pair.privateKey)).rejects.toThrow(/extractable/)
    const signer = await webSigner('ES256', pair)
    expect(Object.keys(signer.publicJwk).toSorted()).toEqual(['crv', 'kty', 'x', 'y'])
  })

  it('is named by its thumbprint unless it was given a name', async () => {
    const pair = await generateWebKeyPair('EdDSA')
    const { keyId, publicJwk } = await webSigner('EdDSA', pair)
    const members = { crv: 'Ed25519', kty: 'OKP', x: publicJwk.kty === 'OKP' ? publicJwk.x : '' }
    expect(keyId).toBe(await webCrypto.digestBase64url('sha-256', JSON.stringify(members)))
    expect((await webSigner('EdDSA', pair, { keyId: 'mine' })).keyId).toBe('mine')
  })

  it('is not made for what browsers do not know', async () => {
    for (const algorithm of UNKNOWN_TO_WEB_CRYPTO) {
      await expect(generateWebKeyPair(algorithm)).rejects.toThrow(TypeError)
    }
  })

  it('signs what the other engine of this platform verifies, and the other way round', async () => {
    const signer = makeSigner('P-384')
    expect(await webCrypto.verify('ES384', signer.publicJwk, 'data', await signer.sign('data'))).toBe(true)
  })
})

describe('WebCrypto', () => {
  // Every curve that certificates are read on is known everywhere, and no other one is (docs/decisions/028).
  it.each([
    ['P-256', true],
    ['P-384', true],
    ['P-521', true],
    ['secp256k1', false],
    ['brainpoolP256r1', false],
    ['brainpoolP384r1', false],
    ['brainpoolP512r1', false],
  ] as const)('knows %s: %s', async (namedCurve, known) => {
    const made = crypto.subtle.generateKey({ name: 'ECDSA', namedCurve }, false, ['sign', 'verify'])
    expect(
      await made.then(
        () => true,
        () => false,
      ),
    ).toBe(known)
  })
})

describe('key agreement', () => {
  it('gives both sides one secret', async () => {
    const ours = await generateWebKeyAgreement()
    const theirs = makeKeyAgreement()
    const secret = await ours.agree(theirs.publicJwk)
    expect(secret).toHaveLength(32)
    expect(secret).toEqual(new Uint8Array((await theirs.agree(ours.publicJwk)) ?? []))
  })

  it('answers nothing for a peer off the curve or on another', async () => {
    const { agree, publicJwk } = await generateWebKeyAgreement()
    if (publicJwk.kty !== 'EC') throw new Error('expected an EC key')
    for (const peer of [
      { ...publicJwk, y: publicJwk.x },
      { ...publicJwk, x: 'A'.repeat(43), y: 'A'.repeat(43) },
      { ...publicJwk, crv: 'P-384' as const },
      makeSigner('P-384').publicJwk,
      makeSigner('Ed25519').publicJwk,
      makeSigner('RS256').publicJwk,
    ]) {
      expect(await agree(peer)).toBeUndefined()
    }
  })
})
