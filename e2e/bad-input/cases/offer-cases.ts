/** The issuer's management API: bad orders are refused when they are given, not when a wallet comes with the code. */
import { generateSoftwareKey } from '@countersign/keys/signers/software-key'
import { claims } from '@countersign/testing/client/flows'
import { unknownId } from '@countersign/testing/client/protocol-wallet'
import { type BadInput, chapter } from '../case.ts'
import { anyOffer, offered, order } from '../stages.ts'
import { RawText, type Sending, send, sendJson } from '../wire.ts'

type Headers = NonNullable<Sending['headers']>

function bad(name: string, message: RegExp, body: unknown, headers: Headers = {}): BadInput<undefined> {
  const path = '/openid4vc/sdjwt/issue'
  return { name, status: 400, message, send: (_, { issuer }) => sendJson(issuer.url + path, body, headers) }
}

/** An order in order but for these members. */
const change = (members: object) => ({ ...order, ...members })
const withClaims = (more: object) => change({ credentialData: { ...claims, ...more } })

function nested(depth: number): unknown {
  return JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`)
}

const orders: readonly BadInput<undefined>[] = [
  bad('no body', /./, new RawText('')),
  bad('null', /./, null),
  bad('a list', /./, []),
  bad(
    'a member twice',
    /twice/,
    new RawText(JSON.stringify(order).replace('{', '{"credentialConfigurationId":"x",')),
  ),
  bad('no configuration', /credentialConfigurationId/, change({ credentialConfigurationId: undefined })),
  bad(
    'a configuration that is a number',
    /credentialConfigurationId/,
    change({ credentialConfigurationId: 7 }),
  ),
  bad(
    'a configuration that is too long',
    /credentialConfigurationId/,
    change({ credentialConfigurationId: 'c'.repeat(201) }),
  ),
  bad(
    'an unknown configuration',
    /Unknown credentialConfigurationId/,
    change({ credentialConfigurationId: 'Unknown' }),
  ),
  bad(
    'the configuration __proto__',
    /Unknown credentialConfigurationId/,
    change({ credentialConfigurationId: '__proto__' }),
  ),
  bad(
    'the configuration constructor',
    /Unknown credentialConfigurationId/,
    change({ credentialConfigurationId: 'constructor' }),
  ),
  bad('no claims', /credentialData/, change({ credentialData: undefined })),
  bad('claims that are a list', /credentialData/, change({ credentialData: [] })),
  bad(
    'claims without a mandatory one',
    /required property/,
    change({ credentialData: { given_name: 'Ada' } }),
  ),
  bad('a claim of another type', /given_name must be string/, withClaims({ given_name: 1 })),
  bad('a claim that is too long', /given_name/, withClaims({ given_name: 'a'.repeat(201) })),
  bad('a date that is none', /birthdate/, withClaims({ birthdate: '1990-02-31x' })),
  bad('a claim named like a digest list', /_sd cannot be given/, withClaims({ _sd: ['x'] })),
  bad('a key that the credential is bound to', /cnf cannot be given/, withClaims({ cnf: { jwk: {} } })),
  bad('a status of its own', /status cannot be given/, withClaims({ status: { status_list: {} } })),
  bad('another type', /vct cannot be given/, withClaims({ vct: 'urn:example:other' })),
  bad('an end that is a day', /exp: it is a day/, withClaims({ exp: '2027-01-01' })),
  bad('a day that does not exist', /birthdate must match format/, withClaims({ birthdate: '1990-02-30' })),
  bad('a claim named like an array digest', /cannot be issued/, withClaims({ inner: { '...': 'x' } })),
  bad('a claim that names other types', /cannot be issued/, withClaims({ aka_vcts: 'x' })),
  bad('claims nested 40 deep', /cannot be issued/, withClaims({ deep: nested(40) })),
  bad('claims nested 100 deep', /too deeply/, withClaims({ deep: nested(100) })),
  bad('claims too large for a credential', /cannot be issued/, withClaims({ large: 'a'.repeat(2_000_000) })),
  bad(
    'an unknown function in the mapping',
    /unknown function <webhook>/,
    change({ mapping: { id: '<webhook:http://127.0.0.1/>' } }),
  ),
  bad(
    'a function with a senseless argument',
    /cannot take/,
    change({ mapping: { exp: '<timestamp-in-seconds:soon>' } }),
  ),
  bad('a mapping nested 20 deep', /nests too deeply/, change({ mapping: nested(20) })),
  bad(
    'a mapping that breaks a claim',
    /given_name must be string/,
    change({ mapping: { given_name: { a: 1 } } }),
  ),
  bad(
    'disclosure of a claim that is not there',
    /selectiveDisclosure names nickname/,
    change({ selectiveDisclosure: { fields: { nickname: { sd: true } } } }),
  ),
  bad(
    'disclosure of an inherited claim',
    /selectiveDisclosure names toString/,
    change({ selectiveDisclosure: { fields: { toString: { sd: true } } } }),
  ),
  bad('disclosure that is a list', /selectiveDisclosure/, change({ selectiveDisclosure: [] })),
  bad('600 claims to disclose', /cannot be issued/, manyDisclosures(600)),
  bad(
    'an issuer key that is public',
    /issuerKey cannot be used/,
    change({ issuerKey: { ...generateSoftwareKey('ES256'), d: undefined } }),
  ),
  bad(
    'an issuer key that is not a pair',
    /issuerKey cannot be used/,
    change({ issuerKey: { ...generateSoftwareKey('ES256'), d: generateSoftwareKey('ES256').d } }),
  ),
  bad(
    'an RSA issuer key',
    /issuerKey cannot be used/,
    change({ issuerKey: { kty: 'RSA', n: 'AQAB', e: 'AQAB', d: 'AQAB' } }),
  ),
  bad(
    'an issuer key of another system',
    /issuerKey cannot be used/,
    change({ issuerKey: { type: 'tse', server: 'http://127.0.0.1' } }),
  ),
  bad(
    'certificates that are none',
    /issuerKey cannot be used/,
    change({ issuerKey: generateSoftwareKey('ES256'), x5Chain: ['AAAA'] }),
  ),
  bad(
    'a way of authentication that is not offered',
    /ID_TOKEN is not supported/,
    change({ authenticationMethod: 'ID_TOKEN' }),
  ),
  bad('a log-in where nobody knows the users', /userLogin/, change({ authenticationMethod: 'PWD' })),
  bad(
    'a presentation that nobody asks for',
    /vpRequest.*is needed/,
    change({ authenticationMethod: 'VP_TOKEN' }),
  ),
  bad(
    'a query for nobody, and claims of him',
    /vpRequest.*userClaims/,
    change({
      vpRequest: { request_credentials: ['UniversityDegree'] },
      userClaims: { given_name: 'given_name' },
    }),
  ),
  bad(
    'a transaction code for an offer that is taken up in a browser',
    /txCode/,
    change({ authenticationMethod: 'NONE', txCodeValue: '123456' }),
  ),
  bad('a transaction code with a line break', /txCodeValue/, change({ txCodeValue: '12\r\n34' })),
  bad('a transaction code of two digits', /txCodeValue/, change({ txCodeValue: '12' })),
  bad('a transaction code that nobody is told', /txCodeValue/, change({ txCode: {} })),
  bad('a transaction code of 100 digits', /txCode/, change({ txCode: { length: 100 } })),
  bad('a value mode that there is not', /valueMode/, change({ valueMode: 'BY_PIGEON' })),
  ...[
    'credentialStatus',
    'mdocStatus',
    'sdJwtCredentialClaims',
    'display',
    'vct',
    'trustedRootCAs',
    'authorizedTransactionDataTypes',
    'vpRequestValue',
    'useJar',
  ].map((name) =>
    bad(`${name}, which is not offered`, new RegExp(`body: ${name}: not supported`), change({ [name]: 'x' })),
  ),
  bad(
    'a slip in the name of the mapping',
    /maping is not known here; did you mean mapping\?/,
    change({ maping: {} }),
  ),
  bad(
    'a slip inside a disclosure map',
    /selectiveDisclosure\/fields\/a\/children\/fields\/b: s is not known here; did you mean sd\?/,
    change({ selectiveDisclosure: { fields: { a: { children: { fields: { b: { s: true } } } } } } }),
  ),
  bad('decoys', /decoys are not made/, change({ selectiveDisclosure: { fields: {}, decoys: 3 } })),
  bad('a draft', /only DRAFT13 is taken/, change({ standardVersion: 'DRAFT11' })),
  bad('a session that lives no time', /sessionttl/, order, { sessionttl: '0' }),
  bad('a session that lives backwards', /sessionttl/, order, { sessionttl: '-5' }),
  bad('a session that lives forever', /sessionttl/, order, { sessionttl: '1e99' }),
  bad('a session life that is no number', /sessionttl/, order, { sessionttl: 'NaN' }),
  bad('a callback to an inner address', /cannot be called from here/, order, {
    statuscallbackuri: 'http://169.254.169.254/',
  }),
  bad('a key for a callback that nobody gets', /needs a statusCallbackUri/, order, {
    statuscallbackapikey: 'x',
  }),
  bad('a callback that is no address', /must be an http\(s\) URL/, order, {
    statuscallbackuri: 'shop.example',
  }),
]

function manyDisclosures(count: number): object {
  const names = Array.from({ length: count }, (_, at) => `claim${at}`)
  const more = Object.fromEntries(names.map((name) => [name, 'x']))
  const fields = Object.fromEntries(names.map((name) => [name, { sd: true }]))
  return change({ credentialData: { ...claims, ...more }, selectiveDisclosure: { fields } })
}

function badBatch(name: string, message: RegExp, body: unknown): BadInput<undefined> {
  const path = '/openid4vc/sdjwt/issueBatch'
  return { name, status: 400, message, send: (_, { issuer }) => sendJson(issuer.url + path, body) }
}

const batches: readonly BadInput<undefined>[] = [
  badBatch('an empty batch', /./, []),
  badBatch('a batch that is one order', /./, order),
  badBatch(
    'a batch of 21',
    /./,
    Array.from({ length: 21 }, () => order),
  ),
  badBatch('one configuration twice', /stands twice/, [order, order]),
  badBatch('two transaction codes for one offer', /differ in txCodeValue/, [
    { ...order, txCodeValue: '1234' },
    { ...order, txCodeValue: '5678' },
  ]),
  badBatch('one bad order among good ones', /Unknown credentialConfigurationId/, [
    order,
    change({ credentialConfigurationId: 'x' }),
  ]),
]

function badIssuer(name: string, message: RegExp, body: unknown): BadInput<undefined> {
  return {
    name,
    status: 400,
    message,
    send: (_, { issuer }) => sendJson(`${issuer.url}/onboard/issuer`, body),
  }
}

const onboarding: readonly BadInput<undefined>[] = [
  badIssuer('a key type that there is not', /Unsupported key type/, { key: { keyType: 'DSA' } }),
  badIssuer('a key type that is inherited', /Unsupported key type/, { key: { keyType: 'constructor' } }),
  badIssuer('a key in another system', /Unsupported key backend/, { key: { backend: 'aws' } }),
  badIssuer('a DID method that there is not', /Unsupported DID method/, { did: { method: 'ion' } }),
  badIssuer('a key that is a text', /body\/key/, { key: 'x' }),
  badIssuer('a list', /./, []),
]

/** Requests that a web page of somebody else makes a browser send. */
function foreign(name: string, message: RegExp, headers: Headers): BadInput<undefined> {
  const path = '/openid4vc/sdjwt/issue'
  return { name, status: 403, message, send: (_, { issuer }) => sendJson(issuer.url + path, order, headers) }
}

const pages: readonly BadInput<undefined>[] = [
  foreign('a rebound host name', /Host/, { host: 'evil.example' }),
  foreign('a host name that only begins like ours', /Host/, { host: '127.0.0.1.evil.example' }),
  foreign('an origin of elsewhere', /another site/, { origin: 'https://evil.example' }),
  foreign('an opaque origin', /another site/, { origin: 'null' }),
  foreign('a cross-site fetch', /another site/, { 'sec-fetch-site': 'cross-site' }),
]

const notFound = { status: 404, message: /No active issuance session/ } as const

function unknownSession(
  name: string,
  id: string,
  refusal: Pick<BadInput<unknown>, 'status' | 'message'> = notFound,
) {
  return ['', '/events'].map((tail) => ({
    name: `${name}${tail === '' ? '' : ', its events'}`,
    ...refusal,
    send: (_: unknown, { issuer }: { issuer: { url: string } }) =>
      send(`${issuer.url}/openid4vc/session/${id}${tail}`),
  }))
}

const lookUps: readonly BadInput<unknown>[] = [
  ...unknownSession('a session that there is not', unknownId()),
  ...unknownSession('a session id with NUL', `${unknownId()}%00`),
  ...unknownSession('a session id with line breaks', `${unknownId()}%0d%0aset-cookie:x=1`),
  ...unknownSession('a session id in other letters', '%E2%98%83'.repeat(20)),
  ...unknownSession('a session id that climbs', '..%2f..%2fetc%2fpasswd'),
  ...unknownSession('a session id with a quote', '%27%20OR%201=1--%20aaaaaaaaaaa'),
  ...unknownSession('a session id that is __proto__', '__proto__'),
  ...unknownSession('a session id of 300 characters', 'a'.repeat(300), {
    status: 400,
    message: /params\/id/,
  }),
  ...unknownSession('an escape that is none', '%zz', { status: 400, message: /could not be read/ }),
  {
    name: 'an offer that there is not',
    ...notFound,
    send: (_, { issuer }) => send(`${issuer.url}/credentialOffer?id=${unknownId()}`),
  },
  {
    name: 'an offer without id',
    status: 400,
    message: /id/,
    send: (_, { issuer }) => send(`${issuer.url}/credentialOffer`),
  },
  {
    name: 'an offer with two ids',
    status: 400,
    message: /id/,
    send: (_, { issuer }) => send(`${issuer.url}/credentialOffer?id=${unknownId()}&id=${unknownId()}`),
  },
  {
    name: 'an offer with NUL',
    ...notFound,
    send: (_, { issuer }) => send(`${issuer.url}/credentialOffer?id=${unknownId()}%00`),
  },
  {
    name: 'an offer id in brackets',
    status: 400,
    message: /id/,
    send: (_, { issuer }) => send(`${issuer.url}/credentialOffer?id[$ne]=x`),
  },
]

export const offerChapters = [
  chapter('issue calls', anyOffer, orders),
  chapter('issue calls for a batch', anyOffer, batches),
  chapter('onboarding an issuer', anyOffer, onboarding),
  chapter('management of the issuer, from a web page of somebody else', anyOffer, pages),
  chapter('issuance sessions and offers that are looked up', offered, lookUps),
]
