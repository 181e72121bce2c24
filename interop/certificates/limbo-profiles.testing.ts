/** Cases of x509-limbo about single certificates and the length of a path: profile, identifiers, names, periods. */
import { encodeUtf8 } from '@countersign/core/base64url'
import {
  CRL_SIGN,
  DIGITAL_SIGNATURE,
  type ExtraExtension,
  generalName,
  KEY_CERT_SIGN,
  NOT_AFTER,
  NOT_BEFORE,
} from '@countersign/testing/forging/certificates'
import { boolean, element, objectIdentifier, sequence } from '@countersign/x509/asn1/der-writer'
import { CA, type Changes, extension, invalid, keyId, type LimboCase, valid } from './limbo-case.testing.ts'

const PERIOD = NOT_AFTER - NOT_BEFORE
const { dnsName } = generalName
const unknownCritical: ExtraExtension = {
  identifier: '1.3.6.1.4.1.55738.666.1',
  critical: true,
  value: new Uint8Array(),
}
/** Of TLS servers. */
export const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'
function pathLengths(): readonly LimboCase[] {
  const ca = (pathLength: number): Changes => ({ pathLength })
  return [
    ...[0, 1, 2].map((length) =>
      valid(`pathlen::ee-with-intermediate-pathlen-${length}`, [{}, ca(length), {}]),
    ),
    {
      ...valid('pathlen::validation-ignores-pathlen-in-leaf', [{}, ca(0), { ...CA, pathLength: 0 }]),
      ours: 'leaf_key_usage_wrong',
      why: 'whoever signs credentials may sign more than certificates and revocation lists',
    },
    valid('pathlen::validation-ignores-pathlen-in-leaf, with digitalSignature', [
      {},
      ca(0),
      { ...CA, pathLength: 0, keyUsage: [DIGITAL_SIGNATURE, KEY_CERT_SIGN] },
    ]),
    invalid('pathlen::intermediate-violates-pathlen-0', [{}, ca(0), ca(0), {}], 'path_length_exceeded'),
    valid('pathlen::intermediate-pathlen-may-increase', [{}, ca(1), ca(2), {}]),
    invalid('pathlen::intermediate-pathlen-too-long', [{}, ca(1), ca(0), ca(0), {}], 'path_length_exceeded'),
    valid('pathlen::self-issued-certs-pathlen', [
      {},
      { pathLength: 1, subject: 'ICA' },
      { pathLength: 1, subject: 'ICA' },
      ca(0),
      {},
    ]),
  ]
}

function profiles(): readonly LimboCase[] {
  const noConstraints: Changes = { ca: false }
  const noUsage: Changes = { keyUsage: [CRL_SIGN] }
  const aia = sequence(sequence(objectIdentifier('1.3.6.1.5.5.7.48.2'), dnsName('example.com')))
  return [
    invalid('rfc5280::ee-empty-issuer', [{}, { issuerName: sequence() }], 'certificate_malformed'),
    invalid('rfc5280::ca-empty-subject', [{ subjectName: sequence() }, {}], 'certificate_malformed'),
    invalid(
      'rfc5280::unknown-critical-extension-ee',
      [{}, { extra: [unknownCritical] }],
      'extension_unknown',
    ),
    invalid(
      'rfc5280::unknown-critical-extension-root',
      [{ extra: [unknownCritical] }, {}],
      'extension_unknown',
    ),
    invalid(
      'rfc5280::unknown-critical-extension-intermediate',
      [{}, { pathLength: 0, extra: [unknownCritical] }, {}],
      'extension_unknown',
    ),
    {
      ...valid('rfc5280::unknown-critical-extension-unrelated-root', [{}, {}]),
      beside: [{ subject: 'Unrelated', issuer: 'Unrelated', extra: [unknownCritical] }],
    },
    invalid(
      'rfc5280::intermediate-ca-without-ca-bit',
      [{}, { ...noConstraints, ...extension('2.5.29.19', true, sequence()) }, {}],
      'issuer_not_ca',
    ),
    invalid('rfc5280::intermediate-ca-missing-basic-constraints', [{}, noConstraints, {}], 'issuer_not_ca'),
    invalid('rfc5280::root-missing-basic-constraints', [noConstraints, {}], 'issuer_not_ca'),
    {
      ...invalid(
        'rfc5280::root-non-critical-basic-constraints',
        [{ ca: false, ...extension('2.5.29.19', false, sequence(boolean(true))) }, {}],
        'valid',
      ),
      why: 'the bit is read; that it is marked critical binds those who cannot read it',
    },
    invalid('rfc5280::root-inconsistent-ca-extensions', [noUsage, {}], 'issuer_key_usage_wrong'),
    invalid('rfc5280::ica-ku-keycertsign', [{}, { ...noUsage, pathLength: 0 }, {}], 'issuer_key_usage_wrong'),
    {
      ...invalid(
        'rfc5280::leaf-ku-keycertsign',
        [{}, { keyUsage: [DIGITAL_SIGNATURE, KEY_CERT_SIGN] }],
        'valid',
      ),
      why: 'it vouches for nobody without cA',
    },
    valid('rfc5280::ee-aia', [{}, extension('1.3.6.1.5.5.7.1.1', false, aia)]),
    invalid(
      'rfc5280::ee-critical-aia-invalid',
      [{}, extension('1.3.6.1.5.5.7.1.1', true, aia)],
      'extension_unknown',
    ),
    invalid(
      'rfc5280::duplicate-extensions',
      [{}, extension('2.5.29.17', false, sequence(dnsName('example.com')))],
      'certificate_extensions_malformed',
    ),
    valid('rfc5280::no-keyusage', [{}, { keyUsage: undefined }]),
    valid('rfc5280::no-basicconstraints', [{}, {}]),
    invalid(
      'rfc5280::mismatching-signature-algorithm',
      [{}, { innerScheme: { kind: 'ecdsa', hash: 'sha-384' } }],
      'certificate_malformed',
    ),
    invalid(
      'rfc5280::pc::ica-noncritical-pc',
      [{}, extension('2.5.29.36', false, sequence(element(0x80, Uint8Array.of(3)))), {}],
      'extension_unknown',
    ),
    {
      ...invalid(
        'rfc5280::eku::ee-wrong-eku',
        [{}, { extendedKeyUsage: [CLIENT_AUTH] }],
        'extended_key_usage_wrong',
      ),
      purposes: [SERVER_AUTH],
    },
    {
      ...valid('rfc5280::eku::ee-without-eku', [{}, {}]),
      purposes: [SERVER_AUTH],
      ours: 'extended_key_usage_wrong',
      why: 'where a purpose is asked for, a leaf names it',
    },
    invalid(
      'rfc5280::eku::ee-eku-empty',
      [{}, extension('2.5.29.37', false, sequence())],
      'certificate_extensions_malformed',
    ),
  ]
}

