import { makeSigner, nodeEngine } from '@countersign/testing/engines/node-engine'
import {
  COUNTRY,
  DIGITAL_SIGNATURE,
  generalName,
  KEY_CERT_SIGN,
  makeCertificate,
  makeCertificateDer,
  type NameAttribute,
  name,
  nameConstraints,
  ORGANIZATION,
  type Subtrees,
  toX5c,
} from '@countersign/testing/forging/certificates'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sequence } from './asn1/der-writer.ts'
import { parseCertificate } from './certificate.ts'
import { validatePath } from './certification-path.ts'
import { readNameConstraints } from './name-constraints.ts'

const NOW = 1_780_000_000
const root = makeSigner('P-256', 'root')
const leafKey = makeSigner('P-256', 'leaf').publicJwk
const { address, directoryName, dnsName, email, registeredId, uri } = generalName

const EMAIL_ADDRESS = '1.2.840.113549.1.9.1'

interface Leaf {
  readonly subject?: string
  readonly attributes?: readonly NameAttribute[]
  readonly names?: readonly Uint8Array[]
}

async function judge(constraints: Subtrees, leaf: Leaf, critical = true): Promise<string> {
  const anchor = await makeCertificate({
    subject: 'Root',
    issuer: 'Root',
    key: root.publicJwk,
    signer: root,
    ca: true,
    keyUsage: [KEY_CERT_SIGN],
    extra: [nameConstraints(constraints, critical)],
  })
  const certificate = await makeCertificate({
    subject: leaf.subject ?? 'Leaf',
    subjectAttributes: leaf.attributes,
    issuer: 'Root',
    key: leafKey,
    signer: root,
    names: leaf.names,
    keyUsage: [DIGITAL_SIGNATURE],
  })
  const path = await validatePath(toX5c(certificate), [anchor], NOW, nodeEngine)
  return path.ok ? 'valid' : path.error.code
}

const org = (text: string): NameAttribute => [ORGANIZATION, text]
const country = (text: string): NameAttribute => [COUNTRY, text]

