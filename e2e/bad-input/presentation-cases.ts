/** The wallet's answer, where it is malformed or not bound to its request: 400, and the session stays open. */
import type { Signer } from '@countersign/credential/crypto'
import { answerBody, type Held, newKey, now, presentation, unknownId } from '../client/protocol-wallet.ts'
import { type BadInput, chapter } from './case.ts'
import { badlySigned, base64url, forgeJws, sha256, tampered } from './forge.ts'
import {
  answerWell,
  bothNames,
  type Requested,
  requested,
  verificationAt,
  verificationResult,
} from './stages.ts'
import { sendForm, type TimedAnswer } from './wire.ts'
import type { World } from './world.ts'

const unread = (message: RegExp) => ({ status: 400, error: 'invalid_request', message }) as const

type Form = Readonly<Record<string, string>> | readonly (readonly [string, string])[] | string

function answer({ request }: Requested, form: Form): Promise<TimedAnswer> {
  return sendForm(request.responseUri, form)
}

/** The right state and this token; a text goes as it is. */
function answerToken(at: Requested, vpToken: unknown): Promise<TimedAnswer> {
  const text = typeof vpToken === 'string' ? vpToken : JSON.stringify(vpToken)
  return answer(at, { state: at.request.state, vp_token: text })
}

const good = (at: Requested, held: Held) => presentation(at.request, held, bothNames)

const forms: readonly BadInput<Requested>[] = [
  { name: 'an empty form', ...unread(/state_differs/), send: (at) => answer(at, '') },
  {
    name: 'no state',
    ...unread(/state_differs/),
    send: async (at, { held }) =>
      answer(at, { vp_token: JSON.stringify({ identity: [await good(at, held)] }) }),
  },
  {
    name: 'another state',
    ...unread(/state_differs/),
    send: async (at, { held }) =>
      answer(at, await answerBody({ ...at.request, state: unknownId() }, held, bothNames)),
  },
  {
    name: 'the state in other letters',
    ...unread(/state_differs/),
    send: (at) => answer(at, { state: at.request.state.toUpperCase(), vp_token: '{}' }),
  },
  {
    name: 'the state twice',
    ...unread(/repeated/),
    send: (at) =>
      answer(at, [
        ['state', at.request.state],
        ['state', at.request.state],
      ]),
  },
  {
    name: 'two tokens',
    ...unread(/repeated/),
    send: async (at, { held }) =>
      answer(at, `${await answerBody(at.request, held, bothNames)}&vp_token=%7B%7D`),
  },
  {
    name: 'state in the query',
    ...unread(/state_differs/),
    send: (at) => sendForm(`${at.request.responseUri}?state=${at.request.state}`, { vp_token: '{}' }),
  },
  {
    name: 'neither token nor error',
    ...unread(/neither_token_nor_error/),
    send: (at) => answer(at, { state: at.request.state }),
  },
  {
    name: 'token and error',
    ...unread(/both_token_and_error/),
    send: async (at, { held }) =>
      answer(at, `${await answerBody(at.request, held, bothNames)}&error=access_denied`),
  },
  {
    name: 'an error with line breaks',
    ...unread(/error_malformed/),
    send: (at) => answer(at, { state: at.request.state, error: 'a\r\nb' }),
  },
  {
    name: 'an error of 200 characters',
    ...unread(/error_malformed/),
    send: (at) => answer(at, { state: at.request.state, error: 'e'.repeat(200) }),
  },
  {
    name: 'an empty error',
    ...unread(/error_malformed/),
    send: (at) => answer(at, { state: at.request.state, error: '' }),
  },
  {
    name: 'an encrypted answer that nobody asked for',
    ...unread(/state_differs/),
    send: (at) => answer(at, { response: 'a.b.c.d.e' }),
  },
  {
    name: 'the answer of another session',
    ...unread(/state_differs/),
    send: async (at, { held, verifier }) =>
      answer(at, await answerBody((await verificationAt(verifier.url)).request, held, bothNames)),
  },
]

