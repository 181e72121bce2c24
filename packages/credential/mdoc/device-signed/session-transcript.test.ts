import { encodeUtf8 } from '@countersign/core/base64url'
import { encodeCbor } from '@countersign/crypto/cbor/encode'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { parsePublicJwk } from '@countersign/crypto/jwk'
import { jwkThumbprint } from '@countersign/crypto/jwk-thumbprint'
import { nodeEngine } from '@countersign/testing/engines/node-engine'
import { fromHex, toHex } from '@countersign/testing/hex'
import { describe, expect, it } from 'vitest'
import type { RequestBinding } from '../../contract/format.ts'
import { sessionTranscriptOf } from './session-transcript.ts'

/** OpenID4VP 1.0 appendix B.2.6: the key that both examples are encrypted to. */
const ENCRYPTION_KEY = {
  kty: 'EC',
  crv: 'P-256',
  x: 'DxiH5Q4Yx3UrukE2lWCErq8N8bqC9CHLLrAwLz5BmE0',
  y: 'XtLM4-3h5o3HUH0MHVJV0kyq0iBlrBwlh8qEDMZ4-Pc',
  use: 'enc',
  alg: 'ECDH-ES',
  kid: '1',
}
const NONCE = 'exc7gBkxjx1rdc9udRrveKvSsJIq80avlXeLHhGwqtA'

const parsed = parsePublicJwk(ENCRYPTION_KEY)
if (!parsed.ok) throw new Error(parsed.error.code)
const encryptionKeyThumbprint = await jwkThumbprint(parsed.value, nodeEngine)

const REDIRECTS: RequestBinding = {
  audience: 'x509_san_dns:example.com',
  nonce: NONCE,
  responseUri: 'https://example.com/response',
  encryptionKeyThumbprint,
}
const DC_API: RequestBinding = {
  audience: 'origin:https://example.com',
  nonce: NONCE,
  encryptionKeyThumbprint,
}

/** The transcript, and what was hashed for it. */
async function made(binding: RequestBinding): Promise<{ transcript: string; info: string } | string> {
  const hashed: string[] = []
  const crypto: Pick<CryptoEngine, 'digest'> = {
    digest: (algorithm, data) => {
      hashed.push(typeof data === 'string' ? data : toHex(data))
      return nodeEngine.digest(algorithm, data)
    },
  }
  const result = await sessionTranscriptOf(binding, crypto)
  if (!result.ok) return result.error.code
  return {
    transcript: toHex(encodeCbor(result.value)),
    info: hashed.join(),
  }
}

describe('the examples of OpenID4VP 1.0', () => {
  it('are met for an answer by redirects (B.2.6.1)', async () => {
    expect(await made(REDIRECTS)).toEqual({
      info:
        '847818783530395f73616e5f646e733a6578616d706c652e636f6d782b6578633767426b786a7831726463397564527276' +
        '654b7653734a4971383061766c58654c4868477771744158204283ec927ae0f208daaa2d026a814f2b22dca52cf85ffa8f' +
        '3f8626c6bd669047781c68747470733a2f2f6578616d706c652e636f6d2f726573706f6e7365',
      transcript:
        '83f6f682714f70656e494434565048616e646f7665725820048bc053c00442af9b8eed494cefdd9d95240d254b046b11b6' +
        '8013722aad38ac',
    })
  })

  it('are met for an answer over the Digital Credentials API (B.2.6.2)', async () => {
    expect(await made(DC_API)).toEqual({
      info:
        '837368747470733a2f2f6578616d706c652e636f6d782b6578633767426b786a7831726463397564527276654b7653734a' +
        '4971383061766c58654c4868477771744158204283ec927ae0f208daaa2d026a814f2b22dca52cf85ffa8f3f8626c6bd66' +
        '9047',
      transcript:
        '83f6f682764f70656e4944345650444341504948616e646f7665725820fbece366f4212f9762c74cfdbf83b8c69e371d5d' +
        '68cea09cb4c48ca6daab761a',
    })
  })
})

/** ISO/IEC TS 18013-7 annex C: an array of the text as it was sent, and of the origin; its digest under `dcapi`. */
it('for a browser that is asked in org-iso-mdoc is of the encryption info and the origin', async () => {
  const asked = await made({ ...DC_API, encryptionInfo: 'gmVkY2FwaQ' })
  const info = `826a${toHex(encodeUtf8('gmVkY2FwaQ'))}73${toHex(encodeUtf8('https://example.com'))}`
  const hash = toHex(await nodeEngine.digest('sha-256', fromHex(info)))
  expect(asked).toEqual({ info, transcript: `83f6f682656463617069${'5820'}${hash}` })
  expect(await made({ audience: DC_API.audience, nonce: '', encryptionInfo: 'gmVkY2FwaQ' })).toEqual(asked)
  for (const change of [{ encryptionInfo: 'gmVkY2FwaA' }, { audience: 'origin:https://example.org' }])
    expect(await made({ ...DC_API, encryptionInfo: 'gmVkY2FwaQ', ...change })).not.toEqual(asked)
})

describe('a session transcript', () => {
  it('says null for an answer that is not encrypted', async () => {
    const { encryptionKeyThumbprint: _, ...unencrypted } = DC_API
    expect(await made(unencrypted)).toMatchObject({
      info: `83${'7368747470733a2f2f6578616d706c652e636f6d'}782b${toHex(encodeUtf8(NONCE))}f6`,
    })
  })

  it.each<[string, Partial<RequestBinding>]>([
    ['audience', { audience: 'x509_san_dns:example.org' }],
    ['nonce', { nonce: 'other' }],
    ['response URI', { responseUri: 'https://example.com/response2' }],
    ['encryption key', { encryptionKeyThumbprint: undefined }],
    ['invocation', { audience: 'origin:https://example.com' }],
  ])('is another for another %s', async (_, change) => {
    expect(await made({ ...REDIRECTS, ...change })).not.toEqual(await made(REDIRECTS))
  })

  it('does not depend on a response URI over the Digital Credentials API', async () => {
    expect(await made({ ...DC_API, responseUri: 'https://example.com/response' })).toEqual(await made(DC_API))
  })

  it('is not made without the response URI, or of a thumbprint that is none', async () => {
    expect(await made({ ...REDIRECTS, responseUri: undefined })).toBe('response_uri_missing')
    for (const thumbprint of ['', 'AAAA', `${encryptionKeyThumbprint}A`, `${encryptionKeyThumbprint}=`]) {
      expect(await made({ ...REDIRECTS, encryptionKeyThumbprint: thumbprint })).toBe(
        'encryption_key_thumbprint_malformed',
      )
    }
  })
})
