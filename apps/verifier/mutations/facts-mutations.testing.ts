/**
 * What is bound to this request and signed by a believed issuer, and does not count all the same: its times (RFC 7519 §4.1, ISO/IEC 18013-5
 * §9.3.1), its status (Token Status List §8.3, Bitstring Status List §3.2), that it answers the query (OpenID4VP 1.0 §6, §8.6), what the
 * holder authorises (§8.4, appendix B.3.3.1), what the relying party asks for beside it, and the browser that has to come back (§13.3).
 */
import { createHash } from 'node:crypto'
import type { JsonObject } from '@countersign/core/json'
import type { ClaimPath, IssueInput } from '@countersign/credential/contract/format'
import { identityType } from '@countersign/testing/client/protocol-wallet'
import {
  jwtVcKind,
  type Kind,
  kinds,
  mdocKind,
  named,
  sdJwtKind,
} from '@countersign/testing/forging/credential-kinds'
import { rewriteJws, rewriteProof, sha256 } from '@countersign/testing/forging/jws'
import { type ListFacts, mechanismOf } from '@countersign/testing/forging/status-lists'
import { newKey } from '@countersign/testing/people/keys'
import type { Asking } from '../testing/response-ways.testing.ts'
import {
  type Asked,
  answerOf,
  FAMILY_NAME,
  GIVEN_NAME,
  issued,
  shown,
  stateOf,
} from '../testing/two-instances.testing.ts'
import { JOSE, JWTS, type Mutation, ofAnswer, ofPresentation, SD_JWTS } from './mutation.testing.ts'
import { withIssuerJwt } from './parts.testing.ts'
import { PAYMENT, UNMET_POLICIES } from './unmet.testing.ts'

/** Issued with something else, and shown as it should be. */
function issuedWith(
  row: Pick<Mutation, 'what' | 'by'> & Partial<Pick<Mutation, 'kinds' | 'asking' | 'ends'>>,
  more: (request: Asked) => Promise<Partial<IssueInput>> | Partial<IssueInput>,
  disclose?: (kind: Kind) => readonly ClaimPath[],
): Mutation {
  return ofPresentation({ ends: 'decides', ...row }, async (request) => {
    const held = await issued(request, await more(request))
    return shown(request, { held, disclose: disclose?.(request.kind) })
  })
}

const HOUR = 3600

const times = [
  issuedWith({ what: 'a credential that is over', by: 'expired' }, ({ stage: { now } }) => ({
    issuedAt: now - 2 * HOUR,
    expiresAt: now - HOUR,
  })),
  issuedWith({ what: 'a credential that was over a moment ago', by: 'expired' }, ({ stage: { now } }) => ({
    issuedAt: now - 2 * HOUR,
    expiresAt: now - 60,
  })),
  issuedWith({ what: 'a credential that is not valid yet', by: 'not_yet_valid' }, ({ stage: { now } }) => ({
    notBefore: now + HOUR,
  })),
  issuedWith(
    {
      what: 'a credential that is issued tomorrow',
      by: {
        jwt_vc_json: 'not_yet_valid',
        'vc+jwt': 'issued_in_future',
        'sd-jwt': 'issued_in_future',
        mso: 'issued_in_future',
      },
    },
    ({ stage: { now } }) => ({ issuedAt: now + 20 * HOUR }),
  ),
  ...(
    [
      ['an end that is text', 'exp_malformed', { exp: 'tomorrow' }],
      ['a beginning that is text', 'nbf_malformed', { nbf: 'yesterday' }],
      ['others whom it is meant for', 'meant_for_others', { aud: 'https://other.example' }],
      ['a list of others whom it is meant for', 'meant_for_others', { aud: ['https://other.example'] }],
    ] as const
  ).map(([what, by, more]) =>
    ofPresentation({ what: `a credential with ${what}`, kinds: JOSE, ends: 'decides', by }, (request, held) =>
      withIssuerJwt(request, held, (jwt) =>
        rewriteJws(
          jwt,
          { payload: (claims) => ({ ...claims, ...more }) },
          request.stage.issuerOf(request.kind),
        ),
      ),
    ),
  ),
]