const HELPS_ONLY = 'it only helps to choose among anchors; names and signatures decide'

function identifiers(): readonly LimboCase[] {
  const critical = (identifier: string, value: Uint8Array) => extension(identifier, true, value)
  const aki = critical('2.5.29.35', sequence(element(0x80, keyId('0'))))
  const ski = critical('2.5.29.14', element(0x04, keyId('0')))
  return [
    {
      ...invalid('rfc5280::aki::critical-aki', [{ authorityKeyId: undefined, ...aki }, {}], 'valid'),
      why: HELPS_ONLY,
    },
    {
      ...invalid('rfc5280::aki::leaf-missing-aki', [{}, { authorityKeyId: undefined }], 'valid'),
      why: HELPS_ONLY,
    },
    {
      ...invalid('rfc5280::aki::intermediate-missing-aki', [{}, { authorityKeyId: undefined }, {}], 'valid'),
      why: HELPS_ONLY,
    },
    valid('rfc5280::aki::self-signed-root-missing-aki', [{ authorityKeyId: undefined }, {}]),
    {
      ...invalid('rfc5280::ski::critical-ski', [{ subjectKeyId: undefined, ...ski }, {}], 'valid'),
      why: HELPS_ONLY,
    },
    {
      ...invalid('rfc5280::ski::root-missing-ski', [{ subjectKeyId: undefined }, {}], 'valid'),
      why: HELPS_ONLY,
    },
    {
      ...invalid('rfc5280::ski::intermediate-missing-ski', [{}, { subjectKeyId: undefined }, {}], 'valid'),
      why: HELPS_ONLY,
    },
    ...(
      [
        ['too-long', new Uint8Array(22).fill(0x11)],
        ['zero', Uint8Array.of(0)],
        ['negative', Uint8Array.of(0x81)],
      ] as const
    ).map(([what, serial]) => ({
      ...invalid(`rfc5280::serial::${what}`, [{}, { serial }], 'valid'),
      why: 'nothing is looked up by it; the profile of mdocs asks for a good one',
    })),
  ]
}

function alternativeNames(): readonly LimboCase[] {
  return [
    invalid(
      'rfc5280::san::malformed',
      [{}, { dnsNames: [], ...extension('2.5.29.17', false, encodeUtf8('example.com')) }],
      'certificate_extensions_malformed',
    ),
    {
      ...invalid('rfc5280::san::noncritical-with-empty-subject', [{}, { subjectName: sequence() }], 'valid'),
      why: 'the names are read, critical or not',
    },
    {
      ...invalid('rfc5280::san::underscore-dns', [{}, { dnsNames: ['foo_bar.example.com'] }], 'valid'),
      why: 'names are compared as they are; there are hosts with one',
    },
    {
      ...invalid('rfc5280::san::ip-in-dns', [{}, { dnsNames: ['8.8.8.8'] }], 'valid'),
      why: 'it names no host that anybody asks for',
    },
  ]
}

function periods(): readonly LimboCase[] {
  const short: Changes = { notAfter: NOT_BEFORE + 1000 }
  const late: Changes = { notBefore: NOT_BEFORE + 1000 }
  const at = PERIOD / 2
  return [
    { ...invalid('rfc5280::validity::expired-root', [short, {}, {}], 'certificate_expired'), at },
    { ...invalid('rfc5280::validity::expired-intermediate', [{}, short, {}], 'certificate_expired'), at },
    { ...invalid('rfc5280::validity::expired-leaf', [{}, {}, short], 'certificate_expired'), at },
    { ...valid('rfc5280::validity::notbefore-exact', [late, late, late]), at: 1000 },
    {
      ...invalid('rfc5280::validity::notbefore-fractional', [late, late, late], 'certificate_not_yet_valid'),
      at: 999.999,
    },
    { ...valid('rfc5280::validity::notafter-exact', [short, short, short]), at: 1000 },
    {
      ...valid('rfc5280::validity::notafter-fractional', [short, short, short]),
      at: 1000.005,
    },
    {
      ...invalid('rfc5280::validity::expired-1-second', [short, short, short], 'certificate_expired'),
      at: 1001,
    },
    {
      ...invalid(
        'rfc5280::validity::not-yet-valid-1-second',
        [late, late, late],
        'certificate_not_yet_valid',
      ),
      at: 999,
    },
  ]
}

export const PROFILE_CASES: readonly LimboCase[] = [
  ...pathLengths(),
  ...profiles(),
  ...identifiers(),
  ...alternativeNames(),
  ...periods(),
]
