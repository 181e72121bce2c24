/**
 * Who signed: the issuer's signature (RFC 7515 §5.2, RFC 9052 §4.4), its algorithm (RFC 8725 §3.1), its key and its chain (SD-JWT VC
 * §2.5, ISO/IEC 18013-5 §9.3.1, RFC 5280 §6). Each is bound to the request by the holder, so that nothing else is wrong.
 */
import { isBytes, TAG, tagged } from '@countersign/crypto/cbor/value'
import { HEADER } from '@countersign/crypto/cose/message'
import type { Signer } from '@countersign/crypto/engine'
import { bareKey } from '@countersign/crypto/jwk'
import { didFromKey } from '@countersign/did/did'
import { partOf, rewriteCbor, withEntry } from '@countersign/testing/forging/cbor'
import { toX5c } from '@countersign/testing/forging/certificates'
import { inNameOf, mdocKind, sdJwtKind } from '@countersign/testing/forging/credential-kinds'
import { type JwtChange, rewriteJws, type Vouching } from '@countersign/testing/forging/jws'
import { newKey } from '@countersign/testing/people/keys'
import { type Asked, issued, shown } from '../testing/two-instances.testing.ts'
import { JOSE, MDOCS, type Mutation, ofPresentation } from './mutation.testing.ts'
import {
  ISSUER_AUTH,
  SIGNATURE,
  SIGNATURE_MUTATIONS,
  withCoseSignature,
  withIssuerJwt,
  withJwsSignature,
} from './parts.testing.ts'

const signatures = SIGNATURE_MUTATIONS.map(({ change, what }) =>
  ofPresentation(
    { what: `the issuer's signature: ${what}`, ends: 'attempt', by: 'signature_invalid' },
    async (request, held) =>
      request.kind === mdocKind
        ? withCoseSignature(await shown(request, { held }), ISSUER_AUTH, change)
        : withIssuerJwt(request, held, (jwt) => withJwsSignature(jwt, change)),
  ),
)

const ofAnother = ofPresentation(
  {
    what: "the issuer's signature: that of another credential of his",
    ends: 'attempt',
    by: 'signature_invalid',
  },
  async (request, held) => {
    const other = await issued(request)
    if (request.kind === mdocKind) {
      const signature = partOf(other.credential, ['issuerAuth', SIGNATURE])
      if (!isBytes(signature)) throw new Error('no signature')
      return withCoseSignature(await shown(request, { held }), ISSUER_AUTH, () => signature)
    }
    const signature = other.credential.split('~')[0]?.split('.')[2] ?? ''
    return withIssuerJwt(request, held, (jwt) =>
      withJwsSignature(jwt, () => Buffer.from(signature, 'base64url')),
    )
  },
)

/** The issuer's JWT rewritten, signed by whoever is given. */
function ofJwt(
  row: Parameters<typeof ofPresentation>[0],
  change: JwtChange,
  by: (request: Asked) => Vouching = ({ kind, stage }) => stage.issuerOf(kind),
): Mutation {
  return ofPresentation({ kinds: JOSE, ...row }, (request, held) =>
    withIssuerJwt(request, held, (jwt) => rewriteJws(jwt, change, by(request))),
  )
}

const attacker = newKey()
const attackersDid = didFromKey('jwk', bareKey(attacker.publicJwk))

const algorithms = [
  ofJwt(
    { what: 'the algorithm: none, and no signature', ends: 'attempt', by: 'alg_not_allowed' },
    { header: (header) => ({ ...header, alg: 'none' }) },
    () => '',
  ),
  ofJwt(
    { what: 'the algorithm: none, with a signature', ends: 'attempt', by: 'alg_not_allowed' },
    { header: (header) => ({ ...header, alg: 'none' }) },
  ),
  ofJwt(
    {
      what: "the algorithm: HS256, with the issuer's public key as the secret",
      ends: 'attempt',
      by: 'alg_not_allowed',
    },
    { header: (header) => ({ ...header, alg: 'HS256' }) },
    ({ kind, stage }) => ({ secret: JSON.stringify(bareKey(stage.issuerOf(kind).publicJwk)) }),
  ),
  ofJwt(
    { what: 'the algorithm: ES384 over a signature of ES256', ends: 'attempt', by: 'alg_key_mismatch' },
    { header: (header) => ({ ...header, alg: 'ES384' }) },
  ),
  ofJwt(
    { what: 'the algorithm: es256, in small letters', ends: 'attempt', by: 'alg_not_allowed' },
    { header: (header) => ({ ...header, alg: 'es256' }) },
  ),
  ofJwt(
    { what: 'an extension of the header that must be understood', ends: 'refused', by: 'crit' },
    { header: (header) => ({ ...header, crit: ['b64'], b64: true }) },
  ),
]

