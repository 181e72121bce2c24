/**
 * Who shows it, to whom, and for what: the holder's proof (OpenID4VP 1.0 §8.6, §14.1, appendices B.1.3.1.5 and B.3.6; RFC 9901 §4.3, §7.3),
 * and of an mdoc the device's over the session transcript (ISO/IEC 18013-5 §9.1.3, OpenID4VP 1.0 appendix B.2.6). Nothing is known of who sent
 * what is not bound to this request, so nothing is ever decided by it.
 */
import type { JsonObject } from '@countersign/core/json'
import type { HolderBinding } from '@countersign/credential/contract/format'
import { bareKey } from '@countersign/crypto/jwk'
import { didFromKey } from '@countersign/did/did'
import { PROVABLE_PREFIX_NAMES } from '@countersign/protocol/openid4vp/request/client-id'
import { RESPONSE_MODE_NAMES } from '@countersign/protocol/openid4vp/response/response-modes'
import { jwtVcKind, vcJwtKind } from '@countersign/testing/forging/credential-kinds'
import {
  type JwtChange,
  rewriteCredential,
  rewriteProof,
  type Vouching,
} from '@countersign/testing/forging/jws'
import { newKey } from '@countersign/testing/people/keys'
import { type Asked, asked, issued, shown } from '../testing/two-instances.testing.ts'
import { BROUGHT_MODES, JOSE, JWTS, type Mutation, ofPresentation, SD_JWTS } from './mutation.testing.ts'
import { boundTo, partsOf, SIGNATURE_MUTATIONS, textOf, withHolderSignature } from './parts.testing.ts'

const attacker = newKey()
const attackersDid = didFromKey('jwk', bareKey(attacker.publicJwk))

/** Of all formats: a proof for something else, in good order for that. */
export function boundElsewhere(
  what: string,
  jose: string,
  bound: (request: Asked) => Partial<HolderBinding>,
  more: Partial<Pick<Mutation, 'kinds' | 'modes'>> = {},
): Mutation {
  const by = { jwt: jose, 'sd-jwt': jose, mso: 'signature_invalid' }
  return ofPresentation({ what, ends: 'refused', by, ...more }, (request, held) =>
    shown(request, { held, bound: bound(request) }),
  )
}

const nonces = [
  boundElsewhere('the nonce: another', 'nonce_wrong', () => ({ nonce: 'another-nonce' })),
  boundElsewhere('the nonce: empty', 'nonce_wrong', () => ({ nonce: '' })),
  boundElsewhere('the nonce: with a space behind it', 'nonce_wrong', ({ binding }) => ({
    nonce: `${binding.nonce} `,
  })),
  boundElsewhere('the nonce: its last character missing', 'nonce_wrong', ({ binding }) => ({
    nonce: binding.nonce.slice(0, -1),
  })),
  boundElsewhere('the nonce: the state', 'nonce_wrong', ({ session }) => ({ nonce: session.id })),
]

export const addressOf = ({ session }: Asked) => `https://verifier.example/openid4vc/verify/${session.id}`

/** What follows from an audience of another kind is there as well: an address where answers are posted to. */
function ofAudience(
  what: string,
  audience: (request: Asked) => string,
  more?: Parameters<typeof boundElsewhere>[3],
): Mutation {
  const bound = (request: Asked) => ({ audience: audience(request), responseUri: addressOf(request) })
  return boundElsewhere(`the audience: ${what}`, 'aud_wrong', bound, more)
}

const clientOf = (name: (typeof PROVABLE_PREFIX_NAMES)[number]) => (request: Asked) =>
  request.stage.here.verifier.clients.get(name)?.clientIdFor(addressOf(request)) ?? ''

