import { decodeJws } from '@countersign/crypto/jose/jws'
import { parsePublicJwk } from '@countersign/crypto/jwk'
import { costsAtMost } from '@countersign/testing/time/costs-at-most'
import { describe, expect, it } from 'vitest'
import { keyOfDidUrl, resolveDid } from './did.ts'
import { readMultibaseKey } from './did-key.ts'
import { didWebUrl } from './did-web.ts'
import { parseDidDocument } from './parse-did-document.ts'

const DID = 'did:web:example.com'
const PIECES = [
  'a',
  'z',
  '1',
  ':',
  '.',
  '%2e',
  '{"a":',
  '[',
  '\u00e9',
  '"did:web:example.com#"',
  '#',
  '_',
  '-',
]

describe('a megabyte from a stranger', () => {
  it.each(PIECES)('of %s is answered in no time', async (piece) => {
    const text = piece.repeat(Math.ceil(2 ** 20 / piece.length))
    for (const run of [
      () => resolveDid(text),
      () => resolveDid(`did:jwk:${text}`),
      () => resolveDid(`did:key:z${text}`),
      () => keyOfDidUrl(`did:key:z6Mk#${text}`, 'authentication'),
      () => readMultibaseKey(`z${text}`),
      () => didWebUrl(`did:web:${text}`),
      () => parseDidDocument(text, DID, 0),
      () => parsePublicJwk({ kty: 'EC', crv: 'P-256', x: text, y: text }),
      () => parsePublicJwk({ kty: 'RSA', n: text, e: text }),
      () => parsePublicJwk({ kty: text, crv: text, kid: text }),
      () => decodeJws(`${text}.${text}.${text}`),
    ]) {
      await costsAtMost(50, () => expect(run()).toMatchObject({ ok: false }))
    }
  })
})
