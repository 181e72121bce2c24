/** The verifier's management API: queries, policies and settings that are refused before a wallet sees them. */
import { identityQuery } from '@countersign/testing/client/flows'
import { expectStatus } from '@countersign/testing/client/http'
import { identityType, unknownId } from '@countersign/testing/client/protocol-wallet'
import { type BadInput, chapter } from '../case.ts'
import { anyVerification, requested } from '../stages.ts'
import { RawText, type Sending, send, sendForm, sendJson } from '../wire.ts'

type Headers = NonNullable<Sending['headers']>

function bad(name: string, message: RegExp, body: unknown, headers: Headers = {}): BadInput<undefined> {
  const path = '/openid4vc/verify'
  return {
    name,
    status: 400,
    message,
    send: (_, { verifier }) => sendJson(verifier.url + path, body, headers),
  }
}

const [identity] = identityQuery.credentials
const queryOf = (members: object) => ({ dcql_query: { credentials: [{ ...identity, ...members }] } })
const good = { dcql_query: identityQuery }
const manyClaims = (count: number) => Array.from({ length: count }, (_, at) => ({ path: [`claim${at}`] }))

const payment = {
  type: 'payment_data',
  credential_ids: [identity?.id],
  payment_data: { payee: 'Shop', currency_amount: { currency: 'EUR', value: '1.00' } },
}

