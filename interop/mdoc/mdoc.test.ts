/**
 * ISO/IEC 18013-5 mdocs with every algorithm and over every way of OpenID4VP: what we issue and present is verified by
 * @owf/mdoc and by pymdoccbor; what they issue and present is verified by us, and where they accept too much, we do not.
 */
import { randomBytes } from 'node:crypto'
import type { RequestBinding } from '@countersign/credential/contract/format'
import { sessionTranscriptOf } from '@countersign/credential/mdoc/device-signed/session-transcript'
import { mdoc } from '@countersign/credential/mdoc/format'
import { encodeCbor } from '@countersign/crypto/cbor/encode'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { DateOnly, DeviceResponse, Document, IssuerSigned } from '@owf/mdoc'
import { describe, expect, it } from 'vitest'
import { newPerson, now, publicJwk } from '../people.testing.ts'
import { pythonMissing, runPython } from '../python.testing.ts'
import {
  type Algorithm,
  algorithms,
  failedByThem,
  issuedByThem,
  presentedByThem,
  type TheirIssue,
  theirTranscript,
} from './owf.testing.ts'
import {
  allPassed,
  caCertificate,
  claims,
  docType,
  issuedByUs,
  localNamespace,
  namespace,
  newDocumentSigner,
  outcomes,
  presentedByUs,
  sessions,
  verifiedByUs,
} from './parties.testing.ts'

const issuer = newDocumentSigner('ES256')
const holder = newPerson()
const everyElement = Object.entries(claims).flatMap(([name, elements]) =>
  Object.keys(elements).map((element) => [name, element]),
)
const { binding, theirs } = sessions.redirects
const session = await theirTranscript(theirs)
const trusted = Buffer.from(caCertificate, 'base64')
const ways = algorithms.flatMap((algorithm) =>
  Object.entries(sessions).map(([name, ends]) => ({ algorithm, name, ends })),
)

/** Annex B wants a country in the names of certificates, which our certificates for development have not. */
const tolerated = ["Country name (C) must be present in the issuer certificate's subject distinguished name"]

async function failed(presentation: string, transcript = session): Promise<readonly string[]> {
  const faults = await failedByThem(presentation, transcript, trusted)
  return faults.filter((fault) => !tolerated.includes(fault))
}

/** The same claims as ours, as the library says them. */
const theirNamespaces: TheirIssue['namespaces'] = {
  [namespace]: {
    ...claims[namespace],
    birth_date: new DateOnly('1984-01-17'),
    portrait: Buffer.from('_9j_4AAQ', 'base64url'),
    driving_privileges: [
      new Map<string, unknown>([
        ['vehicle_category_code', 'B'],
        ['issue_date', new DateOnly('2013-04-25')],
        ['codes', [new Map([['code', '01']])]],
      ]),
      new Map<string, unknown>([
        ['vehicle_category_code', 'A'],
        ['issue_date', new DateOnly('2015-04-25')],
        ['codes', []],
      ]),
    ],
  },
  [localNamespace]: { ...claims[localNamespace], registered_at: new Date('2024-05-01T10:00:00Z') },
}

function theirIssue(changes: Partial<TheirIssue> = {}): TheirIssue {
  return {
    docType,
    namespaces: theirNamespaces,
    algorithm: 'ES256',
    issuerKey: { ...issuer.jwk },
    certificate: Buffer.from(issuer.certificate, 'base64'),
    deviceKey: publicJwk(holder),
    from: now - 60,
    until: now + 3600,
    ...changes,
  }
}

const everything = Object.fromEntries(
  Object.entries(claims).map(([name, elements]) => [name, Object.keys(elements)]),
)

/** A presentation or credential with a text in it replaced by one of the same length. */
function replaced(encoded: string, from: string, to: string): string {
  const bytes = Buffer.from(encoded, 'base64url').toString('latin1')
  if (!bytes.includes(from) || from.length !== to.length) throw new Error(`${from} cannot be replaced`)
  return Buffer.from(bytes.replace(from, to), 'latin1').toString('base64url')
}

