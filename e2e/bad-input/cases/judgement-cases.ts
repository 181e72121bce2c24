/**
 * Answers that are bound to their request and fail a check: only the wallet that was asked can have made them, so they
 * decide the session. The wallet is told that it was refused, the relying party why (OpenID4VP 1.0 §8.2, HAIP 1.0).
 */
import { X509Certificate } from 'node:crypto'
import { createDevelopmentCa, issueCertificate } from '@countersign/keys/deployment/development-certificate'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import { claims, issue } from '@countersign/testing/client/flows'
import { answerBody, newKey, now } from '@countersign/testing/client/protocol-wallet'
import { type BadInput, chapter, expectRefused } from '../case.ts'
import { badlySigned, type ForgedCredential, forgeCredential, signedAgain } from '../forge.ts'
import { expectObjection, objectionsTo, refused } from '../rejection.ts'
import { bothNames, type Requested, requested } from '../stages.ts'
import { sendForm } from '../wire.ts'
import type { World } from '../world.ts'

interface Fault {
  readonly name: string
  readonly check: string
  readonly detail: RegExp
  make(world: World): Promise<ForgedCredential>
  readonly disclose?: readonly (readonly string[])[]
}

const faults: readonly Fault[] = [
  {
    name: 'a credential of another deployment',
    check: 'issuer_trust',
    detail: /./,
    make: ({ foreignIssuer }) => issue(foreignIssuer.url),
  },
  {
    name: 'a credential under a self-signed certificate',
    check: 'issuer_trust',
    detail: /./,
    make: async () => {
      const ca = createDevelopmentCa({ name: 'Countersign development CA', now: now() })
      return forgeCredential(softwareSigner(ca.privateJwk, { x5c: [ca.certificate] }))
    },
  },
  {
    name: 'a credential under a certificate of somebody who has the name of our authority',
    check: 'issuer_trust',
    detail: /./,
    make: async ({ issuerKey }) => forgeCredential(underNamesake(issuerKey.x5c?.[0] ?? '')),
  },
  {
    name: 'a credential that brings its own root along',
    check: 'issuer_trust',
    detail: /./,
    make: async () => {
      const { ca, leaf, key } = ownAuthority('Own root')
      return forgeCredential(softwareSigner(key, { x5c: [leaf, ca.certificate] }))
    },
  },
  {
    name: 'a credential under a certificate of another key',
    check: 'issuer_signature',
    detail: /signature_invalid/,
    make: ({ issuerKey }) => forgeCredential({ ...newKey(), ...(issuerKey.x5c && { x5c: issuerKey.x5c }) }),
  },
  {
    name: 'a credential without a certificate',
    check: 'issuer_trust',
    detail: /no_key_reference/,
    make: async () => forgeCredential(newKey()),
  },
  {
    name: 'a certificate that is none',
    check: 'issuer_trust',
    detail: /./,
    make: async () => forgeCredential({ ...newKey(), x5c: ['AAAA'] }),
  },
  {
    name: 'a credential with a wrong signature',
    check: 'issuer_signature',
    detail: /signature_invalid/,
    make: async ({ issuerKey }) => {
      const { credential, holder } = await forgeCredential(issuerKey)
      const [jwt = '', ...rest] = credential.split('~')
      return { credential: [badlySigned(jwt), ...rest].join('~'), holder }
    },
  },
  {
    name: 'a credential with alg none',
    check: 'issuer_signature',
    detail: /alg_not_allowed/,
    make: async ({ issuerKey }) =>
      signedAgain(await forgeCredential(issuerKey), (header) => ({ ...header, alg: 'none' }), ''),
  },
  {
    name: 'a credential with alg HS256',
    check: 'issuer_signature',
    detail: /alg_not_allowed/,
    make: async ({ issuerKey }) => {
      const secret = JSON.stringify(issuerKey.publicJwk)
      return signedAgain(await forgeCredential(issuerKey), (header) => ({ ...header, alg: 'HS256' }), {
        secret,
      })
    },
  },
  {
    name: 'an expired credential',
    check: 'validity_period',
    detail: /^expired$/,
    make: ({ issuerKey }) => forgeCredential(issuerKey, { issuedAt: now() - 7200, expiresAt: now() - 3600 }),
  },
  {
    name: 'a credential that is not yet valid',
    check: 'validity_period',
    detail: /not_yet_valid/,
    make: ({ issuerKey }) => forgeCredential(issuerKey, { notBefore: now() + 1800 }),
  },
  {
    name: 'a credential issued in the future',
    check: 'validity_period',
    detail: /issued_in_future/,
    make: ({ issuerKey }) => forgeCredential(issuerKey, { issuedAt: now() + 1800 }),
  },
  {
    name: 'a credential of another type',
    check: 'query_match',
    detail: /./,
    make: ({ issuerKey }) => forgeCredential(issuerKey, { type: 'urn:other:1' }),
  },
  {
    name: 'a credential without a claim that was asked for',
    check: 'query_match',
    detail: /./,
    disclose: [['given_name']],
    make: ({ issuerKey }) => {
      const { family_name: _left, ...rest } = claims
      return forgeCredential(issuerKey, { claims: rest, selectivelyDisclosable: [['given_name']] })
    },
  },
  {
    name: 'less than was asked for',
    check: 'query_match',
    detail: /./,
    disclose: [['given_name']],
    make: async ({ held }) => held,
  },
]

function ownAuthority(name: string) {
  const ca = createDevelopmentCa({ name, now: now() })
  const key = generateSoftwareKey('ES256')
  const leaf = issueCertificate({
    ca,
    publicJwk: key,
    subject: 'Issuer',
    dnsNames: [],
    uris: [],
    days: 1,
    now: now(),
  })
  return { ca, leaf, key }
}

function underNamesake(leafOfOurs: string) {
  const { issuer } = new X509Certificate(Buffer.from(leafOfOurs, 'base64'))
  const { leaf, key } = ownAuthority(/CN=([^\n]+)/.exec(issuer)?.[1] ?? 'Authority')
  return softwareSigner(key, { x5c: [leaf] })
}

function judged({ name, check, detail, make, disclose = bothNames }: Fault): BadInput<Requested> {
  return {
    name,
    ...refused,
    send: async (at, world) =>
      sendForm(at.request.responseUri, await answerBody(at.request, await make(world), disclose)),
    ends: {
      because: 'a bound answer decides',
      after: async (at, { held }) => {
        expectObjection(await objectionsTo(at), check, detail)
        const late = await sendForm(at.request.responseUri, await answerBody(at.request, held, bothNames))
        expectRefused(late, { status: 400, error: 'invalid_request', message: /answered already/ })
      },
    },
  }
}

export const judgementChapters = [
  chapter("the wallet's answer, the credential", requested, faults.map(judged)),
]
