import type { JsonObject } from '@countersign/core/json'
import { ok, refuse } from '@countersign/core/result'
import { makeSigner, nodeEngine } from '@countersign/testing/engines/node-engine'
import {
  AUDIENCE,
  bindTo,
  disclosureOf,
  holder,
  NOW,
  trustIssuer,
  issuer as x5cIssuer,
} from '@countersign/testing/forging/credential-fixtures'
import { costsAtMost } from '@countersign/testing/time/costs-at-most'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { passed } from '../contract/checks.ts'
import type { VerifyInput } from '../contract/format.ts'
import {
  ALL,
  faults,
  faultsOf,
  newer,
  older,
  sdJwt,
  structureOf,
  verified,
} from './forged-formats.testing.ts'
import { vcSdJwt } from './format.ts'
import {
  didIssuer,
  forgeSdJwt,
  HOLDER_DID,
  ISSUER_DID,
  ISSUER_KID,
  TYPE,
  V1,
  V2,
  type W3cForgery,
} from './w3c.testing.ts'

describe.each(ALL)('$format.id: a presentation that is in order', (kind) => {
  it('passes five checks and says what the document says', async () => {
    const outcome = await verified(kind, await kind.presentation())
    expect(faults(outcome.checks)).toEqual([])
    expect(outcome.checks[2]).toEqual({ name: 'issuer_trust', outcome: 'passed', detail: 'Example Issuer' })
    expect(outcome.presentation).toMatchObject({
      format: kind.format.id,
      type: TYPE,
      claimedIssuer: ISSUER_DID,
      anchor: 'Example Issuer',
      claims: {
        type: ['VerifiableCredential', TYPE],
        credentialSubject: { id: HOLDER_DID, given_name: 'Erika' },
      },
      expiresAt: NOW + 1000,
      statuses: [],
    })
  })

  it('is described to the trust check as the credential says', async () => {
    const asked: unknown[] = []
    const trust: VerifyInput['trust'] = (reference, now) => {
      asked.push(reference, now)
      return ok({ key: didIssuer.publicJwk, anchor: 'any' })
    }
    await faultsOf(kind, { header: { kid: '#0', x5c: ['AAAA'] } }, { trust })
    expect(asked).toEqual([
      {
        purpose: 'issuer',
        signerProfile: 'jose',
        format: kind.format.id,
        credentialType: TYPE,
        algorithm: 'ES256',
        issuer: ISSUER_DID,
        keyId: ISSUER_KID,
        x5c: ['AAAA'],
      },
      NOW,
    ])
  })

  it('may have a chain instead of a DID', async () => {
    const forgery: W3cForgery = {
      document: { issuer: 'https://issuer.example' },
      claims: { iss: 'https://issuer.example' },
      header: { kid: 'k', x5c: ['AAAA'] },
      signer: x5cIssuer,
    }
    expect(await faultsOf(kind, forgery, { trust: trustIssuer })).toEqual([])
  })

  it('is the bare credential where holder binding is waived, and not enough where it is wanted', async () => {
    const credential = await kind.credential()
    expect(faults((await verified(kind, credential, { binding: undefined })).checks)).toEqual([
      'holder_binding: undefined',
    ])
    const { checks } = await verified(kind, credential)
    expect(faults(checks)).toEqual([`holder_binding: ${kind === sdJwt ? 'kb_jwt_missing' : 'vp_missing'}`])
  })

  it('is refused or judged, whatever byte of it is changed', async () => {
    const text = await kind.presentation()
    const change = fc.tuple(fc.nat(text.length - 1), fc.constantFrom(...Array.from('A~._-é ')))
    await fc.assert(
      fc.asyncProperty(change, async ([at, character]) => {
        if (text[at] === character) return
        const { checks } = await verified(kind, text.slice(0, at) + character + text.slice(at + 1))
        expect(checks).toHaveLength(5)
        expect(passed(checks)).toBe(false)
      }),
      { numRuns: 200 },
    )
  })

  it('is told from rubbish at once, however long', async () => {
    const [header = ''] = (await kind.presentation()).split('.')
    for (const text of [
      'a'.repeat(1_000_000),
      `${header}.${'A'.repeat(1_000_000)}.`,
      `${header}.e30.${'~'.repeat(1_000_000)}`,
    ]) {
      await costsAtMost(50, async () => {
        expect((await verified(kind, text)).checks[0]?.outcome).toBe('failed')
      })
    }
  })

  it('never throws, whatever JSON is in it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 4 }), fc.json({ maxDepth: 4 }), async (header, payload) => {
        const text = [header, payload, '"x"'].map((json) => disclosureOf(json)).join('.')
        const { checks } = await verified(kind, kind === sdJwt ? `${text}~` : text)
        expect(passed(checks)).toBe(false)
      }),
    )
  })
})