describe('@owf/mdoc verifies what we issue and present', () => {
  it.each(ways)('with $algorithm over $name', async ({ algorithm, ends }) => {
    const signer = newDocumentSigner(algorithm)
    const device = newPerson(algorithm)
    const credential = await issuedByUs(signer, device)
    const presentation = await presentedByUs(credential, device, everyElement, ends.binding)
    expect(await failed(presentation, await theirTranscript(ends.theirs))).toEqual([])
    const [document] = DeviceResponse.fromEncodedForOid4Vp(presentation).documents ?? []
    expect(document?.issuerSigned.getPrettyClaims(localNamespace)).toEqual({
      ...claims[localNamespace],
      many: BigInt(claims[localNamespace].many),
      registered_at: new Date('2024-05-01T10:00:00Z'),
    })
  })

  it('with some of the elements, of which it then knows no others', async () => {
    const credential = await issuedByUs(issuer, holder)
    const presentation = await presentedByUs(credential, holder, [[namespace, 'given_name']], binding)
    expect(await failed(presentation)).toEqual([])
    const [document] = DeviceResponse.fromEncodedForOid4Vp(presentation).documents ?? []
    expect(document?.issuerSigned.getPrettyClaims(namespace)).toEqual({ given_name: 'Zoë 𝔐' })
    expect(document?.issuerSigned.getPrettyClaims(localNamespace)).toBeUndefined()
  })

  // It has no `status` in an MSO and cannot write one; it passes over ours.
  it('with a reference to a status list', async () => {
    const statuses = [
      { mechanism: 'token_status_list', uri: 'https://issuer.example/status/1', index: 7 },
    ] as const
    const credential = await issuedByUs(issuer, holder, { statuses })
    const presentation = await presentedByUs(credential, holder, everyElement, binding)
    expect(await failed(presentation)).toEqual([])
    const outcome = await verifiedByUs(presentation, issuer, binding)
    expect(outcome.presentation?.statuses).toMatchObject(statuses)
  })

  it.each([
    ['another nonce', { ...theirs, nonce: 'another' }],
    ['another client', { ...theirs, clientId: 'x509_hash:another' }],
    ['another address', { ...theirs, responseUri: 'https://verifier.example/response/2' }],
    ['an encrypted answer', { ...theirs, jwkThumbprint: randomBytes(32) }],
    ['the DC API', { origin: 'https://verifier.example', nonce: theirs.nonce }],
  ])('and refuses it for %s', async (_name, other) => {
    const credential = await issuedByUs(issuer, holder)
    const presentation = await presentedByUs(credential, holder, everyElement, binding)
    expect(await failed(presentation)).toEqual([])
    expect(await failed(presentation, await theirTranscript(other))).toEqual([
      'Device signature must be valid',
    ])
  })

  it('and refuses it when an element is changed', async () => {
    const credential = await issuedByUs(issuer, holder)
    const presentation = await presentedByUs(credential, holder, everyElement, binding)
    const changed = replaced(presentation, 'Mustermann', 'Musterfrau')
    expect(await failed(changed)).toEqual([expect.stringContaining('family_name')])
    expect(outcomes(await verifiedByUs(changed, issuer, binding))[0]).toBe('structure digest_wrong')
  })

  // §8.3.2.1.2.2 has `nameSpaces` as optional, and no place for one with nothing in it.
  it('but not without any element, which it cannot read', async () => {
    const credential = await issuedByUs(issuer, holder)
    const presentation = await presentedByUs(credential, holder, [], binding)
    await expect(failed(presentation)).rejects.toThrow('IssuerNamespaces')
    expect(outcomes(await verifiedByUs(presentation, issuer, binding))).toEqual(allPassed)
  })

  // It takes digests of what it wrote anew, where ISO has them of what was received (§9.3.1 step 3).
  it.each([
    ['two bytes', 0.5],
    ['four bytes', 100_000.5],
  ])('but not with a fraction in %s, which it writes in eight', async (_name, value) => {
    const changes = { claims: { [namespace]: { value } }, encodings: [] }
    const credential = await issuedByUs(issuer, holder, changes)
    const presentation = await presentedByUs(credential, holder, [[namespace, 'value']], binding)
    expect(await failed(presentation)).toEqual([
      `The calculated digest for ${namespace}/value attribute must match the digest in the issuerAuth element`,
    ])
    const outcome = await verifiedByUs(presentation, issuer, binding)
    expect(outcomes(outcome)).toEqual(allPassed)
    expect(outcome.presentation?.claims).toEqual({ [namespace]: { value } })
  })
})

