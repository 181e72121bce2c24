/** The credential request and its key proof: OpenID4VCI 1.0 §8.2, §8.3.1.2, appendix F. */
import type { Signer } from '@countersign/crypto/engine'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import { expectStatus } from '@countersign/testing/client/http'
import { identityConfiguration, keyProof, requestNonce } from '@countersign/testing/client/protocol-wallet'
import { badlySigned, base64url, forgeJws, sha256, tampered } from '@countersign/testing/forging/jws'
import { newKey, now } from '@countersign/testing/people/keys'
import { type BadInput, chapter } from '../case.ts'
import { proofClaims, proofHeader } from '../dpop-faults.ts'
import { type Granted, grant, granted, offerOfIssuer, takeCredential } from '../stages.ts'
import { RawText, sendJson, type TimedAnswer } from '../wire.ts'

const badRequest = { status: 400, error: 'invalid_credential_request', message: /./ } as const
const badProof = { status: 400, error: 'invalid_proof', message: /key proof/ } as const
const badNonce = { status: 400, error: 'invalid_nonce', message: /nonce/ } as const
const unknownType = { status: 400, error: 'unknown_credential_configuration', message: /unknown/ } as const

/** Rightly authorized, with any body. */
async function ask(at: Granted, body: unknown): Promise<TimedAnswer> {
  const url = `${at.issuerUrl}/credential`
  const claims = proofClaims(url, { ath: sha256(at.accessToken) })
  const dpop = await forgeJws(proofHeader(at.dpopKey), claims, at.dpopKey)
  return sendJson(url, body, { authorization: `DPoP ${at.accessToken}`, dpop })
}

const goodProof = (at: Granted) => keyProof(at.issuerUrl, at.nonce, at.holder)

/** A request in order but for the members given; undefined leaves one out. */
async function askFor(at: Granted, change: object): Promise<TimedAnswer> {
  const proofs = { jwt: [await goodProof(at)] }
  return ask(at, { credential_configuration_id: identityConfiguration, proofs, ...change })
}

const bodies: readonly BadInput<Granted>[] = [
  { name: 'a list', ...badRequest, send: (at) => ask(at, []) },
  { name: 'a text', ...badRequest, send: (at) => ask(at, 'credential') },
  { name: 'null', ...badRequest, send: (at) => ask(at, null) },
  { name: 'an empty object', ...badRequest, send: (at) => ask(at, {}) },
  { name: 'broken JSON', ...badRequest, send: (at) => ask(at, new RawText('{"proofs":')) },
  { name: 'an empty body', ...badRequest, send: (at) => ask(at, new RawText('')) },
  {
    name: 'JSON nested 10 000 deep',
    ...badRequest,
    send: (at) => ask(at, new RawText(`{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`)),
  },
  {
    name: 'a member twice',
    ...badRequest,
    send: async (at) => {
      const body = JSON.stringify({
        credential_configuration_id: identityConfiguration,
        proofs: { jwt: [await goodProof(at)] },
      })
      return ask(at, new RawText(body.replace('{', '{"credential_configuration_id":"eu_pid_dc+sd-jwt",')))
    },
  },
  {
    name: 'a member named __proto__',
    ...badRequest,
    send: (at) =>
      ask(at, new RawText(`{"__proto__":{"credential_configuration_id":"${identityConfiguration}"}}`)),
  },
  {
    name: 'a response to be encrypted',
    status: 400,
    error: 'invalid_encryption_parameters',
    message: /encryption/,
    send: (at) => askFor(at, { credential_response_encryption: { jwk: newKey().publicJwk, enc: 'A256GCM' } }),
  },
]