describe.each(ALL)('$format.id: a credential is refused', (kind) => {
  it.each<[string, W3cForgery, string]>([
    ['a media type of another token', { header: { typ: 'kb+jwt' } }, 'typ_wrong'],
    ['an empty chain', { header: { x5c: [] } }, 'x5c_malformed'],
    ['a key id that is no text', { header: { kid: 1 } }, 'kid_malformed'],
    ['a key of another DID', { header: { kid: 'did:web:evil.example#0' } }, 'kid_not_of_issuer'],
    [
      'a key of a DID that only begins like the issuer',
      { header: { kid: `${ISSUER_DID}x#0` } },
      'kid_not_of_issuer',
    ],
    [
      'a DID for an issuer that is none',
      { document: { issuer: 'https://i.example' }, claims: { iss: undefined } },
      'kid_not_of_issuer',
    ],
    ['an issuer that the JWT calls otherwise', { claims: { iss: 'did:example:other' } }, 'iss_differs'],
    [
      'an id that the JWT calls otherwise',
      { document: { id: 'urn:a' }, claims: { jti: 'urn:b' } },
      'jti_differs',
    ],
    ['a subject that the JWT calls otherwise', { claims: { sub: 'did:example:other' } }, 'sub_differs'],
    ['a status that is no object', { claims: { status: 1 } }, 'status_malformed'],
    ['a critical extension', { header: { crit: ['b64'], b64: true } }, 'jws_crit_unsupported'],
    ['a document without a type', { document: { type: [TYPE] } }, 'type_malformed'],
    [
      'a document without the base context',
      { document: { '@context': ['https://contexts.example'] } },
      'context_base_missing',
    ],
    [
      'an issuer that is no URL',
      { document: { issuer: 'x' }, claims: { iss: 'x' }, header: { kid: 'k' } },
      'issuer_malformed',
    ],
    ['a malformed member', { document: { credentialSchema: { id: 'urn:a' } } }, 'member_malformed'],
  ])('for %s', async (_what, forgery, code) => {
    expect(await structureOf(kind, forgery)).toBe(code)
    expect(await kind.format.open(await kind.credential(forgery), nodeEngine)).toMatchObject({
      ok: false,
      error: { code },
    })
  })
})

describe('a credential of version 1.1 as a JWT', () => {
  it.each([undefined, 'JWT', 'jwt', 'application/jwt'])('may be typed as %s', async (typ) => {
    expect(await structureOf(older, { header: { typ } })).toBe('passed')
  })

  it.each<[string, W3cForgery, string]>([
    ['vc+jwt as its type', { header: { typ: 'vc+jwt' } }, 'typ_wrong'],
    ['no vc', { claims: { vc: undefined } }, 'vc_missing'],
    ['a vc that is a text', { claims: { vc: 'x' } }, 'vc_missing'],
    [
      'a document of version 2.0 that is not wrapped',
      { claims: { vc: undefined, '@context': [V2] } },
      'vc_missing',
    ],
    ['no date of issuance at all', { document: { issuanceDate: undefined } }, 'date_missing'],
    [
      'an nbf that is no date',
      { document: { issuanceDate: undefined }, claims: { nbf: 'soon' } },
      'date_missing',
    ],
  ])('is refused for %s', async (_what, forgery, code) => {
    expect(await structureOf(older, forgery)).toBe(code)
  })

  it('is completed with what only the JWT says', async () => {
    const document = {
      issuer: undefined,
      issuanceDate: undefined,
      credentialSubject: { given_name: 'Erika' },
    }
    const claims = { nbf: NOW - 100, jti: 'urn:a' }
    const { presentation, checks } = await verified(older, await older.presentation({ document, claims }))
    expect(faults(checks)).toEqual([])
    expect(presentation?.claims).toEqual({
      '@context': [V1],
      id: 'urn:a',
      type: ['VerifiableCredential', TYPE],
      issuer: ISSUER_DID,
      issuanceDate: '2026-05-28T20:25:00Z',
      expirationDate: '2026-05-28T20:43:20Z',
      credentialSubject: { id: HOLDER_DID, given_name: 'Erika' },
    })
  })

  it('keeps the name of an issuer whose id only the JWT says', async () => {
    const { presentation } = await verified(
      older,
      await older.presentation({ document: { issuer: { name: 'Example' } } }),
    )
    expect(presentation?.claims.issuer).toEqual({ name: 'Example', id: ISSUER_DID })
  })

  it('may wrap a document of version 2.0, which keeps its own dates', async () => {
    const document = { '@context': [V2], issuanceDate: undefined, validFrom: '2026-05-28T20:00:00Z' }
    const { checks, presentation } = await verified(older, await older.presentation({ document }))
    expect(faults(checks)).toEqual([])
    expect(presentation?.claims).not.toHaveProperty('issuanceDate')
  })
})