const malformed = /vp_token_malformed|vp_token_empty|presentations_malformed/

function token(
  name: string,
  message: RegExp,
  make: unknown | ((presentation: string) => unknown),
): BadInput<Requested> {
  return {
    name,
    ...unread(message),
    send: async (at, { held }) =>
      answerToken(at, typeof make === 'function' ? make(await good(at, held)) : make),
  }
}

const tokens: readonly BadInput<Requested>[] = [
  token('an empty token', malformed, ''),
  token('a token that is no JSON', malformed, '{"identity":'),
  token('a token that is a list', malformed, (vp: string) => [vp]),
  token('a bare presentation', malformed, (vp: string) => vp),
  token('a token that is null', malformed, 'null'),
  token('a token nested 10 000 deep', malformed, `{"identity":${'['.repeat(10_000)}${']'.repeat(10_000)}}`),
  token('a query id twice', malformed, (vp: string) => `{"identity":["x"],"identity":["${vp}"]}`),
  token('the query id __proto__', malformed, (vp: string) => `{"__proto__":["${vp}"]}`),
  token('a token without entries', malformed, {}),
  token('a query id that was not asked', /query_id_unknown/, (vp: string) => ({ other: [vp] })),
  token('a query id that was not asked, beside the right one', /query_id_unknown/, (vp: string) => ({
    identity: [vp],
    other: [vp],
  })),
  token('the query id toString', /query_id_unknown/, (vp: string) => ({ toString: [vp] })),
  token('no presentation', malformed, { identity: [] }),
  token('a presentation outside of a list', malformed, (vp: string) => ({ identity: vp })),
  token('a presentation that is a number', malformed, { identity: [1] }),
  token('an empty presentation', malformed, { identity: [''] }),
  token('two presentations where one is asked', /more_than_one_presentation/, (vp: string) => ({
    identity: [vp, vp],
  })),
  token('51 presentations', /too_many_presentations/, (vp: string) => ({
    identity: Array.from({ length: 51 }, () => vp),
  })),
  token('a token of 600 kB', malformed, (vp: string) => ({ identity: [vp], padding: 'x'.repeat(600_000) })),
]

interface Parts {
  readonly jwt: string
  readonly disclosures: readonly string[]
  readonly proof: string
}

function partsOf(text: string): Parts {
  const [jwt = '', ...rest] = text.split('~')
  return { jwt, disclosures: rest.slice(0, -1), proof: rest.at(-1) ?? '' }
}

function join({ jwt, disclosures, proof }: Parts): string {
  return [jwt, ...disclosures, proof].join('~')
}

interface ProofChange {
  readonly header?: object
  readonly payload?: object
  readonly by?: Signer | { readonly secret: string } | ''
}

/** Bound anew over whatever stands before the proof, so that only the given respect is wrong. */
async function bound(at: Requested, held: Held, parts: Parts, change: ProofChange = {}): Promise<string> {
  const { header = {}, payload = {}, by = held.holder } = change
  const text = join({ ...parts, proof: '' })
  const { clientId, nonce } = at.request
  const proof = await forgeJws(
    { typ: 'kb+jwt', alg: held.holder.algorithm, ...header },
    { iat: now(), aud: clientId, nonce, sd_hash: sha256(text), ...payload },
    by,
  )
  return text + proof
}

function binding(
  name: string,
  reason: RegExp,
  change: (at: Requested, held: Held, world: World) => ProofChange | Promise<ProofChange>,
): BadInput<Requested> {
  return {
    name,
    ...unread(reason),
    send: async (at, world) => {
      const { held } = world
      const parts = partsOf(await good(at, held))
      return answerToken(at, { identity: [await bound(at, held, parts, await change(at, held, world))] })
    },
  }
}