const selectors: readonly BadInput<Granted>[] = [
  {
    name: 'no configuration',
    ...badRequest,
    send: (at) => askFor(at, { credential_configuration_id: undefined }),
  },
  {
    name: 'an empty configuration',
    ...badRequest,
    send: (at) => askFor(at, { credential_configuration_id: '' }),
  },
  {
    name: 'a configuration that is a number',
    ...badRequest,
    send: (at) => askFor(at, { credential_configuration_id: 1 }),
  },
  {
    name: 'a configuration of 2000 characters',
    ...badRequest,
    send: (at) => askFor(at, { credential_configuration_id: 'c'.repeat(2000) }),
  },
  {
    name: 'an unknown configuration',
    ...unknownType,
    send: (at) => askFor(at, { credential_configuration_id: 'unknown' }),
  },
  {
    name: 'the configuration __proto__',
    ...unknownType,
    send: (at) => askFor(at, { credential_configuration_id: '__proto__' }),
  },
  {
    name: 'the configuration with NUL behind it',
    ...unknownType,
    send: (at) => askFor(at, { credential_configuration_id: `${identityConfiguration}\0` }),
  },
  {
    name: 'a configuration that was not offered',
    status: 403,
    error: 'insufficient_scope',
    message: /does not cover/,
    headers: { 'www-authenticate': /error="insufficient_scope"/ },
    send: (at) => askFor(at, { credential_configuration_id: 'eu_pid_dc+sd-jwt' }),
  },
  {
    name: 'a credential identifier that nobody gave out',
    status: 400,
    error: 'unknown_credential_identifier',
    message: /unknown/,
    send: (at) => askFor(at, { credential_configuration_id: undefined, credential_identifier: 'one' }),
  },
  {
    name: 'both identifiers',
    ...badRequest,
    send: (at) => askFor(at, { credential_identifier: identityConfiguration }),
  },
]

const proofLists: readonly BadInput<Granted>[] = [
  { name: 'no proofs', ...badProof, send: (at) => askFor(at, { proofs: undefined }) },
  { name: 'empty proofs', ...badProof, send: (at) => askFor(at, { proofs: {} }) },
  { name: 'proofs that are a list', ...badProof, send: (at) => askFor(at, { proofs: [] }) },
  { name: 'proofs that are null', ...badProof, send: (at) => askFor(at, { proofs: null }) },
  { name: 'an empty list of proofs', ...badProof, send: (at) => askFor(at, { proofs: { jwt: [] } }) },
  {
    name: 'a proof outside of a list',
    ...badProof,
    send: async (at) => askFor(at, { proofs: { jwt: await goodProof(at) } }),
  },
  { name: 'a proof that is a number', ...badProof, send: (at) => askFor(at, { proofs: { jwt: [1] } }) },
  {
    name: 'a proof of the draft',
    ...badProof,
    send: async (at) =>
      askFor(at, { proofs: undefined, proof: { proof_type: 'jwt', jwt: await goodProof(at) } }),
  },
  { name: 'a proof type of linked data', ...badProof, send: (at) => askFor(at, { proofs: { di_vp: [{}] } }) },
  {
    name: 'a proof type that is inherited',
    ...badProof,
    send: (at) => askFor(at, { proofs: { toString: ['x'] } }),
  },
  {
    name: 'two proof types',
    ...badProof,
    send: async (at) => askFor(at, { proofs: { jwt: [await goodProof(at)], attestation: ['x'] } }),
  },
  {
    name: 'more proofs than a batch has',
    ...badRequest,
    message: /11 key proofs; one request takes 10/,
    send: async (at) => askFor(at, { proofs: { jwt: await proofsOf(at, 11) } }),
  },
  {
    name: 'the same proof twice',
    ...badProof,
    send: async (at) => {
      const good = await goodProof(at)
      return askFor(at, { proofs: { jwt: [good, good] } })
    },
  },
  {
    name: 'two proofs of one key',
    ...badProof,
    message: /one key/,
    send: async (at) => {
      const more = await forgeProof(at, { payload: { more: 1 } })
      return askFor(at, { proofs: { jwt: [await goodProof(at), more] } })
    },
  },
  {
    name: 'proofs with two nonces',
    ...badNonce,
    send: async (at) => {
      const { c_nonce } = expectStatus(await requestNonce(at.issuerUrl), 200).json()
      const second = await keyProof(at.issuerUrl, String(c_nonce), newKey())
      return askFor(at, { proofs: { jwt: [await goodProof(at), second] } })
    },
  },
  {
    name: 'a batch of which one proof is bad',
    ...badProof,
    send: async (at) => askFor(at, { proofs: { jwt: [...(await proofsOf(at, 3)), 'a.b.c'] } }),
  },
  {
    name: 'two attestations',
    ...badRequest,
    send: (at) => askFor(at, { proofs: { attestation: ['a.b.c', 'd.e.f'] } }),
  },
  {
    name: 'an attestation where nobody is believed who attests',
    ...badProof,
    message: /nobody is trusted who attests keys/,
    send: (at) => askFor(at, { proofs: { attestation: ['a.b.c'] } }),
  },
]

