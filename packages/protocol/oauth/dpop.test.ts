import { decodeJws, signJws } from '@countersign/crypto/jose/jws'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDpopProof, type DpopCheckInput, normalisedTarget, verifyDpopProof } from './dpop.ts'
import { testEngine, testSigner, unsignedJws } from './proof-keys.testing.ts'

const NOW = 1_700_000_000
const URL_OF_TOKEN = 'https://issuer.example/token'
const signer = testSigner()
const jwk = { ...signer.publicJwk }
const goodClaims = { jti: 'jti-0123456789abcdef', htm: 'POST', htu: URL_OF_TOKEN, iat: NOW }
const goodHeader = { typ: 'dpop+jwt', jwk }

function check(proof: string, change: Partial<DpopCheckInput> = {}) {
  const window = { now: NOW, maxAgeSeconds: 300, skewSeconds: 30 }
  return verifyDpopProof({ proof, method: 'POST', url: URL_OF_TOKEN, ...window, ...change }, testEngine)
}

async function codeOf(proof: string, change: Partial<DpopCheckInput> = {}): Promise<string> {
  const result = await check(proof, change)
  return result.ok ? 'accepted' : result.error.code
}

describe('the example proofs of RFC 9449', () => {
  const header =
    'eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJo' +
    'RjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19'
  const thumbprint = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I'

  it('the token request of §4.1 is accepted, with the thumbprint of §6.1', async () => {
    const proof = `${header}.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg`
    const result = await check(proof, { url: 'https://server.example.com/token', now: 1562262616 })
    expect(result).toMatchObject({ ok: true, value: { thumbprint, jti: '-BwC3ESc6acc2lTc' } })
  })

  it('the resource request of §7.1 is accepted with its access token alone', async () => {
    const proof = `${header}.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA`
    const request = { method: 'GET', url: 'https://resource.example.org/protectedresource', now: 1562262618 }
    const accessToken = 'Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU'
    expect(await check(proof, { ...request, accessToken })).toMatchObject({ ok: true, value: { thumbprint } })
    expect(await codeOf(proof, { ...request, accessToken: 'another' })).toBe('dpop_wrong_access_token')
  })
})

it.each(['dpop+jwt', 'DPoP+JWT', 'application/dpop+jwt', 'Application/DPOP+jwt'])(
  'a DPoP proof may write its typ as %s (RFC 7515 §4.1.9)',
  async (typ) => {
    expect(await codeOf(await signJws({ ...goodHeader, typ }, goodClaims, signer))).toBe('accepted')
  },
)

describe('a DPoP proof made here', () => {
  it.each(['ES256', 'ES384', 'ES512', 'EdDSA'] as const)('is accepted with %s', async (algorithm) => {
    const input = { signer: testSigner(algorithm), method: 'POST', url: URL_OF_TOKEN, now: NOW, jti: 'j' }
    const proof = await createDpopProof({ ...input, nonce: 'n', accessToken: 't' }, testEngine)
    const result = await check(proof, { accessToken: 't' })
    expect(result).toMatchObject({ ok: true, value: { jti: 'j', nonce: 'n' } })
  })

  it('shows the bare public key and the target without query and fragment', async () => {
    const named = { ...signer, publicJwk: { ...signer.publicJwk, kid: 'k', use: 'sig' } }
    const url = `${URL_OF_TOKEN}?a=1#b`
    const proof = await createDpopProof(
      { signer: named, method: 'POST', url, now: NOW, jti: 'j' },
      testEngine,
    )
    const decoded = decodeJws(proof)
    expect(decoded).toMatchObject({ ok: true, value: { payload: { htu: URL_OF_TOKEN } } })
    expect(decoded.ok && decoded.value.header['jwk']).toEqual(jwk)
  })

  it('needs an absolute URL', async () => {
    const input = { signer, method: 'POST', url: '/token', now: NOW, jti: 'j' }
    await expect(createDpopProof(input, testEngine)).rejects.toThrow('absolute')
  })
})