const bindings: readonly BadInput<Requested>[] = [
  binding('a proof by another key', /signature_invalid/, () => ({ by: newKey() })),
  binding('a proof by another key that it shows', /signature_invalid/, () => {
    const by = newKey()
    return { header: { jwk: by.publicJwk }, by }
  }),
  binding('a proof without a signature', /signature_invalid|malformed/, () => ({ by: '' })),
  binding('a proof with alg none', /alg_not_allowed|malformed/, () => ({ header: { alg: 'none' }, by: '' })),
  binding('a proof with alg HS256', /alg_not_allowed/, (_at, held) => ({
    header: { alg: 'HS256' },
    by: { secret: JSON.stringify(held.holder.publicJwk) },
  })),
  binding('a proof with a critical extension', /crit|kb_/, () => ({ header: { crit: ['x'], x: 1 } })),
  binding('a proof of another typ', /kb_typ_wrong/, () => ({ header: { typ: 'JWT' } })),
  binding('a proof for another client', /aud_wrong/, () => ({ payload: { aud: 'x509_hash:elsewhere' } })),
  binding('a proof for the client without its prefix', /aud_wrong/, (at) => ({
    payload: { aud: at.request.clientId.replace(/^x509_hash:/, '') },
  })),
  binding('a proof for two clients', /aud_wrong/, (at) => ({
    payload: { aud: [at.request.clientId, 'other'] },
  })),
  binding('a proof for nobody', /aud_wrong/, () => ({ payload: { aud: undefined } })),
  binding('the nonce of another session', /nonce_wrong/, async (_at, _held, { verifier }) => ({
    payload: { nonce: (await verificationAt(verifier.url)).request.nonce },
  })),
  binding('a nonce that was tampered with', /nonce_wrong/, (at) => ({
    payload: { nonce: tampered(at.request.nonce) },
  })),
  binding('no nonce', /nonce_wrong/, () => ({ payload: { nonce: undefined } })),
  binding('a proof made ten minutes ago', /kb_too_old/, () => ({ payload: { iat: now() - 600 } })),
  binding('a proof made in ten minutes', /kb_from_future/, () => ({ payload: { iat: now() + 600 } })),
  binding('a proof made at no time', /kb_iat_malformed/, () => ({ payload: { iat: 'now' } })),
  binding('sd_hash of another text', /sd_hash_wrong/, () => ({
    payload: { sd_hash: sha256('another text') },
  })),
  binding('no sd_hash', /sd_hash_wrong/, () => ({ payload: { sd_hash: undefined } })),
]

function altered(
  name: string,
  reason: RegExp,
  alter: (parts: Parts, world: World) => Parts | Promise<Parts>,
  keepProof = false,
): BadInput<Requested> {
  return {
    name,
    ...unread(reason),
    send: async (at, world) => {
      const parts = await alter(partsOf(await good(at, world.held)), world)
      return answerToken(at, { identity: [keepProof ? join(parts) : await bound(at, world.held, parts)] })
    },
  }
}

const disclosure = (...entries: readonly unknown[]) => base64url(JSON.stringify(entries))
const with1st = ({ disclosures, ...parts }: Parts, first: string): Parts => ({
  ...parts,
  disclosures: [first, ...disclosures.slice(1)],
})
const withMore = ({ disclosures, ...parts }: Parts, more: string): Parts => ({
  ...parts,
  disclosures: [...disclosures, more],
})