describe('what @owf/mdoc issues and presents', () => {
  it.each(ways)('is verified by us with $algorithm over $name', async ({ algorithm, ends }) => {
    const { presentation, signer, device } = await madeByThem(algorithm, ends)
    const outcome = await verifiedByUs(presentation, signer, ends.binding)
    expect(outcomes(outcome)).toEqual(allPassed)
    expect(outcome.presentation?.type).toBe(docType)
    expect(outcome.presentation?.claims).toEqual(claims)
    expect(outcome.presentation?.holderKey).toMatchObject({ ...publicJwk(device) })
  })

  it.each(['SHA-256', 'SHA-384', 'SHA-512'] as const)('is opened by us with %s', async (digestAlgorithm) => {
    const credential = await issuedByThem(theirIssue({ digestAlgorithm }))
    const opened = await mdoc.open(credential.encodedForOid4Vci, nodeCrypto)
    expect(opened.ok && opened.value).toMatchObject({ type: docType, claims, expiresAt: now + 3600 })
  })

  it('is presented by us, and then verified by it and by us', async () => {
    const { encodedForOid4Vci: credential } = await issuedByThem(theirIssue())
    const presentation = await presentedByUs(credential, holder, [[namespace, 'portrait']], binding)
    expect(await failed(presentation)).toEqual([])
    const outcome = await verifiedByUs(presentation, issuer, binding)
    expect(outcomes(outcome)).toEqual(allPassed)
    expect(outcome.presentation?.claims).toEqual({ [namespace]: { portrait: '_9j_4AAQ' } })
  })

  it('is presented by it when we issued it, and then verified by us', async () => {
    const credential = IssuerSigned.fromEncodedForOid4Vci(await issuedByUs(issuer, holder))
    const response = await presentedByThem(credential, everything, session, { ...holder.jwk })
    const outcome = await verifiedByUs(response.encodedForOid4Vp, issuer, binding)
    expect(outcomes(outcome)).toEqual(allPassed)
    expect(outcome.presentation?.claims).toEqual(claims)
  })

  it.each<[string, Partial<RequestBinding>]>([
    ['another nonce', { nonce: 'another' }],
    ['another client', { audience: 'x509_hash:another' }],
    ['another address', { responseUri: 'https://verifier.example/response/2' }],
    ['an encrypted answer', { encryptionKeyThumbprint: randomBytes(32).toString('base64url') }],
  ])('is refused by us for %s', async (_name, change) => {
    const { presentation, signer } = await madeByThem('ES256', sessions.redirects)
    const outcome = await verifiedByUs(presentation, signer, { ...binding, ...change })
    expect(outcomes(outcome)).toEqual([...allPassed.slice(1), 'holder_binding signature_invalid'])
  })

  it('is refused by us when another device signed', async () => {
    const credential = await issuedByThem(theirIssue())
    const response = await presentedByThem(credential, everything, session, { ...newPerson().jwk })
    const outcome = await verifiedByUs(response.encodedForOid4Vp, issuer, binding)
    expect(outcomes(outcome)).toEqual([...allPassed.slice(1), 'holder_binding signature_invalid'])
  })

  it('is refused by us when another issuer signed under our certificate', async () => {
    const credential = await issuedByThem(theirIssue({ issuerKey: { ...newPerson().jwk } }))
    const response = await presentedByThem(credential, everything, session, { ...holder.jwk })
    const outcome = await verifiedByUs(response.encodedForOid4Vp, issuer, binding)
    expect(outcomes(outcome)[1]).toMatch(/^issuer_signature /)
  })

  it('is refused by us when it has ended', async () => {
    const credential = await issuedByThem(theirIssue({ from: now - 7200, until: now - 3600 }))
    const response = await presentedByThem(credential, everything, session, { ...holder.jwk })
    const outcome = await verifiedByUs(response.encodedForOid4Vp, issuer, binding)
    expect(outcomes(outcome)[3]).toBe('validity_period expired')
  })

  async function madeByThem(algorithm: Algorithm, ends: (typeof sessions)[keyof typeof sessions]) {
    const signer = newDocumentSigner(algorithm)
    const device = newPerson(algorithm)
    const credential = await issuedByThem(
      theirIssue({
        algorithm,
        issuerKey: { ...signer.jwk },
        certificate: Buffer.from(signer.certificate, 'base64'),
        deviceKey: publicJwk(device),
      }),
    )
    const transcript = await theirTranscript(ends.theirs)
    const response = await presentedByThem(credential, everything, transcript, { ...device.jwk })
    return { presentation: response.encodedForOid4Vp, signer, device }
  }
})