/** Of as many keys. */
function proofsOf(at: Granted, count: number): Promise<readonly string[]> {
  return Promise.all(Array.from({ length: count }, () => keyProof(at.issuerUrl, at.nonce, newKey())))
}

interface Change {
  readonly header?: object
  readonly payload?: object
  readonly by?: Signer | { readonly secret: string } | ''
}

async function forgeProof(
  at: Granted,
  { header = {}, payload = {}, by = at.holder }: Change,
): Promise<string> {
  const { algorithm, publicJwk } = at.holder
  return forgeJws(
    { typ: 'openid4vci-proof+jwt', alg: algorithm, jwk: publicJwk, ...header },
    { aud: at.issuerUrl, iat: now(), nonce: at.nonce, ...payload },
    by,
  )
}

function proof(
  name: string,
  change: Change | ((at: Granted) => Change | Promise<Change>),
  refusal: Pick<BadInput<Granted>, 'status' | 'error' | 'message'> = badProof,
): BadInput<Granted> {
  return {
    name,
    ...refusal,
    send: async (at) => {
      const wrong = typeof change === 'function' ? await change(at) : change
      return askFor(at, { proofs: { jwt: [await forgeProof(at, wrong)] } })
    },
  }
}

const proofs: readonly BadInput<Granted>[] = [
  { name: 'a proof that is no JWT', ...badProof, send: (at) => askFor(at, { proofs: { jwt: ['x'] } }) },
  {
    name: 'a proof of 20 000 characters',
    ...badProof,
    send: (at) => askFor(at, { proofs: { jwt: ['x'.repeat(20_000)] } }),
  },
  {
    name: 'a wrong signature',
    ...badProof,
    send: async (at) => askFor(at, { proofs: { jwt: [badlySigned(await goodProof(at))] } }),
  },
  proof('a proof signed by another key than it shows', () => ({ by: newKey() })),
  proof('alg none', { header: { alg: 'none' }, by: '' }),
  proof('alg HS256 under the public key', (at) => ({
    header: { alg: 'HS256' },
    by: { secret: JSON.stringify(at.holder.publicJwk) },
  })),
  proof('an alg that is not that of the key', { header: { alg: 'EdDSA' } }),
  proof('a critical extension', { header: { crit: ['b64'], b64: false } }),
  proof('no typ', { header: { typ: undefined } }),
  proof('the typ of a plain JWT', { header: { typ: 'JWT' } }),
  proof('the typ of a DPoP proof', { header: { typ: 'dpop+jwt' } }),
  proof('no key', { header: { jwk: undefined } }),
  proof('two keys', { header: { kid: 'did:jwk:abc#0' } }),
  proof('a DID that nobody resolves', { header: { jwk: undefined, kid: 'did:web:internal.example#0' } }),
  proof('a kid that is a path', { header: { jwk: undefined, kid: '../../etc/passwd' } }),
  proof('a certificate chain', { header: { jwk: undefined, x5c: ['AAAA'] } }),
  proof('a symmetric key', { header: { jwk: { kty: 'oct', k: 'AAAA' } } }),
  proof('a key on another curve', { header: { jwk: { kty: 'EC', crv: 'secp256k1', x: 'AA', y: 'AA' } } }),
  proof('a key off its curve', {
    header: {
      jwk: { kty: 'EC', crv: 'P-256', x: base64url(Buffer.alloc(32, 1)), y: base64url(Buffer.alloc(32, 2)) },
    },
  }),
  proof('a private key', () => {
    const jwk = generateSoftwareKey('ES256')
    return { header: { jwk }, by: softwareSigner(jwk) }
  }),
  proof('no audience', { payload: { aud: undefined } }),
  proof('another audience', { payload: { aud: 'https://elsewhere.example' } }),
  proof('the credential endpoint as audience', (at) => ({ payload: { aud: `${at.issuerUrl}/credential` } })),
  proof('two audiences', (at) => ({ payload: { aud: [at.issuerUrl, 'https://elsewhere.example'] } })),
  proof('no iat', { payload: { iat: undefined } }),
  proof('iat ten minutes ago', () => ({ payload: { iat: now() - 600 } })),
  proof('iat in ten minutes', () => ({ payload: { iat: now() + 600 } })),
  proof('expired', () => ({ payload: { exp: now() - 120 } })),
  proof('not yet valid', () => ({ payload: { nbf: now() + 120 } })),
  proof('a client id that is a number', { payload: { iss: 1 } }),
  proof('no nonce', { payload: { nonce: undefined } }),
  proof('a nonce that is a number', { payload: { nonce: 1 } }),
]

