/** Profiles that nothing can be issued by, and keys of calls that are none; the issuer goes on to offer. */
import { type BadInput, chapter } from '../case.ts'
import { anyOffer } from '../stages.ts'
import { type Sending, send, type TimedAnswer } from '../wire.ts'
import type { World } from '../world.ts'

const profile = { credentialConfigurationId: 'identity_credential_dc+sd-jwt' }

function sendTo({ issuer }: World, path: string, body: unknown, sending: Sending = {}): Promise<TimedAnswer> {
  const headers = { 'content-type': 'application/json', ...sending.headers }
  return send(issuer.url + path, { ...sending, headers, body: JSON.stringify(body) })
}

function put(name: string, body: unknown, message = /./, at = 'spoilt'): BadInput<undefined> {
  return {
    name,
    status: 400,
    message,
    send: (_, world) => sendTo(world, `/openid4vc/profiles/${at}`, body, { method: 'PUT' }),
  }
}

const changed = (name: string, change: object, message?: RegExp) =>
  put(name, { ...profile, ...change }, message)
const asking = (name: string, claims: object, message?: RegExp) =>
  changed(name, { claims: { source: 'webhook', url: 'https://register.example', ...claims } }, message)

const profiles: readonly BadInput<undefined>[] = [
  put('no type', {}),
  put('a list', [profile]),
  put('a text', 'profile'),
  put('a name in capitals', profile, /must be 1 to 100/, 'Spoilt'),
  put('a name that leads upwards', profile, /must be 1 to 100/, '..%2fspoilt'),
  put('a name of every object', profile, /must be 1 to 100/, '__proto__'),
  put('a name of 200 letters', profile, /must be 1 to 100/, 'a'.repeat(200)),
  changed('a type that there is not', { credentialConfigurationId: '__proto__' }, /Unknown/),
  changed('a key that is not configured', { key: 'constructor' }, /no issuerKeys entry/),
  changed('a private key', { issuerKey: { kty: 'EC' } }, /issuerKey: not supported/),
  changed('claims of no source', { claims: {} }, /claims/),
  changed(
    'constants that do not fit',
    { claims: { source: 'constant', data: { birthdate: 7 } } },
    /birthdate/,
  ),
  changed('constants that are a list', { claims: { source: 'constant', data: [] } }),
  changed('a function that there is not', { mapping: { a: '<constructor>' } }, /unknown function/),
  changed(
    'something to withhold that there is not',
    { selectiveDisclosure: { fields: { shoe: { sd: true } } } },
    /shoe/,
  ),
  changed('a validity of no day', { validityDays: 0 }),
  changed('a validity of a thousand years', { validityDays: 365_000 }),
  changed('a transaction code of one digit', { txCode: { length: 1 } }),
  asking('a file to ask', { url: 'file:///etc/passwd' }, /http\(s\) URL/),
  asking('a user in the address', { url: 'https://a:b@register.example' }, /without a user/),
  asking('a header with a line break', { header: { name: 'X-Key', value: 'a\r\nhost: b' } }, /visible/),
  asking(
    'a header with a line break in its name',
    { header: { name: 'X\r\nKey', value: 'a' } },
    /name of a header/,
  ),
  asking('a header of the request itself', { header: { name: 'hOst', value: 'a' } }, /has already/),
  asking('a header that signs', { header: { name: 'webhook-signature', value: 'a' } }, /has already/),
]

const order = {
  ...profile,
  credentialData: { given_name: 'Ada', family_name: 'Example', birthdate: '1990-01-01' },
}

function keyed(
  name: string,
  key: string | readonly string[],
  message = /must be 1 to 255 visible characters/,
): BadInput<undefined> {
  return {
    name,
    status: 400,
    message,
    send: (_, world) =>
      sendTo(world, '/openid4vc/sdjwt/issue', order, { method: 'POST', headers: { 'idempotency-key': key } }),
  }
}

const keys: readonly BadInput<undefined>[] = [
  keyed('empty', ''),
  keyed('of blanks', 'a b'),
  keyed('of 256 characters', 'a'.repeat(256)),
  keyed('of bytes above ASCII', '\u00e9'),
  keyed('twice', ['one', 'two']),
]

export const managementChapters = [
  chapter('profiles', anyOffer, profiles),
  chapter('keys of calls', anyOffer, keys),
]