describe('a document shown under another type than its issuer signed', () => {
  /** §9.3.1 step 4. The holder of a library card signs that it is a driving licence, which is all it takes. */
  async function libraryCardAsLicence(): Promise<string> {
    const card = await issuedByThem(theirIssue({ docType: 'org.example.membership_card' }))
    const licence = await issuedByThem(theirIssue())
    const response = await presentedByThem(licence, everything, session, { ...holder.jwk })
    const [shown] = response.documents ?? []
    if (shown === undefined) throw new Error('no document')
    const document = Document.create({ docType, issuerSigned: card, deviceSigned: shown.deviceSigned })
    return DeviceResponse.createSimple({ documents: [document] }).encodedForOid4Vp
  }

  it('is accepted by @owf/mdoc', async () => {
    expect(await failed(await libraryCardAsLicence())).toEqual([])
  })

  it('is refused by us', async () => {
    const outcome = await verifiedByUs(await libraryCardAsLicence(), issuer, binding)
    expect(outcomes(outcome)[0]).toBe('structure doctype_mismatch')
    expect(outcomes(outcome).slice(1)).not.toContain('passed')
    expect(outcome.presentation).toBeUndefined()
  })
})

describe('session transcripts', () => {
  const thumbprint = randomBytes(32)
  const long = 'a'.repeat(300)
  const inputs = ['n-0S6_WzA2Mj', 'ñ 𝔐\u0000', long].flatMap((nonce) =>
    [undefined, thumbprint].flatMap((jwkThumbprint) => [
      { nonce, jwkThumbprint, origin: 'https://verifier.example' },
      { nonce, jwkThumbprint, origin: 'android:apk-key-hash:dGVzdA' },
      { nonce, jwkThumbprint, clientId: 'x509_san_dns:example.com', responseUri: 'https://example.com/r' },
      { nonce, jwkThumbprint, clientId: `decentralized_identifier:did:web:${long}`, responseUri: long },
    ]),
  )

  it('are the same, byte for byte, as those of @owf/mdoc', async () => {
    const seen = new Set<string>()
    for (const input of inputs) {
      const { nonce, jwkThumbprint } = input
      const ours = await sessionTranscriptOf(
        {
          nonce,
          ...('origin' in input
            ? { audience: `origin:${input.origin}` }
            : { audience: input.clientId, responseUri: input.responseUri }),
          ...(jwkThumbprint && { encryptionKeyThumbprint: jwkThumbprint.toString('base64url') }),
        },
        nodeCrypto,
      )
      if (!ours.ok) throw new Error(ours.error.code)
      const bytes = Buffer.from(encodeCbor(ours.value)).toString('hex')
      expect(bytes).toBe(Buffer.from((await theirTranscript(input)).encode()).toString('hex'))
      seen.add(bytes)
    }
    expect(seen.size).toBe(inputs.length)
  })
})