const nonces: readonly BadInput<Granted>[] = [
  proof('a nonce that nobody made', { payload: { nonce: 'made-up' } }, badNonce),
  proof('a nonce that was tampered with', (at) => ({ payload: { nonce: tampered(at.nonce) } }), badNonce),
  proof('a nonce with NUL behind it', (at) => ({ payload: { nonce: `${at.nonce}\0` } }), badNonce),
  {
    name: 'the nonce of another deployment',
    ...badNonce,
    send: async (at, { foreignIssuer }) => {
      const { c_nonce } = expectStatus(await requestNonce(foreignIssuer.url), 200).json()
      return askFor(at, { proofs: { jwt: [await forgeProof(at, { payload: { nonce: c_nonce } })] } })
    },
  },
  {
    name: 'a nonce that another session has used',
    ...badNonce,
    send: async (at) => {
      const other = await grant(await offerOfIssuer(at.issuerUrl))
      await takeCredential(other)
      return askFor(at, { proofs: { jwt: [await forgeProof(at, { payload: { nonce: other.nonce } })] } })
    },
  },
  {
    name: 'the very proof of another session',
    ...badNonce,
    send: async (at) => {
      const other = await grant(await offerOfIssuer(at.issuerUrl))
      const jwt = await goodProof(other)
      expectStatus(await askFor(other, { proofs: { jwt: [jwt] } }), 200)
      return askFor(at, { proofs: { jwt: [jwt] } })
    },
  },
]

export const credentialChapters = [
  chapter('credential endpoint, the body', granted, bodies),
  chapter('credential endpoint, what is asked for', granted, selectors),
  chapter('credential endpoint, the list of proofs', granted, proofLists),
  chapter('credential endpoint, the key proof', granted, proofs),
  chapter('credential endpoint, the nonce', granted, nonces),
  chapter('credential endpoint, a credential that was issued', granted, [
    {
      name: 'again for another key',
      status: 400,
      error: 'credential_request_denied',
      message: /not issued/,
      send: async (at) => {
        await takeCredential(at)
        const { c_nonce } = expectStatus(await requestNonce(at.issuerUrl), 200).json()
        const other = { ...at, nonce: String(c_nonce), holder: newKey() }
        return askFor(other, {})
      },
      ends: {
        because: 'it had come to its good end before; its own holder may ask again',
        after: async (at) => {
          const { c_nonce } = expectStatus(await requestNonce(at.issuerUrl), 200).json()
          await takeCredential({ ...at, nonce: String(c_nonce) })
        },
      },
    },
  ]),
]