/** A list of its own, with what is given. */
async function statusIn(
  { kind, stage }: Pick<Asked, 'kind' | 'stage'>,
  facts: Partial<ListFacts> = {},
  index = 0,
): Promise<Pick<IssueInput, 'statuses'>> {
  const uri = await stage.publish(kind, facts)
  return { statuses: [mechanismOf(kind).reference(uri, index, facts.purpose)] }
}

const SUSPENDED = 2

const statuses = [
  issuedWith({ what: 'a status: revoked', by: 'revoked' }, (request) => statusIn(request, { status: 1 })),
  issuedWith(
    { what: 'a status: suspended', by: 'suspended', kinds: kinds.filter((kind) => kind !== jwtVcKind) },
    (request) =>
      statusIn(
        request,
        request.kind.codec.statusList === 'bitstring'
          ? { status: 1, purpose: 'suspension' }
          : { status: SUSPENDED },
      ),
  ),
  issuedWith({ what: 'a status: a place that its list does not have', by: 'index_out_of_range' }, (request) =>
    statusIn(request, {}, 999_999),
  ),
  issuedWith({ what: 'a status: a list that says it is another', by: 'list_uri_differs' }, (request) =>
    statusIn(request, { uri: 'https://issuer.example/status/another' }),
  ),
  issuedWith(
    { what: "a status: a list under the issuer's chain and another key", by: 'signature_invalid' },
    (request) => {
      const { kind, stage } = request
      return statusIn(request, { signer: { ...newKey(), x5c: stage.issuerOf(kind).x5c } })
    },
  ),
  issuedWith(
    {
      what: 'a status: a list of a believed issuer who is another',
      by: 'signer_of_another_anchor',
      ends: 'waits',
    },
    (request) => statusIn(request, { signer: request.stage.neighbour.vouchFor() }),
  ),
  issuedWith({ what: 'a status: a list of a stranger', by: 'signer_untrusted', ends: 'waits' }, (request) =>
    statusIn(request, { signer: request.stage.strangerFor(request.kind) }),
  ),
  issuedWith(
    { what: 'a status: a list that nobody vouches for', by: 'signer_unknown', ends: 'waits' },
    (request) => statusIn(request, { signer: newKey() }),
  ),
  issuedWith({ what: 'a status: a list that is over', by: 'list_expired', ends: 'waits' }, (request) => {
    const { now } = request.stage
    return statusIn(request, { issuedAt: now - 2 * HOUR, expiresAt: now - HOUR })
  }),
  issuedWith({ what: 'a status: a list of tomorrow', by: 'list_not_yet_valid', ends: 'waits' }, (request) =>
    statusIn(request, { issuedAt: request.stage.now + 20 * HOUR, expiresAt: request.stage.now + 40 * HOUR }),
  ),
  issuedWith(
    { what: 'a status: a list that is away', by: 'list_unreachable', ends: 'waits' },
    ({ kind }) => ({
      statuses: [mechanismOf(kind).reference('https://issuer.example/status/away')],
    }),
  ),
  issuedWith(
    { what: 'a status: a list whose bytes are none', by: 'compressed_malformed', ends: 'waits' },
    (request) => statusIn(request, { squeeze: () => Buffer.from('no list') }),
  ),
  issuedWith(
    {
      what: 'a status: good in one list, revoked in another',
      by: 'revoked',
      kinds: kinds.filter((kind) => kind.codec.family === 'w3c' && kind !== jwtVcKind),
    },
    async (request) => {
      const good = await statusIn(request)
      const bad = await statusIn(request, { status: 1 })
      return { statuses: [...(good.statuses ?? []), ...(bad.statuses ?? [])] }
    },
  ),
]

