import type { JsonObject } from '@countersign/core/json'
import type { HeldCredential } from '@countersign/credential/contract/format'
import { mdoc } from '@countersign/credential/mdoc/format'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { vcJwt } from '@countersign/credential/w3c-vc/format'
import { describe, expect, it } from 'vitest'
import { sameContent } from './same-content.ts'

const formats = { sdJwtVc, mdoc, vcJwt }

function held(claims: JsonObject, more: Partial<HeldCredential> = {}): HeldCredential {
  return { format: 'dc+sd-jwt', type: 'urn:test', claims, statuses: [], authorityKeyIds: [], ...more }
}

describe('two credentials', () => {
  it.each<[string, keyof typeof formats, JsonObject, JsonObject]>([
    [
      'with another key, time and place in a list',
      'sdJwtVc',
      {
        vct: 'urn:test',
        a: 1,
        cnf: { jwk: { x: '1' } },
        iat: 1,
        exp: 5,
        status: { status_list: { idx: 1 } },
      },
      {
        vct: 'urn:test',
        a: 1,
        cnf: { jwk: { x: '2' } },
        iat: 2,
        exp: 6,
        status: { status_list: { idx: 2 } },
      },
    ],
    [
      'with members in another order',
      'sdJwtVc',
      { a: { b: 1, c: [1, 2] }, d: null },
      { d: null, a: { c: [1, 2], b: 1 } },
    ],
    [
      'whose subject is called by its key',
      'vcJwt',
      { id: 'urn:1', credentialSubject: { id: 'did:jwk:a', name: 'Ada' } },
      { id: 'urn:2', credentialSubject: { id: 'did:jwk:b', name: 'Ada' } },
    ],
    ['of the same elements', 'mdoc', { ns: { a: 1, b: 2 } }, { ns: { b: 2, a: 1 } }],
  ])('%s say the same', (_name, format, one, other) => {
    expect(sameContent(formats[format], held(one), held(other))).toBe(true)
  })

  it.each<[string, keyof typeof formats, JsonObject, JsonObject]>([
    ['with another value', 'sdJwtVc', { a: 1 }, { a: 2 }],
    ['with another value deep inside', 'sdJwtVc', { a: { b: [{ c: 'x' }] } }, { a: { b: [{ c: 'y' }] } }],
    ['with one claim more', 'sdJwtVc', { a: 1 }, { a: 1, b: 2 }],
    ['with a list in another order', 'sdJwtVc', { a: [1, 2] }, { a: [2, 1] }],
    ['with a list for an object that looks like it', 'sdJwtVc', { a: { b: 1 } }, { a: [['b', 1]] }],
    ['with text for a number', 'sdJwtVc', { a: 1 }, { a: '1' }],
    [
      'about somebody else',
      'vcJwt',
      { credentialSubject: { name: 'Ada' } },
      { credentialSubject: { name: 'Eve' } },
    ],
    ['with an element elsewhere', 'mdoc', { ns: { a: 1 } }, { other: { a: 1 } }],
  ])('%s do not', (_name, format, one, other) => {
    expect(sameContent(formats[format], held(one), held(other))).toBe(false)
  })

  it('of another type or issuer, or with something that cannot be shown, do not', () => {
    const one = held({ a: 1 })
    expect(sameContent(sdJwtVc, one, held({ a: 1 }, { type: 'urn:other' }))).toBe(false)
    expect(sameContent(sdJwtVc, one, held({ a: 1 }, { claimedIssuer: 'https://other.example' }))).toBe(false)
    expect(sameContent(sdJwtVc, one, held({ a: 1 }, { unshown: [['b']] }))).toBe(false)
  })
})
