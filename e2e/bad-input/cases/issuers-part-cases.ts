/**
 * What the issuer signed has another form than its format prescribes. That the issuer is believed does not help: it
 * cannot be read, so nothing is decided.
 */

import type { JsonObject } from '@countersign/core/json'
import { didFromKey } from '@countersign/did/did'
import type { Held } from '@countersign/testing/client/protocol-wallet'
import { type Kind, kinds, mdocKind, sdJwtKind } from '@countersign/testing/forging/credential-kinds'
import { forgeJws, type JwtChange, rewriteCredential, sha256 } from '@countersign/testing/forging/jws'
import { now } from '@countersign/testing/people/keys'
import { asked } from '../asked.ts'
import { type BadInput, chapter } from '../case.ts'
import type { Requested } from '../stages.ts'
import { unbound } from './format-binding-cases.ts'

type Signed = (name: string, reason: RegExp, change: JwtChange) => BadInput<Requested>

function forms(kind: Kind): readonly BadInput<Requested>[] {
  const signed: Signed = (name, reason, change) =>
    unbound(name, kind, reason, async (at, held, world) => {
      const credential = await rewriteCredential(held.credential, change, kind.trustedKey(world))
      return bindAnyway(kind, at, { ...held, credential })
    })
  return [
    signed('another typ', /typ_wrong/, { header: (header) => ({ ...header, typ: 'at+jwt' }) }),
    signed('a critical extension', /crit/, { header: (header) => ({ ...header, crit: ['x'], x: 1 }) }),
    signed('a chain that is a text', /x5c/, { header: (header) => ({ ...header, x5c: 'AAAA' }) }),
    signed('a chain of numbers', /x5c/, { header: (header) => ({ ...header, x5c: [7] }) }),
    signed('a key name that is a number', /kid/, { header: (header) => ({ ...header, kid: 7 }) }),
    signed('a status that is a text', /status/, { payload: (payload) => ({ ...payload, status: 'x' }) }),
    ...(kind === sdJwtKind ? sdJwtForms(signed) : w3cForms(kind, signed)),
  ]
}

function sdJwtForms(signed: Signed): readonly BadInput<Requested>[] {
  const payload = (name: string, reason: RegExp, more: object) =>
    signed(name, reason, { payload: (known) => ({ ...known, ...more }) })
  return [
    payload('no type', /vct/, { vct: undefined }),
    payload('a type that is a list', /vct/, { vct: ['urn:countersign:identity-credential:1'] }),
    payload('an issuer that is an object', /iss/, { iss: { id: 'https://issuer.example' } }),
    payload('a hash that nobody should use', /sd_alg|hash/, { _sd_alg: 'md5' }),
    payload('digests that are no list', /digest|_sd|malformed/, { _sd: 'x' }),
  ]
}

function w3cForms({ format }: Kind, signed: Signed): readonly BadInput<Requested>[] {
  const member = (name: string, reason: RegExp, more: object) =>
    signed(name, reason, {
      payload: (payload) =>
        format === 'jwt_vc_json'
          ? { ...payload, vc: { ...(payload['vc'] as JsonObject), ...more } }
          : { ...payload, ...more },
    })
  return [
    member('a subject that is a text', /subject_malformed|disclosure/, { credentialSubject: 'Ada' }),
    member('a subject whose id is no URL', /subject_malformed|sub_differs|disclosure/, {
      credentialSubject: { id: 'Ada' },
    }),
    member('no type', /type_malformed/, { type: [] }),
    member('types that are numbers', /type_malformed/, { type: ['VerifiableCredential', 7] }),
    member('a context that is a number', /context/, { '@context': 7 }),
    member('a foreign context first', /context_base_missing/, { '@context': ['https://foreign.example/v1'] }),
    member('a context that gives types another meaning', /context_redefines_term/, {
      '@context': [baseOf(format), { VerifiableCredential: 'https://foreign.example/Thing' }],
    }),
    member('the version of the other format', /context|version|date/, { '@context': [otherBaseOf(format)] }),
    member('a status without a type', /member_malformed/, { credentialStatus: { id: 'urn:x:1' } }),
    member('an end before the beginning', /validity_empty/, {
      validUntil: '1990-01-01T00:00:00Z',
      expirationDate: '1990-01-01T00:00:00Z',
    }),
    member('an end that is no date', /date_malformed/, { validUntil: 'soon', expirationDate: 'soon' }),
    signed('an issuer that is not the one of the JWT', /iss_differs/, {
      payload: (payload) => ({ ...payload, iss: 'https://other.example' }),
    }),
    signed("a key of another issuer's DID", /kid_not_of_issuer/, {
      header: (header) => ({ ...header, kid: 'did:web:other.example#0' }),
    }),
  ]
}

const BASES = ['https://www.w3.org/2018/credentials/v1', 'https://www.w3.org/ns/credentials/v2'] as const

function baseOf(format: string): string {
  return format === 'jwt_vc_json' ? BASES[0] : BASES[1]
}

function otherBaseOf(format: string): string {
  return format === 'jwt_vc_json' ? 'https://www.w3.org/ns/credentials/v3' : BASES[0]
}

/** No wallet of ours would present this, so the holder's part is made here. */
function bindAnyway(kind: Kind, at: Requested, { credential, holder }: Held): Promise<string> {
  const { clientId, nonce } = at.request
  const did = didFromKey('jwk', holder.publicJwk)
  const claims = { iss: did, aud: clientId, nonce, iat: now() }
  const type = ['VerifiablePresentation']
  switch (kind.format) {
    case 'jwt_vc_json': {
      const vp = { '@context': [BASES[0]], type, verifiableCredential: [credential] }
      return forgeJws({ typ: 'JWT', alg: 'ES256', kid: `${did}#0` }, { ...claims, vp }, holder)
    }
    case 'vc+jwt': {
      const enveloped = {
        '@context': BASES[1],
        id: `data:application/vc+jwt,${credential}`,
        type: 'EnvelopedVerifiableCredential',
      }
      const vp = { '@context': [BASES[1]], type, verifiableCredential: [enveloped] }
      return forgeJws({ typ: 'vp+jwt', alg: 'ES256', kid: `${did}#0` }, { ...claims, ...vp }, holder)
    }
    default: {
      const payload = { aud: clientId, nonce, iat: now(), sd_hash: sha256(credential) }
      return forgeJws({ typ: 'kb+jwt', alg: 'ES256' }, payload, holder).then((proof) => credential + proof)
    }
  }
}

export const issuersPartChapters = kinds
  .filter((kind) => kind !== mdocKind)
  .map((kind) => chapter(`${kind.format}, the form of what the issuer signed`, asked(kind), forms(kind)))
