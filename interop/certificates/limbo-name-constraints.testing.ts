/** Cases of x509-limbo about name constraints: which names a CA's certificates may carry. */
import { encodeUtf8 } from '@countersign/core/base64url'
import { generalName, nameConstraints } from '@countersign/testing/forging/certificates'
import { element, nullValue, objectIdentifier, sequence } from '@countersign/x509/asn1/der-writer'
import { type Changes, invalid, type LimboCase, valid } from './limbo-case.testing.ts'

const { dnsName, address, email, directoryName } = generalName
const permits = (...permitted: readonly Uint8Array[]): Changes => ({
  extra: [nameConstraints({ permitted })],
})
const excludes = (...excluded: readonly Uint8Array[]): Changes => ({ extra: [nameConstraints({ excluded })] })
const both = (permitted: readonly Uint8Array[], excluded: readonly Uint8Array[]): Changes => ({
  extra: [nameConstraints({ permitted, excluded })],
})
const hosts = (...dnsNames: readonly string[]): Changes => ({ dnsNames })
const named = (...names: readonly Uint8Array[]): Changes => ({ dnsNames: [], names })
const commonName = (text: string) =>
  sequence(element(0x31, sequence(objectIdentifier('2.5.4.3'), element(0x0c, encodeUtf8(text)))))
const directory = (text: string) => directoryName(commonName(text))
const otherName = element(0xa0, objectIdentifier('1.3.6.1.4.1.55738.666.2'), element(0xa0, nullValue()))
const NET = address(192, 0, 2, 0, 255, 255, 255, 0)
const LOCALHOST6 = [...Array<number>(15).fill(0), 1]