/** In the order of the forms in x509-limbo's `rfc5280::nc`, with more of what an attacker would try. */
const CASES: readonly (readonly [string, Subtrees, Leaf, boolean])[] = [
  [
    'a host that is permitted',
    { permitted: [dnsName('example.com')] },
    { names: [dnsName('example.com')] },
    true,
  ],
  ['a host below it', { permitted: [dnsName('example.com')] }, { names: [dnsName('a.b.Example.COM')] }, true],
  [
    'a host that ends alike',
    { permitted: [dnsName('example.com')] },
    { names: [dnsName('badexample.com')] },
    false,
  ],
  ['a host above it', { permitted: [dnsName('a.example.com')] }, { names: [dnsName('example.com')] }, false],
  [
    'one host of two',
    { permitted: [dnsName('example.com')] },
    { names: [dnsName('example.com'), dnsName('evil.org')] },
    false,
  ],
  ['no host at all', { permitted: [dnsName('example.com')] }, { names: [uri('https://evil.org')] }, true],
  [
    'a host that is excluded',
    { excluded: [dnsName('example.com')] },
    { names: [dnsName('www.example.com')] },
    false,
  ],
  [
    'the same with a final dot',
    { excluded: [dnsName('example.com')] },
    { names: [dnsName('www.example.com.')] },
    false,
  ],
  ['another host', { excluded: [dnsName('example.com')] }, { names: [dnsName('example.org')] }, true],
  [
    'a host that is permitted and excluded',
    { permitted: [dnsName('example.com')], excluded: [dnsName('a.example.com')] },
    { names: [dnsName('a.example.com')] },
    false,
  ],
  [
    'a wildcard above what is excluded',
    { excluded: [dnsName('foo.example.com')] },
    { names: [dnsName('*.example.com')] },
    false,
  ],
  [
    'a wildcard beside it',
    { excluded: [dnsName('foo.example.org')] },
    { names: [dnsName('*.example.com')] },
    true,
  ],
  [
    'a wildcard within what is permitted',
    { permitted: [dnsName('example.com')] },
    { names: [dnsName('*.example.com')] },
    true,
  ],
  [
    'a host that is none, where hosts are permitted',
    { permitted: [dnsName('example.com')] },
    { names: [dnsName('a b.example.com')] },
    false,
  ],
  [
    'any host, where the base is empty',
    { permitted: [dnsName('')] },
    { names: [dnsName('example.com')] },
    true,
  ],
  [
    'any host, where everything is excluded',
    { excluded: [dnsName('')] },
    { names: [dnsName('example.com')] },
    false,
  ],

  [
    'a URI of a permitted host',
    { permitted: [uri('example.com')] },
    { names: [uri('https://example.com:8443/x?y#z')] },
    true,
  ],
  [
    'a URI of a host below it',
    { permitted: [uri('example.com')] },
    { names: [uri('https://a.example.com/')] },
    false,
  ],
  [
    'a URI of a host in the domain',
    { permitted: [uri('.example.com')] },
    { names: [uri('https://a.example.com/')] },
    true,
  ],
  [
    'a URI of the domain itself',
    { permitted: [uri('.example.com')] },
    { names: [uri('https://example.com/')] },
    false,
  ],
  [
    'a URI with the host as user',
    { permitted: [uri('example.com')] },
    { names: [uri('https://example.com@evil.org/')] },
    false,
  ],
  [
    'a URI with a user',
    { excluded: [uri('evil.org')] },
    { names: [uri('https://example.com@evil.org/')] },
    false,
  ],
  ['a URI of an address', { permitted: [uri('.1')] }, { names: [uri('https://192.0.2.1/')] }, false],
  [
    'a URI of an address, where hosts are excluded',
    { excluded: [uri('example.com')] },
    { names: [uri('https://192.0.2.1/')] },
    false,
  ],
  [
    'a URN, where hosts are permitted',
    { permitted: [uri('example.com')] },
    { names: [uri('urn:example.com')] },
    false,
  ],
  [
    'a URN, where hosts are excluded',
    { excluded: [uri('example.com')] },
    { names: [uri('urn:example')] },
    false,
  ],

  [
    'a mailbox that is permitted',
    { permitted: [email('a@example.com')] },
    { names: [email('a@EXAMPLE.com')] },
    true,
  ],
  [
    'a mailbox of another case',
    { permitted: [email('a@example.com')] },
    { names: [email('A@example.com')] },
    false,
  ],
  ['a mailbox of the host', { permitted: [email('example.com')] }, { names: [email('a@example.com')] }, true],
  [
    'a mailbox of a host below',
    { permitted: [email('example.com')] },
    { names: [email('a@b.example.com')] },
    false,
  ],
  [
    'a mailbox in the domain',
    { permitted: [email('.example.com')] },
    { names: [email('a@b.example.com')] },
    true,
  ],
  [
    'a mailbox of the domain itself',
    { permitted: [email('.example.com')] },
    { names: [email('a@example.com')] },
    false,
  ],
  [
    'a mailbox with two @',
    { permitted: [email('example.com')] },
    { names: [email('a@b@example.com')] },
    false,
  ],
  [
    'an excluded mailbox with two @',
    { excluded: [email('b.example')] },
    { names: [email('a@b@example.com')] },
    false,
  ],
  ['a quoted @', { permitted: [email('example.com')] }, { names: [email('"a@b"@example.com')] }, true],
  ['a mailbox without host', { excluded: [email('example.com')] }, { names: [email('example.org')] }, false],
  [
    'a mailbox in the subject',
    { excluded: [email('example.com')] },
    { attributes: [[EMAIL_ADDRESS, 'a@example.com']] },
    false,
  ],
  [
    'another mailbox in the subject',
    { excluded: [email('example.com')] },
    { attributes: [[EMAIL_ADDRESS, 'a@example.org']] },
    true,
  ],

  [
    'an address in the range',
    { permitted: [address(192, 0, 2, 0, 255, 255, 255, 0)] },
    { names: [address(192, 0, 2, 7)] },
    true,
  ],
  [
    'an address beside it',
    { permitted: [address(192, 0, 2, 0, 255, 255, 255, 0)] },
    { names: [address(192, 0, 3, 7)] },
    false,
  ],
  [
    'an address that is excluded',
    { excluded: [address(192, 0, 2, 0, 255, 255, 255, 0)] },
    { names: [address(192, 0, 2, 7)] },
    false,
  ],
  [
    'an address of the other version',
    { permitted: [address(192, 0, 2, 0, 255, 255, 255, 0)] },
    { names: [address(...Array<number>(16).fill(1))] },
    false,
  ],

  [
    'a subject in the directory',
    { permitted: [directoryName(sequence())] },
    { attributes: [org('A')] },
    true,
  ],
  [
    'a subject below the organization',
    { permitted: [base(country('DE'), org('A'))] },
    { attributes: [country('DE'), org('A')] },
    true,
  ],
  [
    'the same in other letters and spaces',
    { permitted: [base(country('DE'), org('A  b'))] },
    { attributes: [country('de'), org(' a B ')] },
    true,
  ],
  [
    'a subject of another organization',
    { permitted: [base(country('DE'), org('A'))] },
    { attributes: [country('DE'), org('B')] },
    false,
  ],
  [
    'a subject in another order',
    { permitted: [base(country('DE'), org('A'))] },
    { attributes: [org('A'), country('DE')] },
    false,
  ],
  ['a subject that is excluded', { excluded: [base(org('A'))] }, { attributes: [org('a')] }, false],
  [
    'an alternative name that is excluded',
    { excluded: [base(org('A'))] },
    { names: [directoryName(name('x', [org('A')]))] },
    false,
  ],
  [
    'an alternative name beside it',
    { excluded: [base(org('A'))] },
    { names: [directoryName(name('x', [org('B')]))] },
    true,
  ],

  ['a name of a form that nobody reads', { permitted: [registeredId()] }, { names: [registeredId()] }, false],
  ['the same, excluded', { excluded: [registeredId()] }, { names: [registeredId()] }, false],
  ['no name of that form', { excluded: [registeredId()] }, { names: [dnsName('example.com')] }, true],
]

