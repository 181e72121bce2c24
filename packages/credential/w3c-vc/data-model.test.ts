import type { JsonObject, JsonValue } from '@countersign/core/json'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findEmbeddedFault, readCredentialDocument, readPresentationDocument } from './data-model.ts'
import { envelope, V1, V2 } from './w3c.testing.ts'

type Changes = Readonly<Record<string, JsonValue | undefined>>

const base: JsonObject = {
  '@context': [V2],
  type: ['VerifiableCredential'],
  issuer: 'did:example:issuer',
  credentialSubject: { id: 'did:example:subject' },
}

const older: JsonObject = { ...base, '@context': [V1], issuanceDate: '2026-01-01T00:00:00Z' }

/** With members added, replaced or, where undefined, left out. */
function changed(document: JsonObject, changes: Changes): JsonObject {
  return JSON.parse(JSON.stringify({ ...document, ...changes }))
}

function codeOf(changes: Changes, document = base): string {
  const read = readCredentialDocument(changed(document, changes))
  return read.ok ? 'ok' : read.error.code
}

const embedded = { ExampleCredential: 'https://example.org/#ExampleCredential' }

describe('a credential of version 2.0', () => {
  it.each<[string, Changes]>([
    ['with what it must have', {}],
    ['with a context as one text', { '@context': V2 }],
    [
      'with a foreign context',
      { '@context': [V2, 'https://contexts.example/v1'], type: ['VerifiableCredential', 'Any'] },
    ],
    [
      'with an embedded context',
      { '@context': [V2, embedded], type: ['VerifiableCredential', 'ExampleCredential'] },
    ],
    [
      'with a vocabulary',
      { '@context': [V2, { '@vocab': 'https://v.example#' }], type: ['VerifiableCredential', 'Any'] },
    ],
    ['with a type that is a URL', { type: ['https://example.org/#A', 'VerifiableCredential'] }],
    ['with one type as a text', { type: 'VerifiableCredential' }],
    ['that repeats a base term', { '@context': [V2, { name: 'https://schema.org/name' }] }],
    [
      'that repeats a protected definition',
      { '@context': [V2, { '@protected': true, ...embedded }, embedded] },
    ],
    [
      'that redefines what nobody protects',
      { '@context': [V2, embedded, { ExampleCredential: 'urn:other' }] },
    ],
    ['with an id', { id: 'urn:uuid:9c9a36f8-518f-4976-a934-6649502d0008' }],
    ['with an issuer that has a name', { issuer: { id: 'https://issuer.example', name: 'Issuer' } }],
    [
      'with a name in two languages',
      {
        name: [
          { '@value': 'Hund', '@language': 'de' },
          { '@value': 'Dog', '@language': 'en' },
        ],
      },
    ],
    [
      'with a description that has a direction',
      { description: { '@value': 'x', '@language': 'ar', '@direction': 'rtl' } },
    ],
    ['with two subjects', { credentialSubject: [{ id: 'did:example:a' }, { name: 'b' }] }],
    ['with milliseconds', { validFrom: '2026-02-26T01:02:58.447Z' }],
    ['with a time zone', { validFrom: '2026-02-25T19:21:29-06:00', validUntil: '2026-02-26T01:21:29Z' }],
    ['with a status of any type', { credentialStatus: { type: 'ExampleStatus' } }],
    [
      'with several schemas',
      {
        credentialSchema: [
          { id: 'urn:a', type: 'JsonSchema' },
          { id: 'urn:b', type: 'JsonSchema' },
        ],
      },
    ],
    ['with evidence', { evidence: [{ type: ['DocumentVerification'] }] }],
    ['with terms', { termsOfUse: { type: 'Policy', id: 'urn:terms' } }],
    ['with a refresh service', { refreshService: { type: 'urn:service', id: 'urn:refresh' } }],
    ['with a proof inside', { proof: { type: 'DataIntegrityProof' } }],
    ['with members nobody knows', { anything: { is: ['left', 'alone'] } }],
    [
      'with related resources',
      {
        relatedResource: [
          { id: 'urn:a', digestSRI: 'sha256-x' },
          { id: 'urn:b', digestMultibase: 'uX' },
        ],
      },
    ],
  ])('%s is in order', (_what, changes) => expect(codeOf(changes)).toBe('ok'))

  it.each<[string, Changes, string]>([
    ['no context', { '@context': undefined }, 'context_missing'],
    ['an empty context', { '@context': [] }, 'context_base_missing'],
    ['another context first', { '@context': ['https://contexts.example/v1', V2] }, 'context_base_missing'],
    ['an almost right base context', { '@context': [`${V2}/`] }, 'context_base_missing'],
    ['a context that is no URL', { '@context': [V2, 'https ://not-a-url/v1'] }, 'context_malformed'],
    ['a context without a host', { '@context': [V2, 'https:///v1'] }, 'context_malformed'],
    ['a context that is a number', { '@context': [V2, 123] }, 'context_malformed'],
    ['a context that takes everything back', { '@context': [V2, null] }, 'context_malformed'],
    [
      'contexts without end',
      { '@context': [V2, ...Array(40).fill('https://contexts.example/v1')] },
      'context_malformed',
    ],
    ['both base contexts', { '@context': [V2, V1] }, 'context_redefines_term'],
    [
      'a new meaning for a base term',
      { '@context': [V2, { VerifiableCredential: 'https://evil.example' }] },
      'context_redefines_term',
    ],
    ['no meaning for a base term', { '@context': [V2, { type: null }] }, 'context_redefines_term'],
    [
      'a new meaning for a protected term',
      { '@context': [V2, { '@protected': true, ...embedded }, { ExampleCredential: 'urn:other' }] },
      'context_redefines_term',
    ],
    ['a term that is no URL', { '@context': [V2, { A: 'https ://not-a-url#A' }] }, 'context_malformed'],
    ['a term that is a list', { '@context': [V2, { A: ['urn:a'] }] }, 'context_malformed'],
    ['a vocabulary that is a number', { '@context': [V2, { '@vocab': 1 }] }, 'context_malformed'],
    ['no type', { type: undefined }, 'type_malformed'],
    ['no types', { type: [] }, 'type_malformed'],
    ['a type of another kind', { type: ['VerifiablePresentation'] }, 'type_malformed'],
    ['a type that is a number', { type: ['VerifiableCredential', 1] }, 'type_malformed'],
    ['a type with a space', { type: ['VerifiableCredential', 'A B'] }, 'type_malformed'],
    ['a type that no context defines', { type: ['VerifiableCredential', 'Unheard'] }, 'type_undefined'],
    [
      'a type whose meaning was taken away',
      {
        '@context': [V2, embedded, { ExampleCredential: null }],
        type: ['VerifiableCredential', 'ExampleCredential'],
      },
      'type_undefined',
    ],
    [
      'a vocabulary of nothing',
      { '@context': [V2, { '@vocab': null }], type: ['VerifiableCredential', 'A'] },
      'type_undefined',
    ],
    ['two ids', { id: ['urn:a', 'urn:b'] }, 'id_malformed'],
    ['an id that is null', { id: null }, 'id_malformed'],
    ['an id that is no URL', { id: 'https ://not-a-url/1' }, 'id_malformed'],
    ['no issuer', { issuer: undefined }, 'issuer_malformed'],
    ['an issuer that is null', { issuer: null }, 'issuer_malformed'],
    ['an issuer that is no URL', { issuer: 'somebody' }, 'issuer_malformed'],
    ['an issuer without id', { issuer: { name: 'Issuer' } }, 'issuer_malformed'],
    ['an issuer whose id is no URL', { issuer: { id: 'somebody' } }, 'issuer_malformed'],
    ['two issuers', { issuer: ['did:example:a', 'did:example:b'] }, 'issuer_malformed'],
    ['no subject', { credentialSubject: undefined }, 'subject_missing'],
    ['an empty subject', { credentialSubject: {} }, 'subject_empty'],
    ['one empty subject of two', { credentialSubject: [{ id: 'urn:a' }, {}] }, 'subject_empty'],
    ['a list of no subjects', { credentialSubject: [] }, 'subject_malformed'],
    ['a subject that is a text', { credentialSubject: 'did:example:a' }, 'subject_malformed'],
    ['a subject with two ids', { credentialSubject: { id: ['urn:a', 'urn:b'] } }, 'subject_malformed'],
    ['a subject whose id is no URL', { credentialSubject: { id: 'me' } }, 'subject_malformed'],
    ['a date of another calendar', { validFrom: 'Sat 25 Feb 2023 07:16:31 PM CST' }, 'date_malformed'],
    ['a date without a time zone', { validFrom: '2026-01-01T00:00:00' }, 'date_malformed'],
    ['a date without a time', { validUntil: '2026-01-01' }, 'date_malformed'],
    ['a day that never was', { validFrom: '2026-02-30T00:00:00Z' }, 'date_malformed'],
    ['a date that is a number', { validUntil: 1_780_000_000 }, 'date_malformed'],
    ['a date that is null', { validFrom: null }, 'date_malformed'],
    [
      'an end before the beginning',
      { validFrom: '2026-01-02T00:00:00Z', validUntil: '2026-01-01T23:59:59Z' },
      'validity_empty',
    ],
    ['a status without a type', { credentialStatus: { id: 'urn:status' } }, 'member_malformed'],
    ['a status whose type is a number', { credentialStatus: { type: 2 } }, 'member_malformed'],
    [
      'a status with two ids',
      { credentialStatus: { type: 'A', id: ['urn:a', 'urn:b'] } },
      'member_malformed',
    ],
    ['a status whose id is no URL', { credentialStatus: { type: 'A', id: 'here' } }, 'member_malformed'],
    ['a status that is a text', { credentialStatus: 'revoked' }, 'member_malformed'],
    ['a schema without an id', { credentialSchema: { type: 'JsonSchema' } }, 'member_malformed'],
    ['a schema without a type', { credentialSchema: { id: 'urn:a' } }, 'member_malformed'],
    ['evidence without a type', { evidence: {} }, 'member_malformed'],
    ['terms without a type', { termsOfUse: [{ type: 'A' }, { id: 'urn:a' }] }, 'member_malformed'],
    ['a refresh service without a type', { refreshService: { id: 'urn:a' } }, 'member_malformed'],
    ['a proof without a type', { proof: { proofValue: 'z' } }, 'member_malformed'],
    [
      'a name with more than a language',
      { name: { '@value': 'x', '@language': 'en', url: 'urn:a' } },
      'text_malformed',
    ],
    ['a description that is a number', { description: 1 }, 'text_malformed'],
    ['a name without a value', { name: { '@language': 'en' } }, 'text_malformed'],
    ['an issuer with a malformed name', { issuer: { id: 'urn:i', name: { url: 'x' } } }, 'text_malformed'],
    ['a related resource as a text', { relatedResource: ['urn:a'] }, 'member_malformed'],
    ['a related resource without an id', { relatedResource: { digestSRI: 'x' } }, 'member_malformed'],
    ['a related resource without a digest', { relatedResource: { id: 'urn:a' } }, 'member_malformed'],
    [
      'a related resource twice',
      {
        relatedResource: [
          { id: 'urn:a', digestSRI: 'x' },
          { id: 'urn:a', digestMultibase: 'u' },
        ],
      },
      'member_malformed',
    ],
  ])('with %s is refused', (_what, changes, code) => expect(codeOf(changes)).toBe(code))

  it('tells what it says: types, issuer, subject and period', () => {
    const document = changed(base, {
      issuer: { id: 'urn:i' },
      validFrom: '1970-01-01T00:00:01.5Z',
      validUntil: '1970-01-01T01:00:00+00:59',
    })
    expect(readCredentialDocument(document)).toMatchObject({
      ok: true,
      value: {
        version: '2.0',
        issuer: 'urn:i',
        subjectId: 'did:example:subject',
        validFrom: 1.5,
        validUntil: 60,
      },
    })
  })

  it('may show nothing of its subject where claims can be withheld', () => {
    for (const credentialSubject of [undefined, {}, [], [{}, { id: 'urn:a' }]]) {
      const document = changed(base, { credentialSubject })
      expect(readCredentialDocument(document, { withheld: true }).ok).toBe(true)
    }
    expect(readCredentialDocument(changed(base, { credentialSubject: 'x' }), { withheld: true }).ok).toBe(
      false,
    )
  })
})

