import { decodeBase64url, encodeBase64url } from '@countersign/core/base64url'
import { type CborInput, type CborKey, mapOf, TAG, tagged } from '@countersign/crypto/cbor/value'
import { signCoseSign1 } from '@countersign/crypto/cose/sign1'
import { sameKey } from '@countersign/crypto/jwk'
import { makeSigner, nodeEngine } from '@countersign/testing/engines/node-engine'
import { describe, expect, it } from 'vitest'
import type { VerifyInput } from '../contract/format.ts'
import type { IssuerKeyReference } from '../contract/trust-port.ts'
import { signDevice } from './device-signed/device-auth.ts'
import {
  BINDING,
  CERTIFICATE,
  DOC_TYPE,
  embedded,
  type Forgery,
  faults,
  forge,
  holder,
  issuer,
  LOCAL_NAMESPACE,
  NAMESPACE,
  NOW,
  transcriptOf,
  trustIssuer,
  verified,
  verifyInput,
} from './mdoc.testing.ts'
import { verifyMdoc } from './verify.ts'

const time = (text: string): CborInput => tagged(TAG.dateTime, text)

describe('a presentation that is in order', () => {
  it('passes, and says what was shown', async () => {
    const { checks, presentation } = await verified({
      mso: { status: mapOf({ status_list: mapOf({ idx: 7, uri: 'https://issuer.example/s' }) }) },
    })
    expect(checks.map(({ outcome }) => outcome)).toEqual(['passed', 'passed', 'passed', 'passed', 'passed'])
    expect(presentation).toMatchObject({
      format: 'mso_mdoc',
      type: DOC_TYPE,
      claims: { [NAMESPACE]: { given_name: 'Erika' } },
      anchor: 'Example IACA',
      expiresAt: NOW + 1000,
      statuses: [{ mechanism: 'token_status_list', uri: 'https://issuer.example/s', index: 7 }],
      authorityKeyIds: [],
    })
    expect(presentation?.holderKey && sameKey(presentation.holderKey, holder.publicJwk)).toBe(true)
  })

  it('names the signer by its certificates, document type and time of signing', async () => {
    const asked: IssuerKeyReference[] = []
    const trust: VerifyInput['trust'] = (reference, now) => {
      asked.push(reference)
      return trustIssuer(reference, now)
    }
    await verified({}, { trust })
    expect(asked).toEqual([
      {
        purpose: 'issuer',
        signerProfile: 'iso-mdl',
        format: 'mso_mdoc',
        credentialType: DOC_TYPE,
        algorithm: 'ES256',
        x5c: issuer.x5c,
        signedAt: NOW - 100,
      },
    ])
  })

  it('may show the same element of two namespaces', async () => {
    const { presentation } = await verified({
      items: [{}, { namespace: LOCAL_NAMESPACE, members: { elementValue: 'E.' } }],
    })
    expect(presentation?.claims).toEqual({
      [NAMESPACE]: { given_name: 'Erika' },
      [LOCAL_NAMESPACE]: { given_name: 'E.' },
    })
  })

  it('may show nothing', async () => {
    const { checks, presentation } = await verified({ items: [], issuerSigned: { nameSpaces: undefined } })
    expect(checks.every(({ outcome }) => outcome === 'passed')).toBe(true)
    expect(presentation?.claims).toEqual({})
  })

  it.each<[string, Forgery]>([
    ['an empty list of document errors', { response: { documentErrors: [] } }],
    [
      'members that are not known',
      { response: { later: 1 }, document: { errors: new Map() }, mso: { later: 1 } },
    ],
    ['a later minor version', { response: { version: '1.1' }, mso: { version: '1.1' } }],
    [
      'the chain in the protected header',
      { protectedHeader: new Map([[33, CERTIFICATE]]), unprotectedHeader: new Map() },
    ],
    ['the chain in an array', { unprotectedHeader: new Map([[33, [CERTIFICATE]]]) }],
    [
      'a key id beside the chain',
      {
        unprotectedHeader: new Map<CborKey, CborInput>([
          [33, CERTIFICATE],
          [4, 'text'],
        ]),
      },
    ],
    ['times with fractions', { validity: { signed: time('2026-05-28T20:00:00.210391Z') } }],
    ['times with an offset', { validity: { signed: time('2026-05-28T20:00:00+02:00') } }],
    ['an update that is expected', { validity: { expectedUpdate: time('2026-06-01T00:00:00Z') } }],
    ['random values of 32 bytes', { items: [{ members: { random: new Uint8Array(32) } }] }],
    ['an element without a value', { items: [{ members: { elementValue: null } }] }],
  ])('may have %s', async (_, forgery) => expect(await faults(forgery)).toEqual([]))
})