function nested(depth: number): unknown {
  return JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`)
}

const queries: readonly BadInput<undefined>[] = [
  bad('no body', /./, new RawText('')),
  bad('an empty object', /exactly one of dcql_query and request_credentials/, {}),
  bad('both kinds of query', /exactly one of/, { ...good, request_credentials: [{ vct: identityType }] }),
  bad(
    'a member twice',
    /twice/,
    new RawText(JSON.stringify(good).replace('{', '{"dcql_query":{"credentials":[]},')),
  ),
  bad('a query that is a text', /dcql_query/, { dcql_query: JSON.stringify(identityQuery) }),
  bad('a query without credentials', /\$\.credentials/, { dcql_query: {} }),
  bad('a query with no credential', /\$\.credentials/, { dcql_query: { credentials: [] } }),
  bad(
    'a query id with a dollar',
    /credentials\[0\]\.id: an id consists of A-Z a-z 0-9 _ -/,
    queryOf({ id: '$id' }),
  ),
  bad('an empty query id', /credentials\[0\]\.id/, queryOf({ id: '' })),
  bad('a query id with NUL', /\.id: an id consists of/, queryOf({ id: 'a\0' })),
  bad('a query id of 200 characters', /at most 128 characters/, queryOf({ id: 'a'.repeat(200) })),
  bad('a query id twice', /another entry has the same id/, {
    dcql_query: { credentials: [identity, identity] },
  }),
  bad('51 credentials', /at most 50 entries/, {
    dcql_query: { credentials: Array.from({ length: 51 }, (_, at) => ({ ...identity, id: `q${at}` })) },
  }),
  bad('a format that is not spoken', /format ldp_vc is not supported/, queryOf({ format: 'ldp_vc' })),
  bad('the format constructor', /not supported/, queryOf({ format: 'constructor' })),
  bad(
    'a slip in a query',
    /valid at \$\.credentials\[0\]\.claims\[0\]: value is not known to DCQL there; did you mean values\?/,
    queryOf({ claims: [{ path: ['a'], value: ['b'] }] }),
  ),
  bad('a member that wallets would ignore', /purpose is not known to DCQL there/, {
    dcql_query: { ...identityQuery, purpose: 'x' },
  }),
  bad('no meta', /\.meta/, queryOf({ meta: undefined })),
  bad('meta nested 20 deep', /\.meta: it may be nested 6 deep/, queryOf({ meta: nested(20) })),
  bad('meta nested 100 deep', /too deeply/, queryOf({ meta: nested(100) })),
  bad('transaction data that is a text', /transaction_data/, { ...good, transaction_data: 'e30' }),
  bad('transaction data with no entry', /transaction_data/, { ...good, transaction_data: [] }),
  bad('11 transactions', /transaction_data/, { ...good, transaction_data: Array(11).fill(payment) }),
  bad('a transaction twice', /transaction_data\[1\] is there twice/, {
    ...good,
    transaction_data: [payment, payment],
  }),
  bad('a transaction that is a text', /transaction_data/, { ...good, transaction_data: ['e30'] }),
  bad('a transaction of no type', /transaction_data\[0\]\.type is missing/, {
    ...good,
    transaction_data: [{}],
  }),
  bad('a transaction of the type constructor', /the type constructor is not known/, {
    ...good,
    transaction_data: [{ ...payment, type: 'constructor' }],
  }),
  bad('a transaction with a member too many', /transaction_data\[0\]\.tip is not known to its type/, {
    ...good,
    transaction_data: [{ ...payment, tip: nested(20) }],
  }),
  bad('a transaction for a credential nobody asks for', /does not have/, {
    ...good,
    transaction_data: [{ ...payment, credential_ids: ['nobody'] }],
  }),
  bad('a transaction with a payee of 20,000 characters', /must be a text of at most 2000 characters/, {
    ...good,
    transaction_data: [{ ...payment, payment_data: { ...payment.payment_data, payee: 'x'.repeat(20_000) } }],
  }),
  bad('claims that are an object', /\.claims/, queryOf({ claims: {} })),
  bad('201 claims', /at most 200 entries/, queryOf({ claims: manyClaims(201) })),
  bad('1020 claims in all', /at most 1000 claims in all/, {
    dcql_query: {
      credentials: Array.from({ length: 6 }, (_, at) => ({
        ...identity,
        id: `q${at}`,
        claims: manyClaims(170),
      })),
    },
  }),
  bad(
    'a claim twice',
    /another claim has the same path/,
    queryOf({ claims: [{ path: ['given_name'] }, { path: ['given_name'] }] }),
  ),
  bad('an empty path', /path/, queryOf({ claims: [{ path: [] }] })),
  bad('a path with a negative index', /whole numbers from 0/, queryOf({ claims: [{ path: ['a', -1] }] })),
  bad('a path with a fraction', /whole numbers from 0/, queryOf({ claims: [{ path: ['a', 1.5] }] })),
  bad(
    'a path of 21 steps',
    /at most 20 entries/,
    queryOf({ claims: [{ path: Array.from({ length: 21 }, () => 'a') }] }),
  ),
  bad(
    'a value that is an object',
    /it must be a text, a whole number/,
    queryOf({ claims: [{ path: ['a'], values: [{}] }] }),
  ),
  bad(
    'a value beyond exact numbers',
    /values\[0\] is beyond 9007199254740991.*write it as text/,
    queryOf({ claims: [{ path: ['a'], values: [2 ** 60] }] }),
  ),
  bad(
    '101 values',
    /at most 100 entries/,
    queryOf({ claims: [{ path: ['a'], values: Array.from({ length: 101 }, (_, at) => at) }] }),
  ),
  bad(
    'claim sets without claims',
    /claim_sets needs claims/,
    queryOf({ claims: undefined, claim_sets: [['a']] }),
  ),
  bad(
    'a claim set that names nothing',
    /nothing in the query has this id/,
    queryOf({ claims: [{ id: 'a', path: ['a'] }], claim_sets: [['b']] }),
  ),
  bad('a credential set that names nothing', /nothing in the query has this id/, {
    dcql_query: { ...identityQuery, credential_sets: [{ options: [['x']] }] },
  }),
  bad(
    'a flag that is a text',
    /it must be true or false/,
    queryOf({ require_cryptographic_holder_binding: 'false' }),
  ),
  bad('a member named __proto__', /./, new RawText(JSON.stringify(good).replace('{', '{"__proto__":{},'))),
]

const requests: readonly BadInput<undefined>[] = [
  bad('no requested credential', /request_credentials/, { request_credentials: [] }),
  bad('a requested credential without type', /vct is missing/, {
    request_credentials: [{ format: 'dc+sd-jwt' }],
  }),
  bad('a requested format that is not spoken', /only dc\+sd-jwt/, {
    request_credentials: [{ format: 'ldp_vc', vct: 'x' }],
  }),
  bad('a type that is a pattern', /plain text/, { request_credentials: [{ vct: '.*' }] }),
  bad('a field path that is a script', /field path/, {
    request_credentials: [
      { vct: 'x', input_descriptor: { constraints: { fields: [{ path: ['$..[?(@.a)]'] }] } } },
    ],
  }),
  bad('51 requested credentials', /request_credentials/, {
    request_credentials: Array.from({ length: 51 }, () => ({ vct: 'x' })),
  }),
  bad('an unknown policy', /Unknown policy revoked/, { ...good, vc_policies: ['revoked'] }),
  bad('the policy constructor', /Unknown policy constructor/, { ...good, vp_policies: ['constructor'] }),
  bad('a policy that is a number', /vc_policies/, { ...good, vc_policies: [1] }),
  bad('a policy without its arguments', /takes a string or a list/, {
    ...good,
    vc_policies: ['allowed-issuer'],
  }),
  bad('a policy with wrong arguments', /takes a whole number/, {
    ...good,
    vp_policies: [{ policy: 'minimum-credentials', args: -1 }],
  }),
  bad('a policy that is not supported', /The policy vical is not supported: .*trustedIssuers/, {
    ...good,
    vc_policies: [{ policy: 'vical', args: { vicalUrl: 'http://169.254.169.254/' } }],
  }),
  bad('rules for a server of rules', /The policy dynamic takes an object without rules/, {
    ...good,
    vc_policies: [
      {
        policy: 'dynamic',
        args: {
          opa_server: 'https://opa.example',
          policy_name: 'p',
          rules: { rego: 'package vc.verification.p\nallow := true' },
          argument: {},
        },
      },
    ],
  }),
  bad('a server of rules that is in no network', /The policy dynamic takes an object whose opa_server is/, {
    ...good,
    vc_policies: [{ policy: 'dynamic', args: { opa_server: 'file:///etc/passwd', policy_name: 'p' } }],
  }),
  bad('a rule that lies outside of the rules', /The policy dynamic takes an object whose policy_query is/, {
    ...good,
    vc_policies: [
      {
        policy: 'dynamic',
        args: { opa_server: 'https://opa.example', policy_query: '../policies', policy_name: 'p' },
      },
    ],
  }),
  bad('a webhook without an address', /The policy webhook takes an http\(s\) URL/, {
    ...good,
    vc_policies: [{ policy: 'webhook', args: 'file:///etc/passwd' }],
  }),
  bad('a webhook with what nobody looks at', /The policy webhook takes/, {
    ...good,
    vc_policies: [{ policy: 'webhook', args: { url: 'https://shop.example', method: 'GET' } }],
  }),
  bad('a schema that is none', /The policy schema takes a JSON Schema/, {
    ...good,
    vc_policies: [{ policy: 'schema', args: { type: 'objekt' } }],
  }),
  bad('a schema that lies elsewhere', /The policy schema takes a JSON Schema/, {
    ...good,
    vc_policies: [{ policy: 'schema', args: { $ref: 'http://169.254.169.254/' } }],
  }),
  bad('an expression with look-around', /The policy regex takes .*without look-around/, {
    ...good,
    vc_policies: [{ policy: 'regex', args: { path: '$.given_name', regex: '(?=A)' } }],
  }),
  bad('a rule for a path that is no plain one', /The policy regex takes /, {
    ...good,
    vc_policies: [{ policy: 'regex', args: { path: '$..given_name', regex: 'A' } }],
  }),
  bad('a slip in the name of the policies', /vp_polices is not known here; did you mean vp_policies\?/, {
    ...good,
    vp_polices: ['signature'],
  }),
  bad('a slip inside a policy', /vc_policies\/0: arg is not known here; did you mean args\?/, {
    ...good,
    vc_policies: [{ policy: 'allowed-issuer', arg: 'did:web:a' }],
  }),
  bad('roots of trust of its own', /trusted_root_cas: not supported/, { ...good, trusted_root_cas: [] }),
  bad('a presentation definition', /presentation_definition: not supported/, {
    request_credentials: [{ vct: 'x' }],
    presentation_definition: { input_descriptors: [] },
  }),
  bad('a profile that is not offered, in the body', /openid_profile: can only be DEFAULT/, {
    ...good,
    openid_profile: 'HAIP',
  }),
  bad('a type named twice', /give one of them/, {
    request_credentials: [{ type: 'A', credential: 'B' }],
  }),
  bad('a type by the name of another format', /must be named once, by doc_type/, {
    request_credentials: [{ format: 'mso_mdoc', doc_type: 'a', vct: 'b' }],
  }),
  bad('a condition that DCQL does not have', /the filter of \$\.a must be const/, {
    request_credentials: [
      {
        vct: 'x',
        input_descriptor: { constraints: { fields: [{ path: ['$.a'], filter: { pattern: 'x' } }] } },
      },
    ],
  }),
  bad('a comparison that DCQL does not have', /minimum is not known here/, {
    request_credentials: [
      {
        vct: 'x',
        input_descriptor: { constraints: { fields: [{ path: ['$.a'], filter: { minimum: 18 } }] } },
      },
    ],
  }),
  bad('arguments of a policy that has none', /The policy expired takes nothing as args/, {
    ...good,
    vc_policies: [{ policy: 'expired', args: { leeway: 3600 } }],
  }),
  bad('a status other than valid', /credential-status takes the value 0/, {
    ...good,
    vc_policies: [{ policy: 'credential-status', args: { discriminator: 'ietf', value: 1 } }],
  }),
  bad('51 policies', /vc_policies/, { ...good, vc_policies: Array.from({ length: 51 }, () => 'expired') }),
]

const settings: readonly BadInput<undefined>[] = [
  bad('a state id that is too short', /stateid/, good, { stateid: 'short' }),
  bad('a state id with a slash', /stateid/, good, { stateid: '../../session/abcdefgh' }),
  bad('a state id with a dollar', /stateid/, good, { stateid: '$id$id$id$id' }),
  bad('a state id of 129 characters', /stateid/, good, { stateid: 'a'.repeat(129) }),
  bad(
    'a guessable state id without holder binding',
    /at least 22 random characters/,
    queryOf({ require_cryptographic_holder_binding: false }),
    {
      stateid: 'guess-me',
    },
  ),
  bad('an authorization endpoint that is no URL', /authorizebaseurl must be a URL/, good, {
    authorizebaseurl: 'wallet',
  }),
  bad('an authorization endpoint that is a script', /authorizebaseurl/, good, {
    authorizebaseurl: 'javascript://%0aalert(1)',
  }),
  bad('a way on that is no URL', /successredirecturi/, good, { successredirecturi: '/result' }),
  bad('a way on with spaces', /successredirecturi/, good, { successredirecturi: 'https://rp.example/ x' }),
  bad('a way on that is a script', /successredirecturi/, good, {
    successredirecturi: 'javascript://rp.example/%0aalert(1)',
  }),
  bad('a way back that is a document', /errorredirecturi/, good, {
    errorredirecturi: 'data://text/html,<script>',
  }),
  bad('a way on of 3000 characters', /successredirecturi/, good, {
    successredirecturi: `https://rp.example/${'a'.repeat(3000)}`,
  }),
  bad('a response mode that is not offered', /direct_post/, good, { responsemode: 'fragment' }),
  bad('a profile that is not offered', /DEFAULT/, good, { openid4vpprofile: 'EBSIV3' }),
  bad('a session that lives no time', /sessionttl/, good, { sessionttl: '0' }),
  bad('a session that lives forever', /sessionttl/, good, { sessionttl: '1e99' }),
  bad('a key for a callback that nobody gets', /needs a statusCallbackUri/, good, {
    statuscallbackapikey: 'x',
  }),
  bad('a callback to an inner address', /cannot be called from here/, good, {
    statuscallbackuri: 'http://169.254.169.254/',
  }),
  bad('a callback that is no address', /must be an http\(s\) URL/, good, {
    statuscallbackuri: 'shop.example',
  }),
  bad('a callback to a script', /must be an http\(s\) URL/, good, {
    statuscallbackuri: 'javascript:alert(1)',
  }),
  bad('a callback with a user in it', /must be an http\(s\) URL/, good, {
    statuscallbackuri: 'https://a:b@shop.example/',
  }),
  bad('a callback of 3000 characters', /statuscallbackuri/, good, {
    statuscallbackuri: `https://rp.example/${'a'.repeat(3000)}`,
  }),
  bad('a key of two words for a callback', /visible characters of ASCII/, good, {
    statuscallbackuri: 'https://shop.example/',
    statuscallbackapikey: 'two words',
  }),
]

