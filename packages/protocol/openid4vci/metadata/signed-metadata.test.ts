import { decodeJws, verifyJws } from '@countersign/crypto/jose/jws'
import { describe, expect, it } from 'vitest'
import { testEngine, testSigner } from '../../oauth/proof-keys.testing.ts'
import { signIssuerMetadata } from './signed-metadata.ts'

const ISSUER = 'https://issuer.example'
const metadata = { credential_issuer: ISSUER, display: [{ name: 'Town' }] }

describe('signed metadata', () => {
  it.each<[string, readonly string[] | undefined, object]>([
    ['its chain', ['AAAA', 'BBBB'], { x5c: ['AAAA', 'BBBB'] }],
    ['the name of its key, where it has no chain', undefined, { kid: testSigner().keyId }],
  ])('say what the document says, who says it and when, with %s', async (_name, x5c, reference) => {
    const signer = { ...testSigner(), x5c }
    const jwt = await signIssuerMetadata(metadata, { issuer: ISSUER, now: 1000, signer })
    const decoded = decodeJws(jwt)
    if (!decoded.ok) throw new Error(decoded.error.code)
    expect(decoded.value.header).toEqual({
      typ: 'openidvci-issuer-metadata+jwt',
      alg: 'ES256',
      ...('kid' in reference ? { kid: signer.keyId } : reference),
    })
    expect(decoded.value.payload).toEqual({ ...metadata, iss: ISSUER, sub: ISSUER, iat: 1000 })
    expect(await verifyJws(decoded.value, signer.publicJwk, ['ES256'], testEngine)).toMatchObject({
      ok: true,
    })
  })
})