const texts: readonly BadInput<Requested>[] = [
  altered('no key binding', /kb_jwt_missing/, (parts) => ({ ...parts, proof: '' }), true),
  altered('a key binding that is no JWT', /malformed|kb_/, (parts) => ({ ...parts, proof: 'x.y.z' }), true),
  altered(
    'no separator before the key binding',
    /malformed|missing|kb_|structure|disclosure/,
    (parts) => ({ ...parts, disclosures: [], proof: `${parts.disclosures.join('')}${parts.proof}` }),
    true,
  ),
  altered(
    'a key binding with a wrong signature',
    /signature_invalid/,
    (parts) => ({ ...parts, proof: badlySigned(parts.proof) }),
    true,
  ),
  altered(
    'a disclosure left out after the proof was made',
    /sd_hash_wrong/,
    (parts) => ({ ...parts, disclosures: parts.disclosures.slice(1) }),
    true,
  ),
  altered('a disclosed value that was changed', /disclosure|digest/, (parts) =>
    with1st(parts, disclosure('salt', 'given_name', 'Eve')),
  ),
  altered('a disclosure with another salt', /disclosure|digest/, (parts) =>
    with1st(parts, tampered(parts.disclosures[0] ?? '')),
  ),
  altered('a disclosure that belongs to another credential', /disclosure|digest/, async (parts, { held }) =>
    withMore(parts, disclosure('c2FsdA', 'family_name', held.credential.slice(0, 5))),
  ),
  altered('a disclosure twice', /disclosure|digest/, (parts) => withMore(parts, parts.disclosures[0] ?? '')),
  altered('a disclosure named _sd', /disclosure/, (parts) =>
    withMore(parts, disclosure('salt', '_sd', ['x'])),
  ),
  altered('a disclosure named __proto__', /disclosure/, (parts) =>
    withMore(parts, base64url('["salt","__proto__",{"admin":true}]')),
  ),
  altered('a disclosure named like the issuer', /disclosure|digest|claim/, (parts) =>
    withMore(parts, disclosure('salt', 'iss', 'https://evil.example')),
  ),
  altered('a disclosure that is no JSON', /disclosure/, (parts) => withMore(parts, base64url('["salt"'))),
  altered('a disclosure that is an object', /disclosure/, (parts) => withMore(parts, base64url('{"a":1}'))),
  altered('an empty disclosure', /malformed|disclosure/, (parts) => withMore(parts, '')),
  altered('600 disclosures', /too_many|disclosure/, (parts) => ({
    ...parts,
    disclosures: Array.from({ length: 600 }, (_, at) => disclosure(`s${at}`, 'x', at)),
  })),
  altered('a presentation of 100 kB', /too_large|malformed/, (parts) =>
    withMore(parts, disclosure('salt', 'x', 'y'.repeat(80_000))),
  ),
  altered('an issuer part that is no JWT', /malformed|jws|invalid/, (parts) => ({ ...parts, jwt: 'x.y.z' })),
  altered('an issuer part that is empty', /malformed|jws|invalid/, (parts) => ({ ...parts, jwt: '' })),
]

export const presentationChapters = [
  chapter("the wallet's answer, the form", requested, forms),
  chapter("the wallet's answer, the token", requested, tokens),
  chapter("the wallet's answer, the text of the presentation", requested, texts),
  chapter("the wallet's answer, the key binding", requested, bindings),
  chapter('a verification that was answered', requested, [
    {
      name: 'another answer',
      ...unread(/answered already/),
      send: async (at, { held }) => {
        await answerWell(at, held)
        return answer(at, await answerBody(at.request, held, [['given_name']]))
      },
      ends: { because: 'it had come to its good end before, and keeps it', after: stillVerified },
    },
    {
      name: 'a refusal after the answer',
      ...unread(/answered already/),
      send: async (at, { held }) => {
        await answerWell(at, held)
        return answer(at, { state: at.request.state, error: 'access_denied' })
      },
      ends: { because: 'it had come to its good end before, and keeps it', after: stillVerified },
    },
    {
      name: 'an empty form',
      ...unread(/answered already/),
      send: async (at, { held }) => {
        await answerWell(at, held)
        return answer(at, '')
      },
      ends: { because: 'it had come to its good end before, and keeps it', after: stillVerified },
    },
  ]),
]

async function stillVerified({ id, verifierUrl }: Requested): Promise<void> {
  const { state } = await verificationResult(verifierUrl, id)
  if (state !== 'verified') throw new Error(`the session is ${String(state)}`)
}