function foreign(name: string, headers: Headers): BadInput<undefined> {
  const path = '/openid4vc/verify'
  return {
    name,
    status: 403,
    message: /Host|another site/,
    send: (_, { verifier }) => sendJson(verifier.url + path, good, headers),
  }
}

const gone = { status: 404, message: /^No active verification session found by the given id$/ } as const

function unknownSession(
  name: string,
  id: string,
  refusal: Pick<BadInput<unknown>, 'status' | 'message'> = gone,
) {
  const at = (path: string) => `${name}, ${path}`
  return [
    {
      name: at('result'),
      ...refusal,
      send: (_: unknown, { verifier }: Verifying) => send(`${verifier.url}/openid4vc/session/${id}`),
    },
    {
      name: at('events'),
      ...refusal,
      send: (_: unknown, { verifier }: Verifying) => send(`${verifier.url}/openid4vc/session/${id}/events`),
    },
    {
      name: at('return'),
      ...refusal,
      send: (_: unknown, { verifier }: Verifying) =>
        sendJson(`${verifier.url}/openid4vc/session/${id}/returned`, { responseCode: 'x' }),
    },
    {
      name: at('request'),
      ...refusal,
      ...oauth(refusal),
      send: (_: unknown, { verifier }: Verifying) => send(`${verifier.url}/openid4vc/request/${id}`),
    },
    {
      name: at('request by POST'),
      ...refusal,
      ...oauth(refusal),
      send: (_: unknown, { verifier }: Verifying) =>
        sendForm(`${verifier.url}/openid4vc/request/${id}`, 'wallet_nonce=n'),
    },
    {
      // Looked for before anything else, its form too.
      name: at('answer'),
      ...gone,
      send: (_: unknown, { verifier }: Verifying) =>
        sendForm(`${verifier.url}/openid4vc/verify/${id}`, { state: id, vp_token: '{}' }),
    },
  ]
}