/** Without one of the two names: kept back, or never said. */
function lacking(place: number): Mutation {
  const which = place === 0 ? 'first' : 'second'
  return ofPresentation(
    { what: `the query: the ${which} claim is not shown`, ends: 'decides', by: 'claim_missing' },
    async (request) => {
      const { kind } = request
      const path = kind.paths[place] ?? []
      if (kind.codec.securedBy !== 'jwt') {
        const held = await issued(request)
        return shown(request, { held, disclose: kind.paths.filter((one) => one !== path) })
      }
      const { claims } = named(kind, GIVEN_NAME, FAMILY_NAME).contents
      const { [String(path[1])]: _kept, ...subject } = claims['credentialSubject'] as JsonObject
      const held = await issued(request, { claims: { credentialSubject: subject } })
      return shown(request, { held, disclose: [] })
    },
  )
}

const query =
  (more: JsonObject) =>
  (kind: Kind): Asking => ({
    dcqlQuery: { credentials: [{ ...kind.query, ...more }] },
  })

const OTHER = 'another'

/** The same asked for twice; the second under another id. */
function twice(kind: Kind, second: JsonObject, more: JsonObject = {}): Asking {
  return { dcqlQuery: { credentials: [kind.query, { ...second, id: OTHER }], ...more } }
}

async function both(request: Asked): Promise<JsonObject> {
  return {
    ...stateOf(request),
    vp_token: { asked: [await shown(request)], [OTHER]: [await shown(request)] },
  }
}

/** Another type of the same format. */
const OTHER_TYPE: Readonly<
  Record<Kind['codec']['family'], { readonly type: string; readonly meta: JsonObject }>
> = {
  'sd-jwt-vc': { type: `${identityType}:other`, meta: { vct_values: [`${identityType}:other`] } },
  w3c: { type: 'OtherCredential', meta: { type_values: [['OtherCredential']] } },
  mdoc: { type: 'org.iso.23220.photoid.1', meta: { doctype_value: 'org.iso.23220.photoid.1' } },
}

const queries = [
  lacking(0),
  lacking(1),
  ofPresentation(
    {
      what: 'the query: nothing is shown',
      kinds: kinds.filter((kind) => !JWTS.includes(kind)),
      ends: 'decides',
      by: 'claim_missing',
    },
    (request, held) => shown(request, { held, disclose: [] }),
  ),
  issuedWith({ what: 'the query: a credential of another type', by: 'type' }, ({ kind }) => ({
    type: OTHER_TYPE[kind.codec.family].type,
  })),
  ofPresentation(
    {
      what: 'the query: another value than the one that is asked for',
      ends: 'decides',
      by: 'claim_value_differs',
      asking: (kind) =>
        query({ claims: kind.paths.map((path) => ({ path: [...path], values: ['Somebody'] })) })(kind),
    },
    (request, held) => shown(request, { held }),
  ),
  ofPresentation(
    {
      what: 'the query: an issuer under none of the authorities that are asked for',
      ends: 'decides',
      by: 'authority_not_matched',
      asking: query({ trusted_authorities: [{ type: 'aki', values: ['AAAAAAAAAAAAAAAAAAAAAAAAAAA'] }] }),
    },
    (request, held) => shown(request, { held }),
  ),
  ofAnswer(
    {
      what: 'the query: one of two credentials',
      ends: 'decides',
      by: 'required_credentials_missing',
      asking: (kind) => twice(kind, kind.query),
      honest: both,
    },
    (answer) => answer,
  ),
  ofAnswer(
    {
      what: 'the query: a credential that no set has asked for, beside the right one',
      ends: 'decides',
      by: 'in_no_credential_set',
      asking: (kind) => twice(kind, kind.query, { credential_sets: [{ options: [['asked']] }] }),
    },
    (_, request) => both(request),
  ),
  ofAnswer(
    {
      what: 'the query: the credential that was asked for by another id',
      ends: 'decides',
      by: 'type',
      asking: (kind) => twice(kind, { ...kind.query, meta: OTHER_TYPE[kind.codec.family].meta }),
    },
    async (_, request) => {
      const { kind } = request
      const other = await issued(request, { type: OTHER_TYPE[kind.codec.family].type })
      return {
        ...stateOf(request),
        vp_token: { asked: [await shown(request, { held: other })], [OTHER]: [await shown(request)] },
      }
    },
  ),
  ofAnswer(
    {
      what: 'the query: the ids of two formats exchanged',
      ends: 'refused',
      by: { jwt: 'malformed', 'dc+sd-jwt': 'malformed', 'vc+sd-jwt': 'vct_missing', mso: 'malformed' },
      asking: (kind) => twice(kind, neighbourOf(kind).query),
      honest: async (request) => ofTwoFormats(request, 'asked', OTHER),
    },
    (_, request) => ofTwoFormats(request, OTHER, 'asked'),
  ),
]

