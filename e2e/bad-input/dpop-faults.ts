/** Everything that can be wrong with a DPoP proof (RFC 9449 §4.3, §11), for both endpoints that take one. */
import { randomUUID } from 'node:crypto'
import type { Signer } from '@countersign/crypto/engine'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import { badlySigned, base64url, forgeJws } from '@countersign/testing/forging/jws'
import { newKey, now } from '@countersign/testing/people/keys'

export interface ProofPlace {
  readonly key: Signer
  readonly url: string
  /** Claims that a good proof at this place needs beside the usual ones. */
  readonly more?: Readonly<Record<string, unknown>>
}

export interface DpopFault {
  readonly name: string
  make(place: ProofPlace): Promise<string | readonly string[]>
}

export function proofHeader(key: Signer, change: Readonly<Record<string, unknown>> = {}) {
  return { typ: 'dpop+jwt', alg: key.algorithm, jwk: key.publicJwk, ...change }
}

/** A value of undefined leaves the claim out. */
export function proofClaims(url: string, change: Readonly<Record<string, unknown>> = {}) {
  return { jti: randomUUID(), htm: 'POST', htu: url, iat: now(), ...change }
}

function withClaims(name: string, change: Readonly<Record<string, unknown>>): DpopFault {
  return {
    name,
    make: ({ key, url, more }) => forgeJws(proofHeader(key), proofClaims(url, { ...more, ...change }), key),
  }
}

function withHeader(name: string, change: Readonly<Record<string, unknown>>): DpopFault {
  return {
    name,
    make: ({ key, url, more }) => forgeJws(proofHeader(key, change), proofClaims(url, more), key),
  }
}

const good = ({ key, url, more }: ProofPlace) => forgeJws(proofHeader(key), proofClaims(url, more), key)

const texts: readonly DpopFault[] = [
  { name: 'an empty proof', make: async () => '' },
  { name: 'a proof that is no JWT', make: async () => 'not-a-proof' },
  { name: 'a proof of 5 parts', make: async (place) => `${await good(place)}.a.b` },
  { name: 'two DPoP headers', make: async (place) => [await good(place), await good(place)] },
  { name: 'two proofs in one header', make: async (place) => `${await good(place)}, ${await good(place)}` },
  {
    name: 'a proof of 9000 characters',
    make: (place) => good({ ...place, more: { ...place.more, x: 'y'.repeat(9000) } }),
  },
  { name: 'a padded signature', make: async (place) => `${await good(place)}==` },
  {
    name: 'a payload that is a list',
    make: ({ key }) => forgeJws(proofHeader(key), '["jti"]', key),
  },
  {
    name: 'a payload that is no JSON',
    make: ({ key }) => forgeJws(proofHeader(key), '{"jti":', key),
  },
  {
    name: 'a payload that repeats a member',
    make: ({ key, url }) =>
      forgeJws(proofHeader(key), JSON.stringify(proofClaims(url)).replace('{', '{"htm":"GET",'), key),
  },
  {
    name: 'a payload nested 1000 deep',
    make: ({ key }) => forgeJws(proofHeader(key), `{"a":${'['.repeat(1000)}${']'.repeat(1000)}}`, key),
  },
]

const signatures: readonly DpopFault[] = [
  { name: 'a proof with a wrong signature', make: async (place) => badlySigned(await good(place)) },
  {
    name: 'a proof signed by another key than it shows',
    make: ({ key, url, more }) => forgeJws(proofHeader(key), proofClaims(url, more), newKey()),
  },
  {
    name: 'a proof without a signature',
    make: ({ key, url, more }) => forgeJws(proofHeader(key), proofClaims(url, more), ''),
  },
  {
    name: 'a proof with alg none',
    make: ({ key, url, more }) => forgeJws(proofHeader(key, { alg: 'none' }), proofClaims(url, more), ''),
  },
  {
    name: 'a proof with alg HS256 under the public key',
    make: ({ key, url, more }) => {
      const secret = JSON.stringify(key.publicJwk)
      return forgeJws(proofHeader(key, { alg: 'HS256' }), proofClaims(url, more), { secret })
    },
  },
  withHeader('a proof whose alg is not that of its key', { alg: 'ES384' }),
  withHeader('a proof with a critical extension', { crit: ['x'], x: true }),
  withHeader('a proof of another typ', { typ: 'JWT' }),
  withHeader('a proof without typ', { typ: undefined }),
]

const keys: readonly DpopFault[] = [
  withHeader('a proof without a key', { jwk: undefined }),
  withHeader('a proof that names its key by kid', { jwk: undefined, kid: 'did:jwk:abc#0' }),
  withHeader('a key that is a text', { jwk: 'key' }),
  withHeader('a symmetric key', { jwk: { kty: 'oct', k: base64url('secret') } }),
  withHeader('an RSA key', { jwk: { kty: 'RSA', n: base64url('n'.repeat(256)), e: 'AQAB' } }),
  withHeader('a key off its curve', {
    jwk: { kty: 'EC', crv: 'P-256', x: base64url(Buffer.alloc(32, 1)), y: base64url(Buffer.alloc(32, 2)) },
  }),
  {
    name: 'a private key in the proof',
    make: ({ url, more }) => {
      const jwk = generateSoftwareKey('ES256')
      const signer = softwareSigner(jwk)
      return forgeJws(proofHeader(signer, { jwk }), proofClaims(url, more), signer)
    },
  },
]

const claimFaults: readonly DpopFault[] = [
  withClaims('htm of another method', { htm: 'GET' }),
  withClaims('htm in small letters', { htm: 'post' }),
  withClaims('no htm', { htm: undefined }),
  withClaims('htu of another host', { htu: 'https://elsewhere.example/token' }),
  withClaims('htu that is a path', { htu: '/token' }),
  withClaims('htu that is a list', { htu: ['/token'] }),
  withClaims('no htu', { htu: undefined }),
  {
    name: 'htu of another endpoint',
    make: ({ key, url, more }) =>
      forgeJws(proofHeader(key), proofClaims(`${new URL(url).origin}/nonce`, more), key),
  },
  {
    name: 'htu with a user name',
    make: ({ key, url, more }) =>
      forgeJws(proofHeader(key), proofClaims(url.replace('://', '://user@'), more), key),
  },
  withClaims('no jti', { jti: undefined }),
  withClaims('jti that is a number', { jti: 1 }),
  withClaims('jti of 300 characters', { jti: 'j'.repeat(300) }),
  withClaims('no iat', { iat: undefined }),
  withClaims('iat as text', { iat: '1800000000' }),
  withClaims('nonce that is a number', { nonce: 5 }),
  timed('iat ten minutes ago', -600),
  timed('iat in ten minutes', 600),
  withClaims('iat beyond all times', { iat: 1e300 }),
]

/** Reckoned when the case runs, not when the table is read. */
function timed(name: string, seconds: number): DpopFault {
  return {
    name,
    make: ({ key, url, more }) => {
      const claims = proofClaims(url, { ...more, iat: now() + seconds })
      return forgeJws(proofHeader(key), claims, key)
    },
  }
}

export const dpopFaults: readonly DpopFault[] = [...texts, ...signatures, ...keys, ...claimFaults]