describe('a DPoP proof is refused', () => {
  it.each<[string, object, object, string]>([
    ['with another typ', { typ: 'JWT' }, {}, 'dpop_wrong_typ'],
    ['without typ', { typ: undefined }, {}, 'dpop_wrong_typ'],
    ['without a key', { jwk: undefined }, {}, 'dpop_key_unacceptable'],
    ['with a private key', { jwk: { ...jwk, d: 'AA' } }, {}, 'dpop_key_unacceptable'],
    ['with a symmetric key', { jwk: { kty: 'oct', k: 'AAAA' } }, {}, 'dpop_key_unacceptable'],
    ['with the key of somebody else', { jwk: testSigner().publicJwk }, {}, 'dpop_signature_invalid'],
    ['with a critical extension', { crit: ['x'], x: 1 }, {}, 'dpop_malformed'],
    ['without jti', {}, { jti: undefined }, 'dpop_jti_missing'],
    ['with an empty jti', {}, { jti: '' }, 'dpop_jti_missing'],
    ['with a jti of 257 characters', {}, { jti: 'j'.repeat(257) }, 'dpop_jti_missing'],
    ['with a jti that is a number', {}, { jti: 7 }, 'dpop_jti_missing'],
    ['for another method', {}, { htm: 'GET' }, 'dpop_wrong_method'],
    ['for the method in other case', {}, { htm: 'post' }, 'dpop_wrong_method'],
    ['for another path', {}, { htu: 'https://issuer.example/credential' }, 'dpop_wrong_url'],
    ['for another host', {}, { htu: 'https://issuer.example.org/token' }, 'dpop_wrong_url'],
    ['for another port', {}, { htu: 'https://issuer.example:8443/token' }, 'dpop_wrong_url'],
    ['for plain http', {}, { htu: 'http://issuer.example/token' }, 'dpop_wrong_url'],
    ['for a path in other case', {}, { htu: 'https://issuer.example/Token' }, 'dpop_wrong_url'],
    ['for a URL with credentials', {}, { htu: 'https://u:p@issuer.example/token' }, 'dpop_wrong_url'],
    ['for a relative URL', {}, { htu: '/token' }, 'dpop_wrong_url'],
    ['without htu', {}, { htu: undefined }, 'dpop_wrong_url'],
    ['without iat', {}, { iat: undefined }, 'dpop_outside_window'],
    ['with iat as text', {}, { iat: String(NOW) }, 'dpop_outside_window'],
    ['when it is 301 seconds old', {}, { iat: NOW - 301 }, 'dpop_outside_window'],
    ['when it is 31 seconds ahead', {}, { iat: NOW + 31 }, 'dpop_outside_window'],
    ['with a nonce that is no text', {}, { nonce: 5 }, 'dpop_nonce_malformed'],
  ])('%s', async (_name, header, claims, code) => {
    const proof = await signJws({ ...goodHeader, ...header }, { ...goodClaims, ...claims }, signer)
    expect(await codeOf(proof)).toBe(code)
  })

  it.each(['none', 'HS256', 'RS256', 'ES384'])('with alg %s in the header', async (alg) => {
    expect(await codeOf(unsignedJws({ ...goodHeader, alg }, goodClaims))).toBe('dpop_signature_invalid')
  })

  it('with a changed payload', async () => {
    const [header, , signature] = (await signJws(goodHeader, goodClaims, signer)).split('.')
    const [, payload] = unsignedJws({}, { ...goodClaims, jti: 'other' }).split('.')
    expect(await codeOf(`${header}.${payload}.${signature}`)).toBe('dpop_signature_invalid')
  })

  it('when two header fields were joined, or it is longer than 8 kB', async () => {
    const proof = await signJws(goodHeader, goodClaims, signer)
    expect(await codeOf(`${proof}, ${proof}`)).toBe('dpop_malformed')
    const long = await signJws({ ...goodHeader, padding: 'x'.repeat(8192) }, goodClaims, signer)
    expect(await codeOf(long)).toBe('dpop_malformed')
  })

  it('without ath, or with the ath of another token, when a token is presented', async () => {
    const proof = await signJws(goodHeader, goodClaims, signer)
    expect(await codeOf(proof, { accessToken: 't' })).toBe('dpop_wrong_access_token')
    const other = await signJws(goodHeader, { ...goodClaims, ath: 'AAAA' }, signer)
    expect(await codeOf(other, { accessToken: 't' })).toBe('dpop_wrong_access_token')
  })
})

describe('a DPoP proof is tolerated', () => {
  it.each<[string, object]>([
    ['at the old end of the window', { iat: NOW - 300 }],
    ['at the new end of the window', { iat: NOW + 30 }],
    ['with a fraction of a second', { iat: NOW + 0.5 }],
    ['with an upper-case host and the default port', { htu: 'HTTPS://Issuer.Example:443/token' }],
    ['with query and fragment', { htu: `${URL_OF_TOKEN}?a=b#c` }],
    ['with unknown claims', { aud: 'x', exp: 1 }],
  ])('%s', async (_name, claims) => {
    expect(await codeOf(await signJws(goodHeader, { ...goodClaims, ...claims }, signer))).toBe('accepted')
  })
})

describe('the replay key', () => {
  async function replayKey(by: typeof signer, claims: object): Promise<string> {
    const header = { typ: 'dpop+jwt', jwk: { ...by.publicJwk } }
    const result = await check(await signJws(header, { ...goodClaims, ...claims }, by))
    if (!result.ok) throw new Error(result.error.code)
    return result.value.replayKey
  }

  it('is the same for one key and jti, however the rest differs', async () => {
    expect(await replayKey(signer, {})).toBe(await replayKey(signer, { iat: NOW - 1, extra: 1 }))
  })

  it('differs by key and by jti, so that nobody uses up the jti of others', async () => {
    const keys = [
      await replayKey(signer, {}),
      await replayKey(testSigner(), {}),
      await replayKey(signer, { jti: 'x' }),
    ]
    expect(new Set(keys).size).toBe(3)
    expect(keys.every((key) => /^[\w-]{43}$/.test(key))).toBe(true)
  })

  it('is remembered for as long as the proof could be accepted', async () => {
    const result = await check(await signJws(goodHeader, goodClaims, signer))
    expect(result).toMatchObject({ ok: true, value: { replayTtlSeconds: 331 } })
  })
})

describe('the target of a request', () => {
  it.each([
    ['https://a.example', 'https://a.example/'],
    ['https://a.example:443/x', 'https://a.example/x'],
    ['http://a.example:80/x', 'http://a.example/x'],
    ['https://a.example/%7euser/%c3%a4', 'https://a.example/~user/%C3%A4'],
    ['https://a.example/a/../b', 'https://a.example/b'],
    ['https://a.example/a%2fb', 'https://a.example/a%2Fb'],
  ])('%s is %s', (text, expected) => {
    expect(normalisedTarget(text)).toBe(expected)
  })

  it.each(['', 'token', 'ftp://a.example/', 'javascript:1', 'https://', 'https://u@a.example/'])(
    '%s is none',
    (text) => {
      expect(normalisedTarget(text)).toBeUndefined()
    },
  )
})

it('any text is answered with a value or a refusal', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.object(), fc.object(), async (text, header, claims) => {
      expect(await codeOf(text)).not.toBe('accepted')
      expect(await codeOf(unsignedJws({ ...header, ...goodHeader, alg: 'ES256' }, claims))).not.toBe(
        'accepted',
      )
    }),
  )
})