function neighbourOf(kind: Kind): Kind {
  return kind === sdJwtKind ? mdocKind : sdJwtKind
}

async function ofTwoFormats(request: Asked, own: string, others: string): Promise<JsonObject> {
  const other = { ...request, kind: neighbourOf(request.kind) }
  return {
    ...stateOf(request),
    vp_token: { [own]: [await shown(request)], [others]: [await shown(other)] },
  }
}

const policies = Object.entries(UNMET_POLICIES).map(([policy, { args, by }]) =>
  ofPresentation(
    {
      what: `a policy that it does not meet: ${policy}`,
      ends: 'decides',
      by,
      asking: (kind) => ({ policies: [{ policy, args: args(kind) }] }),
    },
    (request, held) => shown(request, { held }),
  ),
)

/** To authorise a payment, and what the proof says of it instead. */
function authorising(what: string, by: string, claims: (entry: string) => JsonObject): Mutation {
  return ofPresentation(
    {
      what: `a payment: ${what}`,
      kinds: SD_JWTS,
      ends: 'decides',
      by,
      asking: () => ({ transactionData: [PAYMENT] }),
      honest: async (request) =>
        answerOf(
          request,
          await shown(request, { bound: { transactionData: request.session.transactionData } }),
        ),
    },
    async (request, held) => {
      const [entry = ''] = request.session.transactionData ?? []
      const payload = (own: JsonObject) => ({ ...own, ...claims(entry) })
      return rewriteProof(await shown(request, { held }), { payload }, held.holder)
    },
  )
}

const hashes = (...values: readonly unknown[]) => ({ transaction_data_hashes: values }) as JsonObject

const payments = [
  authorising('not authorised', 'not_confirmed', () => ({})),
  authorising('another one', 'confirmed_otherwise', (entry) =>
    hashes(
      sha256(
        Buffer.from(Buffer.from(entry, 'base64url').toString().replace('23.58', '99.99')).toString(
          'base64url',
        ),
      ),
    ),
  ),
  authorising('by the hash of what is encoded in it', 'confirmed_otherwise', (entry) =>
    hashes(sha256(Buffer.from(entry, 'base64url').toString())),
  ),
  authorising('twice', 'confirmed_otherwise', (entry) => hashes(sha256(entry), sha256(entry))),
  authorising('and another one', 'confirmed_otherwise', (entry) => hashes(sha256(entry), 'A'.repeat(43))),
  authorising('no hash in the list', 'hashes_malformed', () => hashes()),
  authorising('a hash that stands in no list', 'hashes_malformed', (entry) => ({
    transaction_data_hashes: sha256(entry),
  })),
  authorising('an algorithm that nobody knows', 'hash_unsupported', (entry) => ({
    ...hashes(sha256(entry)),
    transaction_data_hashes_alg: 'md5',
  })),
  authorising('an algorithm that was not offered', 'hash_not_accepted', (entry) => ({
    ...hashes(createHash('sha512').update(entry).digest('base64url')),
    transaction_data_hashes_alg: 'sha-512',
  })),
]

const browser = [
  ofPresentation(
    {
      what: 'a browser that does not come back',
      ends: 'waits',
      by: 'not_returned',
      asking: () => ({
        sameDevice: 'required',
        successRedirectUri: 'https://shop.example/done',
        errorRedirectUri: 'https://shop.example/failed',
      }),
    },
    (request, held) => shown(request, { held }),
  ),
]

export const FACTS_MUTATIONS: readonly Mutation[] = [
  ...times,
  ...statuses,
  ...queries,
  ...policies,
  ...payments,
  ...browser,
]