/** A base without common name. */
function base(...attributes: readonly NameAttribute[]): Uint8Array {
  const whole = name('', attributes)
  // The common name comes last, as one RelativeDistinguishedName of 11 bytes.
  return directoryName(sequence(whole.subarray(2, whole.length - 11)))
}

describe('name constraints', () => {
  it.each(CASES)('judge %s', async (_what, constraints, leaf, accepted) => {
    expect(await judge(constraints, leaf)).toBe(accepted ? 'valid' : 'name_not_permitted')
  })

  it('count where they are not marked critical, too', async () => {
    const constraints = { permitted: [dnsName('example.com')] }
    expect(await judge(constraints, { names: [dnsName('evil.org')] }, false)).toBe('name_not_permitted')
  })

  it.each<[string, Uint8Array]>([
    ['nothing', sequence()],
    ['an empty list', nameConstraints({ permitted: [] }).value ?? sequence()],
    [
      'a host with a leading dot',
      nameConstraints({ permitted: [dnsName('.example.com')] }).value ?? sequence(),
    ],
    [
      'a mask with holes',
      nameConstraints({ excluded: [address(10, 0, 0, 0, 255, 0, 255, 0)] }).value ?? sequence(),
    ],
    ['an address without mask', nameConstraints({ excluded: [address(10, 0, 0, 0)] }).value ?? sequence()],
    ['no name in a subtree', nameConstraints({ excluded: [new Uint8Array()] }).value ?? sequence()],
    ['a minimum', sequence(Uint8Array.of(0xa0, 8, 0x30, 6, 0x82, 1, 0x61, 0x80, 1, 1))],
    [
      'excluded before permitted',
      sequence(
        Uint8Array.of(0xa1, 5, 0x30, 3, 0x82, 1, 0x61),
        Uint8Array.of(0xa0, 5, 0x30, 3, 0x82, 1, 0x61),
      ),
    ],
    ['another field', sequence(Uint8Array.of(0xa2, 0))],
  ])('are malformed with %s', async (_what, value) => {
    expect(readNameConstraints(value)).toBeUndefined()
    const der = await makeCertificateDer({
      subject: 'Root',
      issuer: 'Root',
      key: root.publicJwk,
      signer: root,
      extra: [{ identifier: '2.5.29.30', critical: true, value }],
    })
    expect(parseCertificate(der)).toMatchObject({
      ok: false,
      error: { code: 'certificate_extensions_malformed', extension: '2.5.29.30' },
    })
  })

  it('of every CA above bind, and a CA that renews its own key is not bound by them', async () => {
    const middle = makeSigner('P-256', 'middle')
    const ca = { ca: true, keyUsage: [KEY_CERT_SIGN] }
    const shared = { key: middle.publicJwk, signer: root, ...ca }
    const anchor = (extra: Subtrees) =>
      makeCertificate({
        subject: 'Root',
        issuer: 'Root',
        key: root.publicJwk,
        signer: root,
        ...ca,
        extra: [nameConstraints(extra)],
      })
    const leaf = (issuer: string, host: string) =>
      makeCertificate({ subject: 'Leaf', issuer, key: leafKey, signer: middle, dnsNames: [host] })
    const between = await makeCertificate({
      ...shared,
      subject: 'Middle',
      issuer: 'Root',
      extra: [nameConstraints({ permitted: [dnsName('a.example.com')] })],
    })
    const paths = async (host: string) => {
      const x5c = toX5c(await leaf('Middle', host), between)
      const path = await validatePath(
        x5c,
        [await anchor({ permitted: [dnsName('example.com')] })],
        NOW,
        nodeEngine,
      )
      return path.ok ? 'valid' : path.error
    }
    expect(await paths('a.example.com')).toBe('valid')
    expect(await paths('b.example.com')).toEqual({ code: 'name_not_permitted', position: 0 })
    expect(await paths('a.example.org')).toEqual({ code: 'name_not_permitted', position: 0 })

    const renewed = await makeCertificate({ ...shared, subject: 'Root', issuer: 'Root' })
    const excluding = await anchor({ excluded: [base(), directoryName(name('Root'))] })
    const below = toX5c(await leaf('Root', 'example.com'), renewed)
    expect(await validatePath(below, [excluding], NOW, nodeEngine)).toMatchObject({
      ok: false,
      error: { code: 'name_not_permitted', position: 0 },
    })
    const excludingRoot = await anchor({ excluded: [directoryName(name('Root'))] })
    expect((await validatePath(below, [excludingRoot], NOW, nodeEngine)).ok).toBe(true)
  })

  it('are read from any bytes as a value or not at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const read = readNameConstraints(bytes)
        expect(read === undefined || read.permitted.length + read.excluded.length > 0).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})