describe.skipIf(pythonMissing !== undefined)('pymdoccbor', () => {
  const script = 'mdoc/verify_mdoc.py'
  const ask = { do: 'verify', trusted: [caCertificate] }

  it('verifies what we issue', async () => {
    const credential = await issuedByUs(issuer, holder)
    const answer = await runPython(script, { ...ask, mdoc: credential, docType })
    expect(answer).toMatchObject({ valid: true, digests: everyElement.length })
    expect(answer).toMatchObject({ claims: { [localNamespace]: { given_name: 'Z.', balance: -70_000 } } })
  })

  it('verifies what we present, numbers of every kind included', async () => {
    const numbers = { claims: { [namespace]: { half: 0.5, tenth: 0.1, many: 2 ** 40 } }, encodings: [] }
    const credential = await issuedByUs(issuer, holder, numbers)
    const disclose = ['half', 'tenth', 'many'].map((element) => [namespace, element])
    const presentation = await presentedByUs(credential, holder, disclose, binding)
    const answer = await runPython(script, { ...ask, mdoc: presentation })
    expect(answer).toEqual({ valid: true, digests: 3, claims: numbers.claims })
  })

  it('refuses what we issue when an element is changed', async () => {
    const credential = replaced(await issuedByUs(issuer, holder), 'Mustermann', 'Musterfrau')
    const answer = await runPython(script, { ...ask, mdoc: credential, docType })
    expect(answer).toMatchObject({ valid: false })
    expect(await mdoc.open(credential, nodeCrypto)).toMatchObject({ ok: false })
  })

  it('refuses what we issue when it trusts somebody else', async () => {
    const other = newDocumentSigner('ES256').certificate
    const credential = await issuedByUs(issuer, holder)
    const answer = await runPython(script, { ...ask, trusted: [other], mdoc: credential, docType })
    expect(answer).toMatchObject({ valid: false })
  })

  it('issues what we open, present and verify, with its reference to a status list', async () => {
    const statusList = { idx: 412, uri: 'https://issuer.example/status/1' }
    const { credential } = await issuedByPython({ status: { status_list: statusList } })
    const opened = await mdoc.open(credential, nodeCrypto)
    expect(opened.ok && opened.value).toMatchObject({ type: docType, claims: pythonClaims })
    const presentation = await presentedByUs(credential, holder, [[namespace, 'birth_date']], binding)
    const outcome = await verifiedByUs(presentation, issuer, binding)
    expect(outcomes(outcome)).toEqual(allPassed)
    expect(outcome.presentation?.claims).toEqual({ [namespace]: { birth_date: '1984-01-17' } })
    expect(outcome.presentation?.statuses).toEqual([
      { mechanism: 'token_status_list', uri: statusList.uri, index: statusList.idx },
    ])
  })

  it('issues what @owf/mdoc and we both verify', async () => {
    const { credential } = await issuedByPython({})
    const disclose = Object.keys(pythonClaims[namespace]).map((element) => [namespace, element])
    const presentation = await presentedByUs(credential, holder, disclose, binding)
    expect(await failed(presentation)).toEqual([])
    expect(outcomes(await verifiedByUs(presentation, issuer, binding))).toEqual(allPassed)
  })

  const pythonClaims = {
    [namespace]: {
      family_name: 'Mustermann',
      birth_date: '1984-01-17',
      height: 169,
      age_over_18: true,
      driving_privileges: [{ vehicle_category_code: 'B', issue_date: '2013-04-25' }],
    },
  }

  async function issuedByPython(more: object): Promise<{ credential: string }> {
    const day = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10)
    return (await runPython(script, {
      do: 'issue',
      docType,
      claims: pythonClaims,
      issuerKey: issuer.jwk,
      deviceKey: publicJwk(holder),
      certificate: issuer.certificate,
      from: day(now - 86_400),
      until: day(now + 86_400),
      ...more,
    })) as { credential: string }
  }
})
