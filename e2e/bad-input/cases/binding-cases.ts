/** The wallet's answer, where the presentation is unreadable or not bound to its request: 400, the session stays open. */
import type { Signer } from '@countersign/crypto/engine'
import type { Held } from '@countersign/testing/client/protocol-wallet'
import { badlySigned, base64url, forgeJws, sha256, tampered } from '@countersign/testing/forging/jws'
import { newKey, now } from '@countersign/testing/people/keys'
import { answerToken, good, unread } from '../answer.ts'
import { type BadInput, chapter } from '../case.ts'
import { type Requested, requested, verificationAt } from '../stages.ts'
import type { World } from '../world.ts'

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
  binding('a proof made ten minutes ago', /kb_too_old; a clock may be wrong/, () => ({
    payload: { iat: now() - 600 },
  })),
  binding('a proof made in ten minutes', /kb_from_future; a clock may be wrong/, () => ({
    payload: { iat: now() + 600 },
  })),
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
  altered('a presentation of 3 MB', /credential_too_large \(limit \d+ characters/, (parts) =>
    withMore(parts, disclosure('salt', 'x', 'y'.repeat(2_250_000))),
  ),
  altered('an issuer part that is no JWT', /malformed|jws|invalid/, (parts) => ({ ...parts, jwt: 'x.y.z' })),
  altered('an issuer part that is empty', /malformed|jws|invalid/, (parts) => ({ ...parts, jwt: '' })),
]

export const bindingChapters = [
  chapter("the wallet's answer, the text of the presentation", requested, texts),
  chapter("the wallet's answer, the key binding", requested, bindings),
]
