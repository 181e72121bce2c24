/** Presentations that are JWTs around a credential: whom they name, and what they wrap. */

import { isJsonArray, type JsonObject } from '@countersign/core/json'
import { didFromKey } from '@countersign/did/did'
import { boundByPresentation, type Kind, presentAs } from '@countersign/testing/forging/credential-kinds'
import { type JwtChange, rewriteJws } from '@countersign/testing/forging/jws'
import { newKey } from '@countersign/testing/people/keys'
import { asked } from '../asked.ts'
import { type BadInput, chapter } from '../case.ts'
import type { Requested } from '../stages.ts'
import { unbound } from './format-binding-cases.ts'

const strangersDid = didFromKey('jwk', newKey().publicJwk)

const unsecured = {
  '@context': ['https://www.w3.org/2018/credentials/v1'],
  type: ['VerifiableCredential', 'IdentityCredential'],
  issuer: 'https://issuer.example',
  issuanceDate: '2026-01-01T00:00:00Z',
  credentialSubject: { given_name: 'Eve', family_name: 'Example' },
}

function presentations(kind: Kind): readonly BadInput<Requested>[] {
  const outer = (name: string, reason: RegExp, change: JwtChange) =>
    unbound(name, kind, reason, async (at, held) =>
      rewriteJws(await presentAs(kind, at, held), change, held.holder),
    )
  const inner = (name: string, reason: RegExp, change: (document: JsonObject) => object) =>
    outer(name, reason, { payload: (payload) => onDocument(payload, change) })
  const member = (name: string, reason: RegExp, members: object) =>
    inner(name, reason, (document) => ({ ...document, ...members }))
  return [
    inner('two credentials', /credentials_several/, ({ verifiableCredential: one, ...document }) => ({
      ...document,
      verifiableCredential: isJsonArray(one) ? [...one, ...one] : [],
    })),
    member('no credential', /credential_missing/, { verifiableCredential: [] }),
    member('a credential that is a number', /credential_not_secured/, { verifiableCredential: [7] }),
    member('a credential that nobody signed', /credential_not_secured|type_malformed|context/, {
      verifiableCredential: [unsecured],
    }),
    member('a credential that would have to be fetched', /credential_not_secured|jws_malformed/, {
      verifiableCredential: ['http://169.254.169.254/credential'],
    }),
    member('another holder', /holder_wrong/, { holder: strangersDid }),
    member('a holder that is a number', /holder_malformed/, { holder: 7 }),
    member('a type that is no presentation', /type_malformed/, { type: ['Thing'] }),
    member('types that are numbers', /type_malformed/, { type: ['VerifiablePresentation', 7] }),
    member('no context', /context_missing/, { '@context': undefined }),
    member('a foreign context first', /context_base_missing/, { '@context': ['https://foreign.example/v1'] }),
    member('a proof of another kind inside', /member_malformed/, { proof: 'x' }),
    outer('somebody else who presents', /holder_wrong/, {
      payload: (payload) => ({ ...payload, iss: strangersDid }),
    }),
    outer('the key of somebody else named', /holder_wrong/, {
      header: (header) => ({ ...header, kid: `${strangersDid}#0` }),
    }),
    outer('a key name that is a number', /kid_malformed/, { header: (header) => ({ ...header, kid: 7 }) }),
    unbound(
      'a presentation within the presentation',
      kind,
      /missing|malformed|typ_wrong|not_secured/,
      (at, held) =>
        presentAs(kind, at, held).then(async (whole) =>
          rewriteJws(
            whole,
            {
              payload: (payload) =>
                onDocument(payload, (document) => ({ ...document, ...around(kind, whole) })),
            },
            held.holder,
          ),
        ),
    ),
  ]
}

function onDocument(payload: JsonObject, change: (document: JsonObject) => object): object {
  const { vp } = payload
  return vp === undefined ? change(payload as JsonObject) : { ...payload, vp: change(vp as JsonObject) }
}

function around({ format }: Kind, jwt: string): object {
  if (format === 'jwt_vc_json') return { verifiableCredential: [jwt] }
  const enveloped = {
    '@context': 'https://www.w3.org/ns/credentials/v2',
    id: `data:application/vc+jwt,${jwt}`,
    type: 'EnvelopedVerifiableCredential',
  }
  return { verifiableCredential: [enveloped] }
}

export const presentationChapters = boundByPresentation.map((kind) =>
  chapter(`${kind.format}, what the presentation says`, asked(kind), presentations(kind)),
)