/** Of the examples of RFC 7518 appendix C. */
const encryptionKey = {
  kty: 'EC',
  crv: 'P-256',
  x: 'weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ',
  y: 'e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck',
  use: 'enc',
}

interface Verifying {
  readonly verifier: { readonly url: string }
}

/** The sentence about unknown sessions is the same at every door; other refusals have the door's shape. */
function oauth({ status }: { readonly status: number }) {
  return status === 404 ? {} : { error: 'invalid_request' }
}

const lookUps: readonly BadInput<unknown>[] = [
  ...unknownSession('a session that there is not', unknownId()),
  ...unknownSession('a session id with NUL', `${unknownId()}%00`),
  ...unknownSession('a session id with line breaks', 'aaaaaaaa%0d%0aset-cookie:x=1'),
  ...unknownSession('a session id in other letters', '%F0%9F%92%A9'.repeat(9)),
  ...unknownSession('a session id that climbs', '..%2f..%2fsession'),
  ...unknownSession('a session id that is __proto__', '__proto__'),
  ...unknownSession('a session id that is $id', '$id$id$id'),
  ...unknownSession('a session id of 300 characters', 'a'.repeat(300), {
    status: 400,
    message: /params\/id/,
  }),
]

export const verificationChapters = [
  chapter('starting a verification, the query', anyVerification, queries),
  chapter('starting a verification, what is asked for and how it is judged', anyVerification, requests),
  chapter('starting a verification, the settings', anyVerification, settings),
  chapter('management of the verifier, from a web page of somebody else', anyVerification, [
    foreign('a rebound host name', { host: 'evil.example' }),
    foreign('an origin of elsewhere', { origin: 'https://evil.example' }),
    foreign('a cross-site fetch', { 'sec-fetch-site': 'cross-site' }),
  ]),
  chapter('verification sessions that are looked up', requested, lookUps),
  chapter('starting a verification under an id', requested, [
    {
      name: 'that is taken',
      status: 409,
      message: /exists already/,
      send: ({ id, verifierUrl }) => sendJson(`${verifierUrl}/openid4vc/verify`, good, { stateid: id }),
    },
    {
      name: 'that is taken, by a query for less',
      status: 409,
      message: /exists already/,
      send: async ({ id, verifierUrl }) => {
        expectStatus(await send(`${verifierUrl}/openid4vc/request/${id}`), 200)
        return sendJson(`${verifierUrl}/openid4vc/verify`, queryOf({ claims: undefined }), { stateid: id })
      },
    },
  ]),
  chapter('fetching a request by POST', requested, [
    {
      name: 'a wallet nonce that is too long',
      status: 400,
      error: 'invalid_request',
      message: /wallet_nonce/,
      send: ({ id, verifierUrl }) =>
        sendForm(`${verifierUrl}/openid4vc/request/${id}`, { wallet_nonce: 'n'.repeat(513) }),
    },
    {
      name: 'two wallet nonces',
      status: 400,
      error: 'invalid_request',
      message: /repeated/,
      send: ({ id, verifierUrl }) =>
        sendForm(`${verifierUrl}/openid4vc/request/${id}`, 'wallet_nonce=a&wallet_nonce=b'),
    },
    {
      name: 'wallet metadata without end',
      status: 400,
      error: 'invalid_request',
      message: /wallet_metadata/,
      send: ({ id, verifierUrl }) =>
        sendForm(`${verifierUrl}/openid4vc/request/${id}`, { wallet_metadata: 'm'.repeat(30_000) }),
    },
    ...(
      [
        ['that is no JSON', 'x509_hash', /wallet_metadata must be a JSON object: it is not valid JSON/],
        ['that is a list', '["x509_hash"]', /it is no object/],
        ['with a member twice', '{"issuer":"a","issuer":"b"}', /it has a member twice/],
        [
          'with prefixes as a text',
          '{"client_id_prefixes_supported":"x509_hash"}',
          /must be a list of texts/,
        ],
        ['with an issuer that is no address', '{"issuer":"javascript:1"}', /issuer a URL/],
        ['with keys that are no set', '{"jwks":"https://wallet.example/keys"}', /jwks a JWK Set/],
        [
          'with a key that shows its secret',
          JSON.stringify({ jwks: { keys: [{ ...encryptionKey, d: encryptionKey.x }] } }),
          /asks for an encrypted request, and nothing in its jwks can be used/,
        ],
        [
          'with a key that is no point of its curve',
          JSON.stringify({ jwks: { keys: [{ ...encryptionKey, y: encryptionKey.x }] } }),
          /nothing in its jwks can be used/,
        ],
        [
          'with a key for another algorithm',
          JSON.stringify({
            jwks: { keys: [encryptionKey] },
            request_object_encryption_alg_values_supported: ['RSA-OAEP-256'],
          }),
          /nothing in its request_object_encryption_alg_values_supported can be used/,
        ],
        [
          'with a key and no content encryption that is known',
          JSON.stringify({
            jwks: { keys: [encryptionKey] },
            request_object_encryption_enc_values_supported: ['A128CBC-HS256'],
          }),
          /nothing in its request_object_encryption_enc_values_supported can be used/,
        ],
        [
          'without the prefix of the request',
          '{"client_id_prefixes_supported":["redirect_uri"]}',
          /client_id_prefixes_supported of wallet_metadata is without x509_hash/,
        ],
      ] as const
    ).map(([what, wallet_metadata, message]) => ({
      name: `wallet metadata ${what}`,
      status: 400,
      error: 'invalid_request',
      message,
      send: ({ id, verifierUrl }: { readonly id: string; readonly verifierUrl: string }) =>
        sendForm(`${verifierUrl}/openid4vc/request/${id}`, { wallet_metadata }),
    })),
  ]),
]