describe.each([newer, sdJwt])('$format.id: a credential that is the payload', (kind) => {
  it.each<[string, W3cForgery, string]>([
    ['a vc claim', { claims: { vc: {} } }, 'payload_wrapped'],
    ['a vp claim', { claims: { vp: 'x' } }, 'payload_wrapped'],
    ['no media type', { header: { typ: undefined } }, 'typ_wrong'],
    ['the media type of version 1.1', { header: { typ: 'JWT' } }, 'typ_wrong'],
    ['a content of another kind', { header: { cty: 'vp' } }, 'cty_wrong'],
    [
      'a document of version 1.1',
      { document: { '@context': [V1], issuanceDate: '2026-01-01T00:00:00Z' } },
      'version_wrong',
    ],
  ])('is refused for %s', async (_what, forgery, code) => {
    expect(await structureOf(kind, forgery)).toBe(code)
  })

  it('may be typed in full, and without its content', async () => {
    const { id } = kind.format
    expect(await structureOf(kind, { header: { typ: `application/${id}`, cty: undefined } })).toBe('passed')
    expect(await structureOf(kind, { header: { typ: id.toUpperCase() } })).toBe('passed')
  })

  it('needs nothing but the document: iss is not repeated', async () => {
    expect(await faultsOf(kind, { claims: { iss: undefined, iat: undefined, exp: undefined } })).toEqual([])
  })
})

describe.each(ALL)('$format.id: the issuer', (kind) => {
  it.each<[string, W3cForgery, readonly string[]]>([
    ['who signs with another key', { signer: makeSigner() }, ['issuer_signature: signature_invalid']],
    [
      'who signs with another algorithm',
      { signer: makeSigner('Ed25519') },
      ['issuer_signature: alg_key_mismatch'],
    ],
    [
      'whose key nobody can find',
      { header: { kid: 'k' } },
      ['issuer_signature: key_unknown', 'issuer_trust: no_key_reference'],
    ],
  ])('%s is not believed', async (_what, forgery, expected) => {
    expect(await faultsOf(kind, forgery)).toEqual(expected)
  })

  it('whom nobody trusts may still have signed: every fault is reported, not the first', async () => {
    const trust: VerifyInput['trust'] = () =>
      refuse({ code: 'untrusted', reason: 'did_not_trusted', key: didIssuer.publicJwk })
    expect(await faultsOf(kind, { claims: { exp: NOW - 100 } }, { trust })).toEqual([
      'issuer_trust: did_not_trusted',
      'validity_period: expired',
    ])
  })
})

describe.each(ALL)('$format.id: the period', (kind) => {
  const [from, until] = kind === older ? ['issuanceDate', 'expirationDate'] : ['validFrom', 'validUntil']

  it.each<[string, W3cForgery, string | undefined]>([
    ['the JWT ended', { claims: { exp: NOW - 10 } }, 'expired'],
    ['the JWT ended within the tolerance', { claims: { exp: NOW - 9 } }, undefined],
    ['the document ended', { document: { [until]: '2026-05-28T20:26:30Z' } }, 'expired'],
    ['the document ended within the tolerance', { document: { [until]: '2026-05-28T20:26:31Z' } }, undefined],
    ['the document has not begun', { document: { [from]: '2026-05-28T20:26:51Z' } }, 'not_yet_valid'],
    ['the document begins within the tolerance', { document: { [from]: '2026-05-28T20:26:50Z' } }, undefined],
    ['the JWT has not begun', { claims: { nbf: NOW + 11 } }, 'not_yet_valid'],
    ['the JWT ends at no time', { claims: { exp: 'never' } }, 'exp_malformed'],
    ['the JWT is from the future', { claims: { iat: NOW + 11 } }, 'issued_in_future'],
    ['the JWT is from a date-time', { claims: { iat: '2010-01-01T19:23:24Z' } }, undefined],
    ['the JWT is meant for us', { claims: { aud: AUDIENCE } }, undefined],
    ['the JWT is meant for others', { claims: { aud: 'other' } }, 'meant_for_others'],
  ])('when %s', async (_what, forgery, detail) => {
    expect(await faultsOf(kind, forgery)).toEqual(detail === undefined ? [] : [`validity_period: ${detail}`])
  })

  it('that ends first is the one that is reported', async () => {
    const { presentation } = await verified(
      kind,
      await kind.presentation({ document: { [until]: '2026-05-28T20:30:00Z' } }),
    )
    expect(presentation?.expiresAt).toBe(NOW + 200)
  })
})

