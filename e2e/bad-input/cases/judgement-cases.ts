/**
 * Answers that are bound to their request and fail a check: only the wallet that was asked can have made them, so they
 * decide the session. The wallet is told that it was refused, the relying party why (OpenID4VP 1.0 §8.2, HAIP 1.0).
 */
import { X509Certificate } from 'node:crypto'
import type { Signer } from '@countersign/crypto/engine'
import { claims, issue } from '@countersign/testing/client/flows'
import { answerBody, type Held } from '@countersign/testing/client/protocol-wallet'
import { issueAs, sdJwtKind } from '@countersign/testing/forging/credential-kinds'
import { badlySigned, rewriteCredential, type Vouching } from '@countersign/testing/forging/jws'
import { newAuthority } from '@countersign/testing/people/authority'
import { newKey, now } from '@countersign/testing/people/keys'
import { type BadInput, chapter, expectRefused } from '../case.ts'
import { expectObjection, objectionsTo, refused } from '../rejection.ts'
import { bothNames, type Requested, requested } from '../stages.ts'
import { sendForm } from '../wire.ts'
import type { World } from '../world.ts'

interface Fault {
  readonly name: string
  readonly check: string
  readonly detail: RegExp
  make(world: World): Promise<Held>
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
      return forged(newAuthority('Countersign development CA').signer)
    },
  },
  {
    name: 'a credential under a certificate of somebody who has the name of our authority',
    check: 'issuer_trust',
    detail: /./,
    make: async ({ issuerKey }) => forged(underNamesake(issuerKey.x5c?.[0] ?? '')),
  },
  {
    name: 'a credential that brings its own root along',
    check: 'issuer_trust',
    detail: /./,
    make: async () => {
      const authority = newAuthority('Own root')
      const signer = authority.vouchFor()
      return forged({ ...signer, x5c: [...(signer.x5c ?? []), authority.certificate] })
    },
  },
  {
    name: 'a credential under a certificate of another key',
    check: 'issuer_signature',
    detail: /signature_invalid/,
    make: ({ issuerKey }) => forged({ ...newKey(), ...(issuerKey.x5c && { x5c: issuerKey.x5c }) }),
  },
  {
    name: 'a credential without a certificate',
    check: 'issuer_trust',
    detail: /no_key_reference/,
    make: async () => forged(newKey()),
  },
  {
    name: 'a certificate that is none',
    check: 'issuer_trust',
    detail: /./,
    make: async () => forged({ ...newKey(), x5c: ['AAAA'] }),
  },
  {
    name: 'a credential with a wrong signature',
    check: 'issuer_signature',
    detail: /signature_invalid/,
    make: async ({ issuerKey }) => {
      const { credential, holder } = await forged(issuerKey)
      const [jwt = '', ...rest] = credential.split('~')
      return { credential: [badlySigned(jwt), ...rest].join('~'), holder }
    },
  },
  {
    name: 'a credential with alg none',
    check: 'issuer_signature',
    detail: /alg_not_allowed/,
    make: ({ issuerKey }) => underAlgorithm('none', issuerKey, ''),
  },
  {
    name: 'a credential with alg HS256',
    check: 'issuer_signature',
    detail: /alg_not_allowed/,
    make: ({ issuerKey }) =>
      underAlgorithm('HS256', issuerKey, { secret: JSON.stringify(issuerKey.publicJwk) }),
  },
  {
    name: 'an expired credential',
    check: 'validity_period',
    detail: /^expired$/,
    make: ({ issuerKey }) => forged(issuerKey, { issuedAt: now() - 7200, expiresAt: now() - 3600 }),
  },
  {
    name: 'a credential that is not yet valid',
    check: 'validity_period',
    detail: /not_yet_valid/,
    make: ({ issuerKey }) => forged(issuerKey, { notBefore: now() + 1800 }),
  },
  {
    name: 'a credential issued in the future',
    check: 'validity_period',
    detail: /issued_in_future/,
    make: ({ issuerKey }) => forged(issuerKey, { issuedAt: now() + 1800 }),
  },
  {
    name: 'a credential of another type',
    check: 'query_match',
    detail: /./,
    make: ({ issuerKey }) => forged(issuerKey, { type: 'urn:other:1' }),
  },
  {
    name: 'a credential without a claim that was asked for',
    check: 'query_match',
    detail: /./,
    disclose: [['given_name']],
    make: ({ issuerKey }) => {
      const { family_name: _left, ...rest } = claims
      return forged(issuerKey, { claims: rest, selectivelyDisclosable: [['given_name']] })
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

/** An identity credential in good order but for what is given. */
function forged(signer: Signer, more?: Parameters<typeof issueAs>[2]): Promise<Held> {
  return issueAs(sdJwtKind, signer, more)
}

/** The issuer's part under another algorithm and signature. */
async function underAlgorithm(alg: string, issuerKey: Signer, by: Vouching): Promise<Held> {
  const { credential, holder } = await forged(issuerKey)
  const change = { header: (header: object) => ({ ...header, alg }) }
  return { credential: await rewriteCredential(credential, change, by), holder }
}

function underNamesake(leafOfOurs: string): Signer {
  const { issuer } = new X509Certificate(Buffer.from(leafOfOurs, 'base64'))
  return newAuthority(/CN=([^\n]+)/.exec(issuer)?.[1] ?? 'Authority').vouchFor()
}

function judged({ name, check, detail, make, disclose = bothNames }: Fault): BadInput<Requested> {
  return {
    name,
    ...refused,
    send: async (at, world) =>
      sendForm(at.request.responseUri, await answerBody(at.request, await make(world), disclose)),
    seen: async (at) => expectObjection(await objectionsTo(at), check, detail),
    // Whose issuer nobody vouches for decides nothing: the honest answer still wins.
    ...(!check.startsWith('issuer_') && {
      ends: { because: 'a bound answer decides', after: answeredAlready },
    }),
  }
}

async function answeredAlready(at: Requested, { held }: World): Promise<void> {
  const late = await sendForm(at.request.responseUri, await answerBody(at.request, held, bothNames))
  expectRefused(late, { status: 400, error: 'invalid_request', message: /answered already/ })
}

export const judgementChapters = [
  chapter("the wallet's answer, the credential", requested, faults.map(judged)),
]