describe('a credential of version 1.1', () => {
  it.each<[string, Changes, string]>([
    ['what it must have', {}, 'ok'],
    ['a type that no context defines', { type: ['VerifiableCredential', 'IdentityCredential'] }, 'ok'],
    ['a date without a time zone', { issuanceDate: '2026-01-01T00:00:00' }, 'ok'],
    ['no date of issuance', { issuanceDate: undefined }, 'date_missing'],
    [
      'the dates of version 2.0',
      { issuanceDate: undefined, validFrom: '2026-01-01T00:00:00Z' },
      'date_missing',
    ],
    ['an expiration that is no date', { expirationDate: 'never' }, 'date_malformed'],
    ['an expiration before the issuance', { expirationDate: '2025-01-01T00:00:00Z' }, 'validity_empty'],
    ['the context of version 2.0 behind its own', { '@context': [V1, V2] }, 'context_redefines_term'],
    ['a new meaning of its own terms', { '@context': [V1, { proof: 'urn:p' }] }, 'context_redefines_term'],
    ['a schema without an id', { credentialSchema: { type: 'JsonSchema' } }, 'member_malformed'],
  ])('with %s: %s', (_what, changes, code) => expect(codeOf(changes, older)).toBe(code))
})

describe('a presentation', () => {
  const presentation: JsonObject = { '@context': [V2], type: ['VerifiablePresentation'] }

  function presentationCode(changes: Changes): string {
    const read = readPresentationDocument(changed(presentation, changes))
    if (!read.ok) return read.error.code
    const fault = read.value.credentials.map(findEmbeddedFault).find((found) => found !== undefined)
    return fault?.code ?? 'ok'
  }

  it.each<[string, Changes, string]>([
    ['what it must have', {}, 'ok'],
    ['a further type', { type: ['VerifiablePresentation', 'urn:a'] }, 'ok'],
    ['a holder', { holder: 'did:example:holder' }, 'ok'],
    ['a holder with a name', { holder: { id: 'did:example:holder', name: 'Acme' } }, 'ok'],
    ['a whole credential', { verifiableCredential: base }, 'ok'],
    ['several', { verifiableCredential: [base, envelope('a.b.c')] }, 'ok'],
    ['no context', { '@context': undefined }, 'context_missing'],
    ['no type', { type: undefined }, 'type_malformed'],
    ['a type of a credential', { type: ['VerifiableCredential'] }, 'type_malformed'],
    ['a holder that is no URL', { holder: 'me' }, 'holder_malformed'],
    ['a holder without an id', { holder: { name: 'Acme' } }, 'holder_malformed'],
    ['a holder that is null', { holder: null }, 'holder_malformed'],
    ['an id that is no URL', { id: 'one' }, 'id_malformed'],
    ['a credential as a text', { verifiableCredential: ['a.b.c'] }, 'credential_not_object'],
    ['a credential that is none', { verifiableCredential: [changed(base, { type: [] })] }, 'type_malformed'],
    [
      'an envelope without a context',
      { verifiableCredential: { ...envelope('a.b.c'), '@context': [] } },
      'context_base_missing',
    ],
    [
      'an envelope with a second type',
      { verifiableCredential: { ...envelope('a.b.c'), type: ['EnvelopedVerifiableCredential', 'urn:a'] } },
      'type_malformed',
    ],
    [
      'an envelope without a data URL',
      { verifiableCredential: { ...envelope('a.b.c'), id: 'a.b.c' } },
      'envelope_malformed',
    ],
    [
      'an envelope of a web address',
      { verifiableCredential: { ...envelope('a.b.c'), id: 'https://a.example/vc' } },
      'envelope_malformed',
    ],
    ['terms without a type', { termsOfUse: {} }, 'member_malformed'],
  ])('with %s: %s', (_what, changes, code) => expect(presentationCode(changes)).toBe(code))
})

describe('any document', () => {
  const member = fc.constantFrom(
    ...Object.keys(older),
    'validFrom',
    'id',
    'name',
    'credentialStatus',
    'relatedResource',
    'proof',
  )
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom(V1, V2, 'VerifiableCredential', 'urn:a', '2026-01-01T00:00:00Z'),
  )
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      text,
      fc.constantFrom(null, 0, true),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('id', 'type', '@id', '@vocab', '@value', 'x'), tie('value'), {
        maxKeys: 3,
      }),
    ),
  }))

  it('is a credential or refused, and never throws', () => {
    fc.assert(
      fc.property(fc.dictionary(member, value, { maxKeys: 6 }), fc.boolean(), (changes, withheld) => {
        const document: JsonObject = JSON.parse(JSON.stringify({ ...base, ...changes }))
        const read = readCredentialDocument(document, { withheld })
        if (read.ok) expect(read.value.types).toContain('VerifiableCredential')
        expect(typeof readPresentationDocument(document).ok).toBe('boolean')
        expect(['undefined', 'object']).toContain(typeof findEmbeddedFault(document))
      }),
      { numRuns: 500 },
    )
  })
})