const contents = [
  ofPresentation(
    {
      what: 'the contents altered, the signature kept',
      kinds: JOSE,
      ends: 'attempt',
      by: 'signature_invalid',
    },
    (request, held) =>
      withIssuerJwt(request, held, async (jwt) => {
        const payload = { payload: (claims: object) => ({ ...claims, exp: request.stage.now + 999_999 }) }
        const [head, body] = (await rewriteJws(jwt, payload, '')).split('.')
        return [head, body, jwt.split('.')[2]].join('.')
      }),
  ),
  ofPresentation(
    {
      what: 'the security object altered, the signature kept',
      kinds: MDOCS,
      ends: 'attempt',
      by: 'signature_invalid',
    },
    async (request, held) =>
      rewriteCbor(await shown(request, { held }), [...ISSUER_AUTH, 2, 'validityInfo', 'validUntil'], () =>
        tagged(TAG.dateTime, '2040-01-01T00:00:00Z'),
      ),
  ),
]

/** Signed by whoever is given, and that is all that is wrong. */
function by(
  what: string,
  code: Mutation['by'],
  signer: (request: Asked) => Promise<Signer> | Signer,
  kinds?: Mutation['kinds'],
): Mutation {
  const row = { what, ends: 'attempt', by: code, ...(kinds && { kinds }) } as const
  return ofPresentation(row, async (request) =>
    shown(request, { held: await issued(request, { signer: await signer(request) }) }),
  )
}

const keys = [
  by("the issuer's chain, the key of somebody else", 'signature_invalid', ({ kind, stage }) =>
    inNameOf(stage.issuerOf(kind), attacker),
  ),
  by('the chain of a stranger, the key of somebody else', 'signature_invalid', ({ kind, stage }) =>
    inNameOf(stage.strangerFor(kind), attacker),
  ),
  by('the chain of a stranger, who signed it', 'anchor_unknown', ({ kind, stage }) =>
    stage.strangerFor(kind),
  ),
  ofPresentation(
    { what: 'signed by the holder himself', ends: 'attempt', by: 'signature_invalid' },
    async (request) => {
      const holder = newKey()
      const signer = inNameOf(request.stage.issuerOf(request.kind), holder)
      return shown(request, { held: await issued(request, { signer }, holder) })
    },
  ),
  by(
    'signed by the authority itself, which vouches for issuers',
    'leaf_self_signed',
    ({ stage }) => stage.authority.signer,
    JOSE,
  ),
  by(
    'a document signed by an issuer of other credentials',
    'document_signer_',
    ({ stage }) => stage.authority.vouchFor(),
    MDOCS,
  ),
  ofJwt(
    { what: 'no key named at all', ends: 'attempt', by: 'no_key_reference' },
    { header: ({ x5c: _x5c, kid: _kid, ...header }) => header },
  ),
  ofJwt(
    {
      what: 'a key of its own in the header (jwk), in the place of a chain',
      ends: 'attempt',
      by: 'no_key_reference',
    },
    { header: ({ x5c: _x5c, kid: _kid, ...header }) => ({ ...header, jwk: bareKey(attacker.publicJwk) }) },
    () => attacker,
  ),
  ofJwt(
    {
      what: 'a key of its own in the header (jwk), beside the chain',
      ends: 'attempt',
      by: 'signature_invalid',
    },
    { header: (header) => ({ ...header, jwk: bareKey(attacker.publicJwk) }) },
    () => attacker,
  ),
  ...['jku', 'x5u'].map((name) =>
    ofJwt(
      {
        what: `an address of keys in the header (${name}), in the place of a chain`,
        ends: 'attempt',
        by: 'no_key_reference',
      },
      {
        header: ({ x5c: _x5c, kid: _kid, ...header }) => ({
          ...header,
          [name]: 'https://attacker.example/keys',
        }),
      },
      () => attacker,
    ),
  ),
  ofJwt(
    {
      what: 'a DID that nobody believes, in the place of a chain',
      kinds: [sdJwtKind],
      ends: 'attempt',
      by: 'no_key_reference',
    },
    { header: ({ x5c: _x5c, ...header }) => ({ ...header, kid: `${attackersDid}#0` }) },
    () => attacker,
  ),
  ofJwt(
    {
      what: "a DID that is not its issuer's, in the place of a chain",
      kinds: JOSE.filter((kind) => kind !== sdJwtKind),
      ends: 'refused',
      by: 'kid_not_of_issuer',
    },
    { header: ({ x5c: _x5c, ...header }) => ({ ...header, kid: `${attackersDid}#0` }) },
    () => attacker,
  ),
]