describe.each(ALL)('$format.id: the status', (kind) => {
  const entry = {
    type: 'BitstringStatusListEntry',
    statusPurpose: 'revocation',
    statusListIndex: '94567',
    statusListCredential: 'https://s.example/3',
  }
  const known = {
    mechanism: 'bitstring_status_list',
    uri: 'https://s.example/3',
    index: 94567,
    purpose: 'revocation',
    size: 1,
  }
  const unknown = { mechanism: 'unknown', type: 'BitstringStatusListEntry' }

  it.each<[string, JsonObject | readonly JsonObject[], readonly object[]]>([
    ['an entry', entry, [known]],
    ['an entry of two bits', { ...entry, statusSize: 2 }, [{ ...known, size: 2 }]],
    [
      'two entries',
      [entry, { type: 'StatusList2021Entry' }],
      [known, { mechanism: 'unknown', type: 'StatusList2021Entry' }],
    ],
    ['an index that is a number', { ...entry, statusListIndex: 1 }, [unknown]],
    ['an index with a sign', { ...entry, statusListIndex: '-1' }, [unknown]],
    ['an index in two spellings', { ...entry, statusListIndex: '01' }, [unknown]],
    ['an index beyond counting', { ...entry, statusListIndex: '9'.repeat(16) }, [unknown]],
    ['no list', { type: 'BitstringStatusListEntry' }, [unknown]],
    ['a list that is no URL', { ...entry, statusListCredential: 'list' }, [unknown]],
    ['a purpose that is no text', { ...entry, statusPurpose: ['revocation'] }, [unknown]],
    ['no bits', { ...entry, statusSize: 0 }, [unknown]],
    ['half a bit', { ...entry, statusSize: 0.5 }, [unknown]],
  ])('of %s is read so that nothing counts as no status', async (_what, credentialStatus, statuses) => {
    const { presentation } = await verified(kind, await kind.presentation({ document: { credentialStatus } }))
    expect(presentation?.statuses).toEqual(statuses)
  })

  it('that the JWT carries beside the document counts, too', async () => {
    const status = { status_list: { idx: 1, uri: 'https://s.example/1' } }
    const forgery = { claims: { status }, document: { credentialStatus: entry } }
    const { presentation } = await verified(kind, await kind.presentation(forgery))
    expect(presentation?.statuses).toEqual([
      known,
      { mechanism: 'token_status_list', uri: 'https://s.example/1', index: 1 },
    ])
  })
})

describe('an SD-JWT', () => {
  it('is refused for a presentation that an issuer sent, and for disclosures that nothing stands for', async () => {
    const bound = await sdJwt.presentation()
    expect(await vcSdJwt.open(bound, nodeEngine)).toMatchObject({ error: { code: 'kb_jwt_unexpected' } })
    const added = `${await forgeSdJwt()}${disclosureOf(['s', 'a', 1])}~`
    expect((await verified(sdJwt, await bindTo(added))).checks[0]?.detail).toBe('disclosure_unreferenced')
  })

  it('may show nothing of its subject', async () => {
    const cnf = { jwk: holder.publicJwk }
    const forgery: W3cForgery = {
      document: { credentialSubject: { _sd: ['x'] } },
      claims: { cnf: JSON.parse(JSON.stringify(cnf)) },
    }
    const { checks, presentation } = await verified(sdJwt, await sdJwt.presentation(forgery))
    expect(faults(checks)).toEqual([])
    expect(presentation?.claims.credentialSubject).toEqual({})
  })

  it('is refused where an always visible member is hidden', async () => {
    for (const document of [
      { credentialSchema: { _sd: ['x'] } },
      { type: ['VerifiableCredential', { '...': 'x' }] },
    ]) {
      expect(await structureOf(sdJwt, { document })).toBe('claim_not_disclosable')
    }
    const text = disclosureOf(['s', 'credentialStatus', { type: 'A' }])
    const digest = nodeEngine.digestBase64url('sha-256', text)
    const credential = `${await forgeSdJwt({ claims: { _sd: [await digest] } })}${text}~`
    expect((await verified(sdJwt, await bindTo(credential))).checks[0]?.detail).toBe('claim_not_disclosable')
  })
})

describe('a key that signs for anybody', () => {
  it('is not found in the credential itself', async () => {
    const stranger = makeSigner()
    const jwk: JsonObject = JSON.parse(JSON.stringify(stranger.publicJwk))
    for (const kind of ALL) {
      const faulty = await faultsOf(kind, { signer: stranger, header: { jwk } })
      expect(faulty).toEqual(['issuer_signature: signature_invalid'])
    }
  })
})