const audiences = [
  ...PROVABLE_PREFIX_NAMES.map((name) =>
    // Under which it asked, and which is no origin.
    ofAudience(`the verifier by its ${name}`, clientOf(name), {
      modes: name === 'x509_hash' ? BROUGHT_MODES : RESPONSE_MODE_NAMES,
    }),
  ),
  ofAudience('another verifier', () => `x509_hash:${'A'.repeat(43)}`),
  ofAudience('without its prefix', ({ binding }) => binding.audience.replace(/^[^:]*:/, '')),
  ofAudience('the address of the answer', addressOf),
  ofAudience('in capitals', ({ binding }) => binding.audience.toUpperCase()),
  ofAudience('with a slash behind it', ({ binding }) => `${binding.audience}/`),
  ofAudience('an origin of somebody else', () => 'origin:https://other.example'),
]

const times = [
  boundElsewhere('the proof: a second too old', 'too_old', ({ stage }) => ({ issuedAt: stage.now - 301 }), {
    kinds: JOSE,
  }),
  boundElsewhere(
    'the proof: a second too far ahead',
    'from_future',
    ({ stage }) => ({ issuedAt: stage.now + 301 }),
    { kinds: JOSE },
  ),
]

const signatures = SIGNATURE_MUTATIONS.map(({ change, what }) =>
  ofPresentation(
    { what: `the holder's signature: ${what}`, ends: 'refused', by: 'signature_invalid' },
    async (request, held) => withHolderSignature(request, await shown(request, { held }), change),
  ),
)

const ofAnotherSession = ofPresentation(
  {
    what: "the holder's signature: that of his proof for another session",
    ends: 'refused',
    by: 'signature_invalid',
  },
  async (request, held) => {
    const other = await shown(await asked(request.stage, request.kind, request.mode), { held })
    let signature = Buffer.of()
    withHolderSignature(request, other, (bytes) => {
      signature = Buffer.from(bytes)
      return bytes
    })
    return withHolderSignature(request, await shown(request, { held }), () => signature)
  },
)

/** The holder's JWT rewritten, signed by him or by whoever is given. */
function ofProof(
  what: string,
  by: Mutation['by'],
  change: JwtChange | ((request: Asked) => JwtChange),
  more: { readonly kinds?: Mutation['kinds']; readonly signedBy?: (holder: Vouching) => Vouching } = {},
): Mutation {
  const { kinds = JOSE, signedBy = (holder: Vouching) => holder } = more
  return ofPresentation({ what, kinds, ends: 'refused', by }, async (request, held) =>
    rewriteProof(
      await shown(request, { held }),
      typeof change === 'function' ? change(request) : change,
      signedBy(held.holder),
    ),
  )
}

const members = (more: JsonObject): JwtChange => ({ payload: (claims) => ({ ...claims, ...more }) })
const lacking = (name: string): JwtChange => ({ payload: ({ [name]: _named, ...rest }) => rest })
const header = (more: JsonObject): JwtChange => ({ header: (head) => ({ ...head, ...more }) })

const claims = [
  ofProof('no audience', 'aud_wrong', lacking('aud')),
  ofProof('the audience in a list', 'aud_wrong', ({ binding }) => members({ aud: [binding.audience] })),
  ofProof('the audience in a list with another', 'aud_wrong', ({ binding }) =>
    members({ aud: [binding.audience, 'https://other.example'] }),
  ),
  ofProof('no nonce', 'nonce_wrong', lacking('nonce')),
  ofProof('the nonce in a list', 'nonce_wrong', ({ binding }) => members({ nonce: [binding.nonce] })),
  ofProof('the nonce as a number', 'nonce_wrong', members({ nonce: 1 })),
  ofProof('a proof without a time', 'kb_iat_malformed', lacking('iat'), { kinds: SD_JWTS }),
  ofProof(
    'a proof whose time is text',
    { jwt: 'vp_time_malformed', 'sd-jwt': 'kb_iat_malformed' },
    ({ stage }) => members({ iat: String(stage.now) }),
  ),
  ofProof('a proof whose time is in milliseconds', 'from_future', ({ stage }) =>
    members({ iat: stage.now * 1000, nbf: stage.now }),
  ),
  ofProof('a proof that says it is over', 'expired', ({ stage }) => members({ exp: stage.now - 3600 })),
  ofProof('a proof that is not valid yet', 'from_future', ({ stage }) => members({ nbf: stage.now + 3600 })),
  ofProof('no hash of what is shown', 'sd_hash_wrong', lacking('sd_hash'), { kinds: SD_JWTS }),
  ofProof('a hash of something else', 'sd_hash_wrong', members({ sd_hash: 'A'.repeat(43) }), {
    kinds: SD_JWTS,
  }),
  ofProof('a proof of another type', 'kb_typ_wrong', header({ typ: 'JWT' }), { kinds: SD_JWTS }),
  ofProof(
    'a proof without a type',
    'kb_typ_wrong',
    { header: ({ typ: _typ, ...head }) => head },
    { kinds: SD_JWTS },
  ),
  ofProof('a proof of the type of a credential', 'kb_typ_wrong', header({ typ: 'dc+sd-jwt' }), {
    kinds: SD_JWTS,
  }),
  ofProof('a presentation of another type', 'typ_wrong', header({ typ: 'kb+jwt' }), { kinds: JWTS }),
]