/** The chain as it stands in the header, with the right signature under it. */
function ofChain(
  what: string,
  code: string,
  chain: (request: Asked, own: readonly string[]) => readonly string[],
) {
  return ofPresentation({ what, kinds: JOSE, ends: 'attempt', by: code }, async (request) => {
    const { signer } = request.stage.chain
    const { x5c = [] } = signer
    const changed = { ...signer, x5c: chain(request, x5c) }
    return shown(request, { held: await issued(request, { signer: changed }) })
  })
}

const strangersLeaf = ({ kind, stage }: Asked) => stage.strangerFor(kind).x5c?.[0] ?? ''

const chains = [
  ofChain('the chain: shortened by the authority in between', 'anchor_unknown', (_, [leaf = '']) => [leaf]),
  ofChain('the chain: without its leaf', 'leaf', (_, [, between = '']) => [between]),
  ofChain('the chain: turned round', 'leaf', (_, own) => own.toReversed()),
  ofChain('the chain: the leaf of a stranger before it', 'issuer_not_ca', (request, own) => [
    strangersLeaf(request),
    ...own,
  ]),
  ofChain(
    'the chain: the leaf of a stranger in the place of its own',
    'name_chain_broken',
    (request, [, between = '']) => [strangersLeaf(request), between],
  ),
  ofChain('the chain: that of another believed issuer', 'signature_invalid', ({ kind, stage }) => [
    ...(stage.issuerOf(kind).x5c ?? []),
  ]),
  ofChain(
    'the chain: an authority of somebody else in between',
    'anchor_in_chain',
    ({ stage }, [leaf = '']) => [leaf, stage.neighbour.certificate],
  ),
  ofChain('the chain: its root at the end', 'anchor_in_chain', ({ stage }, own) => [
    ...own,
    ...toX5c(stage.chain.root),
  ]),
  ofChain('the chain: bytes that are no certificate', 'certificate_malformed', () => ['AAAA']),
  ofChain(
    'the chain: a bit of the leaf flipped',
    'certificate_signature_invalid',
    (_, [leaf = '', ...rest]) => {
      const der = Buffer.from(leaf, 'base64')
      // In the signature, which stands at the end.
      der[der.length - 1] = (der.at(-1) ?? 0) ^ 1
      return [der.toString('base64'), ...rest]
    },
  ),
  by('an issuer whose certificate is over', 'certificate_expired', ({ stage }) => stage.chain.expired, JOSE),
  ofPresentation(
    {
      what: 'the chain: that of a stranger, in a document',
      kinds: MDOCS,
      ends: 'attempt',
      by: 'signature_invalid',
    },
    async (request, held) => {
      const x5Chain = [strangersLeaf(request)]
      return rewriteCbor(await shown(request, { held }), [...ISSUER_AUTH, 1], (header) =>
        withEntry(header, HEADER.x5chain, Buffer.from(x5Chain[0] ?? '', 'base64')),
      )
    },
  ),
  ofPresentation(
    { what: 'the chain: none, in a document', kinds: MDOCS, ends: 'refused', by: 'x5chain' },
    async (request, held) =>
      rewriteCbor(await shown(request, { held }), [...ISSUER_AUTH, 1], () => new Map()),
  ),
]

export const ISSUER_MUTATIONS: readonly Mutation[] = [
  ...signatures,
  ofAnother,
  ...algorithms,
  ...contents,
  ...keys,
  ...chains,
]
