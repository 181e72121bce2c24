import { encodeCbor } from '@countersign/crypto/cbor/encode'
import { type CborInput, mapOf, tagged } from '@countersign/crypto/cbor/value'
import { HEADER, writeX5chain } from '@countersign/crypto/cose/message'
import { signCoseSign1 } from '@countersign/crypto/cose/sign1'
import type { Signer } from '@countersign/crypto/engine'
import { makeSigner, nodeEngine } from '@countersign/testing/engines/node-engine'
import {
  type CertificateRequest,
  KEY_CERT_SIGN,
  makeCertificate,
  NOT_AFTER,
  NOT_BEFORE,
} from '@countersign/testing/forging/certificates'
import type { Certificate } from '@countersign/x509/certificate'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anchorsFrom, pinsFrom } from '../trust-anchor.ts'
import { readVical, type VicalOptions, vicalSignerTrust } from './vical.ts'

const NOW = 1_780_000_000
const DATE = '2026-05-01T00:00:00Z'
const ISSUED_AT = Date.parse(DATE) / 1000
const MDL = 'org.iso.18013.5.1.mDL'

const provider = makeSigner('P-256', 'provider')
const authority = makeSigner('P-384', 'authority')
const SKI = Uint8Array.of(1, 2, 3)

const make = (changes: Partial<CertificateRequest>) =>
  makeCertificate({
    subject: 'IACA',
    issuer: 'IACA',
    key: authority.publicJwk,
    signer: authority,
    ca: true,
    keyUsage: [KEY_CERT_SIGN],
    subjectKeyId: SKI,
    ...changes,
  })

const iaca = await make({})
const providerCertificate = await make({
  subject: 'Provider',
  issuer: 'Provider root',
  key: provider.publicJwk,
  signer: provider,
  ca: false,
  keyUsage: [0],
  extendedKeyUsage: ['1.0.18013.5.1.8'],
})

const date = (text: string) => tagged(0, text)
type Members = Readonly<Record<string, CborInput>>

const entry = (certificate: Certificate, members: Members = {}): CborInput =>
  mapOf({
    certificate: certificate.der,
    serialNumber: tagged(2, Uint8Array.of(0x2a, 0x17)),
    ski: SKI,
    docType: [MDL],
    ...members,
  })

interface Forgery {
  readonly members?: Members
  readonly without?: string
  readonly entries?: readonly CborInput[]
  readonly signer?: Signer
  readonly chain?: readonly Uint8Array[]
  readonly payload?: Uint8Array
}

async function makeVical(forgery: Forgery = {}): Promise<Uint8Array> {
  const { entries = [entry(iaca)], without } = forgery
  const members: Record<string, CborInput> = {
    version: '1.0',
    vicalProvider: 'Example',
    date: date(DATE),
    vicalIssueID: 7,
    nextUpdate: date('2026-12-01T00:00:00Z'),
    certificateInfos: entries,
    ...forgery.members,
  }
  if (without !== undefined) delete members[without]
  const payload = forgery.payload ?? encodeCbor(mapOf(members))
  const chain = forgery.chain ?? [providerCertificate.der]
  const unprotectedHeader = new Map(chain.length > 0 ? [[HEADER.x5chain, writeX5chain(chain)] as const] : [])
  const message = { protectedHeader: new Map(), unprotectedHeader, payload }
  return encodeCbor(await signCoseSign1(message, forgery.signer ?? provider))
}

const byPin = vicalSignerTrust(pinsFrom([providerCertificate], { name: 'Example provider' }), nodeEngine)

async function read(forgery: Forgery = {}, options: Partial<VicalOptions> = {}) {
  return readVical(await makeVical(forgery), { now: NOW, signers: byPin, crypto: nodeEngine, ...options })
}