const algorithms = [
  ofProof("the holder's algorithm: none, and no signature", 'alg_not_allowed', header({ alg: 'none' }), {
    signedBy: () => '',
  }),
  ofProof("the holder's algorithm: none, with a signature", 'alg_not_allowed', header({ alg: 'none' })),
  ofPresentation(
    {
      what: "the holder's algorithm: HS256, with his public key as the secret",
      kinds: JOSE,
      ends: 'refused',
      by: 'alg_not_allowed',
    },
    async (request, held) =>
      rewriteProof(await shown(request, { held }), header({ alg: 'HS256' }), {
        secret: JSON.stringify(bareKey(held.holder.publicJwk)),
      }),
  ),
  ofProof(
    "the holder's algorithm: ES384 over a signature of ES256",
    'alg_key_mismatch',
    header({ alg: 'ES384' }),
  ),
]

const keys = [
  ofProof("the holder's key: another", 'signature_invalid', {}, { signedBy: () => attacker }),
  ofProof(
    "the holder's key: another, in the header (jwk)",
    'signature_invalid',
    header({ jwk: bareKey(attacker.publicJwk) as never }),
    {
      signedBy: () => attacker,
    },
  ),
  ofProof(
    "the holder's key: another, named by its DID (kid)",
    { jwt: 'holder_wrong', 'dc+sd-jwt': 'signature_invalid', 'vc+sd-jwt': 'holder_wrong' },
    header({ kid: `${attackersDid}#0` }),
    {
      signedBy: () => attacker,
    },
  ),
  ofProof(
    "the holder's name: another's DID, and his key",
    'holder_wrong',
    {
      header: (head) => ({ ...head, kid: `${attackersDid}#0` }),
      payload: (said) => ({ ...said, iss: attackersDid, ...withHolder(said, attackersDid) }),
    },
    { kinds: JWTS, signedBy: () => attacker },
  ),
  ofProof(
    "the holder's name: another's DID, under the key of the holder",
    'holder_wrong',
    members({ iss: attackersDid }),
    {
      kinds: JWTS,
    },
  ),
  ofPresentation(
    { what: "the holder's key: the issuer's", kinds: JOSE, ends: 'refused', by: 'signature_invalid' },
    async (request, held) =>
      rewriteProof(await shown(request, { held }), {}, request.stage.issuerOf(request.kind)),
  ),
  ofPresentation(
    {
      what: 'a credential that the issuer bound to another',
      kinds: SD_JWTS,
      ends: 'refused',
      by: 'signature_invalid',
    },
    async (request) => {
      const { credential } = await issued(request)
      return boundTo(credential, request, attacker)
    },
  ),
  ofPresentation(
    {
      what: 'a credential that is bound to nobody',
      kinds: SD_JWTS,
      ends: 'refused',
      by: { 'dc+sd-jwt': 'cnf_missing', 'vc+sd-jwt': 'credential_not_bound' },
    },
    async (request, held) => {
      const unbound = ({ cnf: _cnf, ...rest }: JsonObject) => {
        const subject = rest['credentialSubject'] as JsonObject | undefined
        if (subject === undefined) return rest
        const { id: _id, ...nameless } = subject
        return { ...rest, credentialSubject: nameless }
      }
      const signer = request.stage.issuerOf(request.kind)
      const text = textOf(await shown(request, { held }))
      return boundTo(await rewriteCredential(text, { payload: unbound }, signer), request, held.holder)
    },
  ),
  ofPresentation(
    {
      what: "a credential whose holder's key a thief put in the place of the right one",
      kinds: SD_JWTS,
      ends: 'attempt',
      by: 'signature_invalid',
    },
    async (request, held) => {
      const stolen = (said: JsonObject) => ({ ...said, cnf: { jwk: bareKey(attacker.publicJwk) } })
      const text = textOf(await shown(request, { held }))
      return boundTo(await rewriteCredential(text, { payload: stolen }, attacker), request, attacker)
    },
  ),
]