describe("the issuer's signature", () => {
  it('with another key fails', async () => {
    expect(await faults({ issuerSigner: makeSigner() })).toEqual(['issuer_signature: signature_invalid'])
  })

  it('with an algorithm that mdocs do not have fails, and nobody is asked for trust', async () => {
    expect(await faults({ issuerSigner: makeSigner('RS256') })).toEqual([
      'issuer_signature: alg_not_allowed',
      'issuer_trust: undefined',
    ])
  })

  it('over an MSO that was exchanged fails', async () => {
    const other = await signCoseSign1({ protectedHeader: new Map(), payload: Uint8Array.of(1) }, issuer)
    const [, , , signature] = other
    const forgery: Forgery = { issuerSigner: { ...issuer, sign: () => signature as Uint8Array } }
    expect(await faults(forgery)).toEqual(['issuer_signature: signature_invalid'])
  })
})

describe('the validity period', () => {
  const at = (now: number) => faults({}, { now, skewSeconds: 10 })

  it('ends with validUntil, clock skew added', async () => {
    expect(await at(NOW + 1009)).toEqual([])
    expect(await at(NOW + 1010)).toEqual(['validity_period: expired'])
  })

  it('begins with validFrom, clock skew taken off', async () => {
    const validity = { validFrom: time(new Date((NOW + 50) * 1000).toISOString()) }
    expect(await faults({ validity }, { now: NOW + 40 })).toEqual([])
    expect(await faults({ validity }, { now: NOW + 39 })).toEqual(['validity_period: not_yet_valid'])
  })

  it('does not begin before it was signed', async () => {
    expect(await at(NOW - 111)).toEqual(['validity_period: issued_in_future'])
    expect(await at(NOW - 110)).toEqual([])
  })
})

describe('any change', () => {
  it('of one byte makes a presentation fail', async () => {
    const text = await forge({
      items: [{}, { members: { digestID: 1, elementIdentifier: 'age', elementValue: 30 } }],
    })
    const right = decodeBase64url(text) ?? new Uint8Array()
    // Nobody signs the minor version of the response, and later ones are read.
    const minorVersion = right.indexOf(0x30, right.indexOf(0x2e))
    for (const at of right.keys()) {
      const wrong = right.slice()
      wrong[at] = (wrong[at] ?? 0) ^ (1 << (at % 8))
      const { checks } = await verifyMdoc(verifyInput(encodeBase64url(wrong)), nodeEngine)
      const passes = checks.every(({ outcome }) => outcome === 'passed')
      expect(passes && at !== minorVersion ? `byte ${at}` : '').toBe('')
    }
  })

  it('of the device signature to that of another session makes it fail', async () => {
    const statement = { docType: DOC_TYPE, deviceNameSpaces: embedded(new Map()) }
    const transcript = await transcriptOf({ ...BINDING, nonce: 'another session' })
    const deviceSignature = await signDevice(statement, transcript, holder)
    expect(await faults({ deviceAuth: mapOf({ deviceSignature }) })).toEqual([
      'holder_binding: signature_invalid',
    ])
  })
})