export function nameConstraintCases(): readonly LimboCase[] {
  const nc = (what: string) => `rfc5280::nc::${what}`
  const example = dnsName('example.com')
  const refused = 'name_not_permitted'
  const malformed = 'anchor_unreadable'
  const foo = directory('foo')
  const host = (text: string) => dnsName(`${text}.example.com`)
  const split = (permitted: readonly Uint8Array[], excluded: readonly Uint8Array[]) =>
    both(permitted, excluded)
  const forbidden = split([host('permitted')], [host('forbidden')])
  return [
    invalid(nc('permitted-dns-mismatch'), [permits(example), hosts('not-example.com')], refused),
    invalid(nc('excluded-dns-match'), [{}, excludes(example), {}], refused),
    valid(nc('permitted-dns-match'), [permits(example), {}]),
    {
      ...invalid(
        nc('permitted-dns-match-noncritical'),
        [{ extra: [nameConstraints({ permitted: [example] }, false)] }, {}],
        'valid',
      ),
      why: 'the constraints are kept; that they are marked critical binds those who cannot read them',
    },
    valid(nc('permitted-dns-match-more'), [permits(example), hosts('foo.bar.example.com')]),
    invalid(
      nc('excluded-dns-match-second'),
      [excludes(host('not-allowed')), hosts('example.com', 'not-allowed.example.com')],
      refused,
    ),
    invalid(nc('permitted-ip-mismatch'), [permits(NET), named(address(192, 0, 3, 1))], refused),
    invalid(nc('excluded-ipv4-match'), [excludes(NET), named(address(192, 0, 2, 1))], refused),
    invalid(
      nc('excluded-ipv6-match'),
      [excludes(address(...LOCALHOST6, ...Array<number>(16).fill(255))), named(address(...LOCALHOST6))],
      refused,
    ),
    valid(nc('permitted-ipv4-match'), [permits(NET), named(address(192, 0, 2, 1))]),
    valid(nc('permitted-ipv6-match'), [
      permits(address(...LOCALHOST6, ...Array<number>(16).fill(255))),
      named(address(...LOCALHOST6)),
    ]),
    invalid(
      nc('permitted-dn-mismatch'),
      [permits(foo), { subject: 'not-foo', ...named(directory('not-foo')) }],
      refused,
    ),
    invalid(nc('excluded-dn-match'), [excludes(foo), { subject: 'foo', ...named(foo) }], refused),
    valid(nc('permitted-dn-match'), [permits(foo), { subject: 'foo', ...named(foo) }]),
    invalid(
      nc('permitted-dn-match-subject-san-mismatch'),
      [permits(foo), { subject: 'not-foo', ...named(foo) }],
      refused,
    ),
    invalid(
      nc('excluded-dn-match-sub-mismatch'),
      [excludes(foo), { subject: 'foo', ...named(directory('not-foo')) }],
      refused,
    ),
    valid(nc('permitted-self-issued'), [
      { subject: 'not-example.com', issuer: 'not-example.com', ...permits(example) },
      { subject: 'not-example.com', ...hosts('not-example.com') },
      {},
    ]),
    {
      ...invalid(
        nc('excluded-self-issued-leaf'),
        [
          { subject: 'not-example.com', issuer: 'not-example.com', ...permits(example) },
          { subject: 'not-example.com', ...hosts('not-example.com') },
        ],
        'leaf_self_signed',
      ),
    },
    invalid(nc('excluded-match-permitted-and-excluded'), [split([example], [example]), {}], refused),
    valid(nc('permitted-different-constraint-type'), [permits(NET), {}]),
    valid(nc('excluded-different-constraint-type'), [excludes(NET), {}]),
    invalid(
      nc('invalid-dnsname-wildcard'),
      [permits(dnsName('*.example.com')), hosts('foo.example.com')],
      refused,
    ),
    invalid(
      nc('invalid-dnsname-leading-period'),
      [permits(dnsName('.example.com')), hosts('foo.example.com')],
      malformed,
    ),
    invalid(
      nc('invalid-ipv4-address'),
      [permits(address(127, 0, 0, 1)), named(address(127, 0, 0, 1))],
      malformed,
    ),
    invalid(
      nc('invalid-ipv6-address'),
      [permits(address(...LOCALHOST6)), named(address(...LOCALHOST6))],
      malformed,
    ),
    invalid(
      nc('invalid-email-address'),
      [permits(email('invalid@invalid@example.com')), named(email('example@example.com'))],
      refused,
    ),
    {
      ...invalid(
        nc('not-allowed-in-ee-noncritical'),
        [{}, { extra: [nameConstraints({ permitted: [example] }, false)] }],
        'valid',
      ),
      why: 'a leaf names nobody',
    },
    {
      ...invalid(nc('not-allowed-in-ee-critical'), [{}, permits(example)], 'valid'),
      why: 'a leaf names nobody',
    },
    invalid(
      nc('intermediate-with-san-rejected-by-intermediate-nc'),
      [{}, forbidden, hosts('forbidden.example.com'), hosts('permitted.example.com')],
      refused,
    ),
    invalid(
      nc('intermediate-with-san-rejected-by-root-nc'),
      [forbidden, {}, hosts('forbidden.example.com'), hosts('permitted.example.com')],
      refused,
    ),
    invalid(
      nc('restrictive-permits-in-intermediates-narrows'),
      [{}, permits(host('foo'), host('bar')), permits(host('bar')), hosts('foo.example.com')],
      refused,
    ),
    invalid(
      nc('restrictive-permits-in-intermediates-widens'),
      [{}, permits(host('bar')), permits(host('foo'), host('bar')), hosts('foo.example.com')],
      refused,
    ),
    invalid(
      nc('nc-permits-invalid-dns-san'),
      [permits(example), hosts('.example.com', 'foo.example.com')],
      refused,
    ),
    invalid(
      nc('nc-permits-invalid-ip-san'),
      [permits(NET), named(NET, address(192, 0, 2, 1))],
      'certificate_extensions_malformed',
    ),
    {
      ...invalid(
        nc('nc-permits-invalid-email-san'),
        [
          permits(email('example.com')),
          named(email('good@example.com'), email('invalid@address@example.com')),
        ],
        refused,
      ),
    },
    valid(nc('nc-permits-email-exact'), [permits(email('foo@example.com')), named(email('foo@example.com'))]),
    valid(nc('nc-permits-email-domain'), [permits(email('example.com')), named(email('foo@example.com'))]),
    ...(
      [
        ['literal-asterisk-exact-match', '*@example.com', '*@example.com', 'valid'],
        ['literal-asterisk-rejects-user', '*@example.com', 'user@example.com', 'invalid'],
        ['literal-asterisk-rejects-subdomain', '*@example.com', '*@subdomain.example.com', 'invalid'],
        ['literal-double-asterisk', '**@example.com', '**@example.com', 'valid'],
        ['literal-double-asterisk-rejects-single', '**@example.com', '*@example.com', 'invalid'],
        ['literal-mid-asterisk', 'user*@example.com', 'user*@example.com', 'valid'],
      ] as const
    ).map(([what, constraint, mailbox, limbo]) => ({
      id: nc(`nc-permits-email-${what}`),
      limbo,
      path: [permits(email(constraint)), named(email(mailbox))],
      ours: limbo === 'valid' ? ('valid' as const) : ('name_not_permitted' as const),
    })),
    invalid(
      nc('nc-forbids-othername'),
      [{}, both([example], [otherName]), { ...hosts('example.com'), names: [otherName] }],
      refused,
    ),
    valid(nc('nc-forbids-othername-noop'), [{}, both([example], [otherName]), {}]),
    invalid(
      nc('nc-forbids-dnsname-wildcard-san'),
      [{}, both([example], [host('bar')]), hosts('*.example.com')],
      refused,
    ),
    invalid('cve::cve-2025-61727', [{}, both([example], [host('bar')]), hosts('*.example.com')], refused),
    invalid(
      'cve::cve-2025-61727-nc-permits-variant',
      [{}, permits(host('foo')), hosts('*.example.com')],
      refused,
    ),
  ]
}