function withHolder(said: JsonObject, did: string): JsonObject {
  const vp = said['vp'] as JsonObject | undefined
  return vp === undefined ? { holder: did } : { vp: { ...vp, holder: did } }
}

const withoutProof = [
  ofPresentation(
    { what: 'no proof of the holder', kinds: SD_JWTS, ends: 'refused', by: 'kb_jwt_missing' },
    async (request, held) => textOf(await shown(request, { held })),
  ),
  ofPresentation(
    { what: 'no proof of the holder', kinds: JWTS, ends: 'refused', by: 'vp_missing' },
    async (_, held) => held.credential,
  ),
  ofPresentation(
    { what: 'an empty proof of the holder', kinds: SD_JWTS, ends: 'refused', by: 'kb_jwt_malformed' },
    async (request, held) => `${textOf(await shown(request, { held }))}..`,
  ),
  ofPresentation(
    {
      what: 'the proof of another presentation to the same request',
      kinds: SD_JWTS,
      ends: 'refused',
      by: 'sd_hash_wrong',
    },
    async (request, held) => {
      const other = await shown(request, { held, disclose: [] })
      return textOf(await shown(request, { held })) + partsOf(other).proof
    },
  ),
]

const around = (['jwt_vc_json', 'vc+jwt'] as const).flatMap((format) => {
  const kinds = [format === 'jwt_vc_json' ? jwtVcKind : vcJwtKind]
  const within = (change: (credentials: readonly unknown[]) => readonly unknown[]): JwtChange => ({
    payload: (said) => {
      const vp = said['vp'] as JsonObject | undefined
      const changed = change(((vp ?? said)['verifiableCredential'] ?? []) as readonly unknown[])
      return vp === undefined
        ? { ...said, verifiableCredential: changed }
        : { ...said, vp: { ...vp, verifiableCredential: changed } }
    },
  })
  return [
    ofProof(
      'the credential twice in the presentation',
      'credentials_several',
      within(([one]) => [one, one]),
      { kinds },
    ),
    ofProof(
      'no credential in the presentation',
      'credential',
      within(() => []),
      { kinds },
    ),
    ofProof(
      'a credential in the presentation that nobody secured',
      format === 'jwt_vc_json' ? 'credential_not_secured' : 'context_missing',
      within(() => [{ type: ['x'] }]),
      {
        kinds,
      },
    ),
    ofPresentation(
      { what: "another's credential in the presentation", kinds, ends: 'refused', by: 'holder_wrong' },
      async (request, held) => {
        const { credential } = await issued(request)
        const other =
          format === 'jwt_vc_json' ? credential : { ...ENVELOPE, id: `${ENVELOPE.id}${credential}` }
        return rewriteProof(
          await shown(request, { held }),
          within(() => [other]),
          held.holder,
        )
      },
    ),
  ]
})

const ENVELOPE = {
  '@context': 'https://www.w3.org/ns/credentials/v2',
  id: 'data:application/vc+jwt,',
  type: 'EnvelopedVerifiableCredential',
}

export const HOLDER_MUTATIONS: readonly Mutation[] = [
  ...nonces,
  ...audiences,
  ...times,
  ...signatures,
  ofAnotherSession,
  ...claims,
  ...algorithms,
  ...keys,
  ...withoutProof,
  ...around,
]