describe('a VICAL', () => {
  it('gives anchors for mdocs of the types that it names, as long as it is current', async () => {
    const named = entry(iaca, {
      docType: [MDL, 'org.iso.23220.photoid.1'],
      issuingAuthority: 'Ministry of Utopia',
      notBefore: date('2026-01-01T00:00:00Z'),
      notAfter: date('2027-01-01T00:00:00Z'),
      more: 1,
    })
    const vical = await read({ entries: [entry(iaca), named], members: { extensions: mapOf({}) } })
    const shared = {
      source: 'VICAL Example 7',
      purposes: ['issuer'],
      signerProfiles: ['iso-mdl'],
      usableUntil: Date.parse('2026-12-01T00:00:00Z') / 1000,
    }
    expect(vical).toEqual({
      ok: true,
      value: {
        provider: 'Example',
        issuedAt: ISSUED_AT,
        nextUpdate: shared.usableUntil,
        issue: 7,
        signedBy: 'Example provider',
        list: {
          anchors: [
            { certificate: iaca, types: [MDL], ...shared },
            {
              certificate: iaca,
              types: [MDL, 'org.iso.23220.photoid.1'],
              name: 'Ministry of Utopia',
              ...shared,
            },
          ],
          pins: [],
        },
        skipped: [],
      },
    })
  })

  it('may lack a number and a next update, and write its numbers in other ways', async () => {
    const plain = await read({ without: 'vicalIssueID' }, {})
    expect(plain).toMatchObject({ ok: true, value: { list: { anchors: [{ source: 'VICAL Example' }] } } })
    const endless = await read({ without: 'nextUpdate' }, { now: NOW + 10 ** 6 })
    expect(endless).toMatchObject({ ok: true, value: { list: { anchors: [{ usableUntil: undefined }] } } })
  })

  const wrapped = (bytes: Uint8Array) => Uint8Array.of(0x04, bytes.length, ...bytes)
  const otherName = Uint8Array.from(iaca.subject.der).fill(0x58, -1)

  // As providers write them: AAMVA repeats the key identifier as the whole value of the extension, and 18:20 as 06:20.
  it.each<[string, string, CborInput, boolean]>([
    ['the key identifier as it is', 'ski', SKI, true],
    ['the key identifier as an OCTET STRING', 'ski', wrapped(SKI), true],
    ['the value of the extension', 'ski', wrapped(wrapped(SKI)), true],
    ['another key identifier', 'ski', Uint8Array.of(9), false],
    ['another key identifier, wrapped', 'ski', wrapped(wrapped(Uint8Array.of(9))), false],
    ['no key identifier', 'ski', null, true],
    ['a key identifier that is text', 'ski', '010203', true],
    ['a number', 'serialNumber', 0x2a17, true],
    ['a number with more bits', 'serialNumber', 0x2a17n, true],
    ['bytes with a zero before them', 'serialNumber', Uint8Array.of(0, 0x2a, 0x17), true],
    ['an INTEGER', 'serialNumber', Uint8Array.of(0x02, 0x02, 0x2a, 0x17), true],
    ['a number that is none', 'serialNumber', tagged(2, 'x'), true],
    ['another number', 'serialNumber', 1, false],
    ['another INTEGER', 'serialNumber', Uint8Array.of(0x02, 0x01, 0x17), false],
    ['a negative number', 'serialNumber', tagged(3, Uint8Array.of(0x2a, 0x17)), false],
    ['its own name', 'issuer', iaca.issuer.der, true],
    ['its own name, wrapped', 'subject', wrapped(iaca.subject.der), true],
    ['another name', 'subject', otherName, false],
    ['another issuer', 'issuer', otherName, false],
    ['a name that is text', 'subject', 'CN=Somebody', true],
    ['another beginning', 'notBefore', date(DATE), true],
    ['another end', 'notAfter', date(DATE), true],
  ])('compares what an entry repeats of its certificate: %s', async (_what, member, value, agrees) => {
    const vical = await read({ entries: [entry(iaca, { [member]: value })] })
    expect(vical).toMatchObject({
      value: {
        list: { anchors: agrees ? [{ certificate: iaca }] : [] },
        skipped: agrees ? [] : [{ index: 0, reason: 'entry_contradicts_certificate', member }],
      },
    })
  })

  it('knows a serial number that is negative as an INTEGER by either of its numbers', async () => {
    const high = await make({ serial: Uint8Array.of(0x9e, 0x8f) })
    for (const [serialNumber, agrees] of [
      [0x9e8f, true],
      [tagged(3, Uint8Array.of(0x61, 0x70)), true],
      [tagged(2, Uint8Array.of(0x61, 0x70)), false],
    ] as const) {
      const vical = await read({ entries: [entry(high, { serialNumber })] })
      expect(vical).toMatchObject({ value: { list: { anchors: agrees ? [{}] : [] } } })
    }
  })

  it.each<[string, CborInput, string]>([
    ['is no map', 'x', 'entry_malformed'],
    ['has no certificate', entry(iaca, { certificate: 'x' }), 'entry_malformed'],
    ['has no document type', entry(iaca, { docType: [] }), 'entry_malformed'],
    ['has a document type that is none', entry(iaca, { docType: [MDL, 1] }), 'entry_malformed'],
    [
      'has a certificate that cannot be read',
      entry(iaca, { certificate: Uint8Array.of(1) }),
      'certificate_malformed',
    ],
    ['names another key', entry(iaca, { ski: Uint8Array.of(9) }), 'entry_contradicts_certificate'],
    ['has another serial number', entry(iaca, { serialNumber: 1 }), 'entry_contradicts_certificate'],
    ['has a negative serial number', entry(iaca, { serialNumber: -1 }), 'entry_contradicts_certificate'],
  ])('passes over an entry that %s', async (_what, bad, reason) => {
    expect(await read({ entries: [bad, entry(iaca)] })).toMatchObject({
      ok: true,
      value: { list: { anchors: [{ certificate: iaca }] }, skipped: [{ index: 0, reason }] },
    })
  })

  it.each<[string, Forgery, object]>([
    [
      'of a version to come',
      { members: { version: '2.0' } },
      { code: 'vical_version_unsupported', version: '2.0' },
    ],
    ['without version', { without: 'version' }, { code: 'vical_malformed' }],
    ['without provider', { without: 'vicalProvider' }, { code: 'vical_malformed' }],
    ['without date', { without: 'date' }, { code: 'vical_malformed' }],
    ['without entries', { without: 'certificateInfos' }, { code: 'vical_malformed' }],
    ['with a date that is text', { members: { date: DATE } }, { code: 'vical_malformed' }],
    [
      'with a date that does not exist',
      { members: { date: date('2026-02-30T00:00:00Z') } },
      { code: 'vical_malformed' },
    ],
    ['with a next update that is none', { members: { nextUpdate: null } }, { code: 'vical_malformed' }],
    ['with a number that is none', { members: { vicalIssueID: -1 } }, { code: 'vical_malformed' }],
    ['of tomorrow', { members: { date: date('2026-12-01T00:00:00Z') } }, { code: 'list_from_future' }],
    ['that is outdated', { members: { nextUpdate: date(DATE) } }, { code: 'list_outdated' }],
    ['whose payload is no map', { payload: encodeCbor([]) }, { code: 'vical_malformed' }],
    ['whose payload is no CBOR', { payload: Uint8Array.of(0xff) }, { code: 'vical_malformed' }],
    [
      'with a forged signature',
      { signer: makeSigner('P-256') },
      { code: 'vical_signature_refused', reason: 'signature_invalid' },
    ],
    [
      'signed with another kind of key',
      { signer: makeSigner('P-384') },
      { code: 'vical_signature_refused', reason: 'alg_key_mismatch' },
    ],
    [
      'without a chain',
      { chain: [] },
      { code: 'vical_signer_untrusted', cause: { code: 'no_key_reference' } },
    ],
  ])('is refused %s', async (_what, forgery, error) => {
    expect(await read(forgery)).toEqual({ ok: false, error })
  })

  it('is refused when an older issue comes back, with its number or without', async () => {
    expect((await read({}, { lastIssue: 7 })).ok).toBe(true)
    expect(await read({}, { lastIssue: 8 })).toMatchObject({ error: { code: 'list_rolled_back' } })
    expect(await read({ without: 'vicalIssueID' }, { lastIssue: 1 })).toMatchObject({
      error: { code: 'list_rolled_back' },
    })
    const unnumbered = (lastIssuedAt: number) => read({ without: 'vicalIssueID' }, { lastIssuedAt })
    expect((await unnumbered(ISSUED_AT)).ok).toBe(true)
    expect(await unnumbered(ISSUED_AT + 1)).toMatchObject({ error: { code: 'list_rolled_back' } })
  })

  it('may be used for a while after its time where the deployment says so', async () => {
    const forgery = { members: { nextUpdate: date(DATE) } }
    const graceSeconds = NOW - ISSUED_AT
    expect(await read(forgery, { graceSeconds })).toMatchObject({
      ok: true,
      value: { list: { anchors: [{ usableUntil: NOW }] } },
    })
    expect((await read(forgery, { graceSeconds: graceSeconds - 1 })).ok).toBe(false)
  })

  it('is signed by somebody who is trusted with that, by a pin or by a chain for the purpose', async () => {
    const root = makeSigner('P-256', 'provider-root')
    const rootCertificate = await make({
      subject: 'Provider root',
      issuer: 'Provider root',
      key: root.publicJwk,
      signer: root,
    })
    const leaf = (changes: Partial<CertificateRequest> = {}) =>
      make({
        subject: 'Provider',
        issuer: 'Provider root',
        key: provider.publicJwk,
        signer: root,
        ca: false,
        keyUsage: [0],
        extendedKeyUsage: ['1.0.18013.5.1.8'],
        ...changes,
      })
    const signers = vicalSignerTrust(anchorsFrom([rootCertificate], { name: 'Root' }), nodeEngine)
    const good = await leaf()
    expect(await read({ chain: [good.der] }, { signers })).toMatchObject({
      ok: true,
      value: { signedBy: 'Root' },
    })
    expect((await read({ chain: [good.der, rootCertificate.der] }, { signers })).ok).toBe(true)
    const other = await leaf({ extendedKeyUsage: ['1.0.18013.5.1.2'] })
    expect(await read({ chain: [other.der] }, { signers })).toMatchObject({
      error: { code: 'vical_signer_untrusted', cause: { reason: 'extended_key_usage_wrong' } },
    })
    expect(await read({ chain: [good.der] })).toMatchObject({
      error: { code: 'vical_signer_untrusted', cause: { reason: 'anchor_unknown' } },
    })
    const forCredentials = vicalSignerTrust(
      pinsFrom([providerCertificate], { purposes: ['issuer'] }),
      nodeEngine,
    )
    expect(await read({}, { signers: forCredentials })).toMatchObject({
      error: { cause: { reason: 'anchor_not_for_purpose' } },
    })
    expect(await read({}, { now: NOT_AFTER + 1 })).toMatchObject({
      error: { cause: { reason: 'certificate_expired' } },
    })
    expect((await read({}, { now: NOT_BEFORE - 1 })).ok).toBe(false)
  })

  it('answers any bytes, and any change of a good one, with a refusal', async () => {
    const good = await makeVical()
    const options = { now: NOW, signers: byPin, crypto: nodeEngine }
    expect(await readVical(new Uint8Array(9 * 1024 * 1024), options)).toEqual({
      ok: false,
      error: { code: 'vical_too_large', reason: 'limit 8388608 bytes' },
    })
    const signed = good.length - 64
    await fc.assert(
      fc.asyncProperty(fc.nat(signed - 1), fc.integer({ min: 1, max: 255 }), async (at, bits) => {
        const changed = Uint8Array.from(good)
        changed[at] = (changed[at] ?? 0) ^ bits
        const read = await readVical(changed, options)
        // The unprotected header is not signed: a change there may leave a chain that is pinned all the same.
        if (read.ok) expect(read.value.list.anchors).toEqual([expect.objectContaining({ certificate: iaca })])
        else expect(read.error.code).toMatch(/^vical_/)
      }),
      { numRuns: 300 },
    )
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (any) => {
        expect((await readVical(any, options)).ok).toBe(false)
      }),
    )
  })
})
