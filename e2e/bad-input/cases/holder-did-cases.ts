/**
 * Holders whose key would have to be fetched: a verifier asks for it on the word of an issuer that it believes, and on
 * nobody else's, or whoever likes could send it anywhere.
 */
import assert from 'node:assert/strict'
import type { Signer } from '@countersign/crypto/engine'
import { clumsy, issueAs, jwtVcKind } from '@countersign/testing/forging/credential-kinds'
import { forgeJws, rewriteCredential } from '@countersign/testing/forging/jws'
import { now } from '@countersign/testing/people/keys'
import { unread } from '../answer.ts'
import { ask, formOf } from '../asked.ts'
import { expectRefused, type RunnableCase } from '../case.ts'
import { status } from '../list-server.ts'
import type { Requested } from '../stages.ts'
import { sendForm } from '../wire.ts'
import type { World } from '../world.ts'
import { stranger } from './format-judgement-cases.ts'

/** A presentation of a credential about this DID, which has no key in it; signed by anybody. */
async function about(did: string, { request }: Requested, issuer: Signer): Promise<string> {
  const { credential, holder } = await issueAs(jwtVcKind, issuer, { holderDid: did })
  const unbound = await rewriteCredential(credential, { payload: ({ cnf: _key, ...rest }) => rest }, issuer)
  const vp = {
    '@context': ['https://www.w3.org/2018/credentials/v1'],
    type: ['VerifiablePresentation'],
    holder: did,
    verifiableCredential: [unbound],
  }
  const claims = { iss: did, aud: request.clientId, nonce: request.nonce, iat: now(), vp }
  return forgeJws({ typ: 'JWT', alg: holder.algorithm, kid: `${did}#key-1` }, claims, holder)
}

interface Meeting {
  readonly name: string
  readonly signer: (own: Signer) => Signer | Promise<Signer>
  readonly reason: RegExp
  /** Whether somebody came for the document. */
  readonly came: boolean
  /** Of the presentation; the request's own when absent. */
  readonly nonce?: string
  readonly guarded?: true
}

const meetings: readonly Meeting[] = [
  { name: 'of an issuer that is believed', signer: (own) => own, reason: /did_not_found/, came: true },
  {
    name: 'of such an issuer, for a verifier that may not go there',
    signer: (own) => own,
    reason: /did_not_found/,
    came: false,
    guarded: true,
  },
  {
    name: 'of such an issuer, and not for this request',
    signer: (own) => own,
    reason: /nonce_wrong/,
    came: false,
    nonce: 'another',
  },
  {
    name: 'of an issuer whom nobody vouches for',
    signer: () => stranger(jwtVcKind),
    reason: /did_method_unsupported/,
    came: false,
  },
  {
    name: 'with a bit turned in the signature',
    signer: clumsy,
    reason: /did_method_unsupported/,
    came: false,
  },
]

/** A `did:web` that leads to the tests' own server. */
async function hostedHere({ lists }: World) {
  const uri = await lists.publish(() => status(404), 'localhost')
  const { host, pathname } = new URL(uri)
  return { uri, did: `did:web:${encodeURIComponent(host)}${pathname.replaceAll('/', ':')}` }
}

function meeting({ name, signer, reason, came, nonce, guarded }: Meeting): RunnableCase {
  return {
    name,
    async run(world) {
      const at = await ask(jwtVcKind, (guarded ? world.guardedVerifier : world.verifier).url)
      const { did, uri } = await hostedHere(world)
      const issuer = await signer(jwtVcKind.trustedKey(world))
      const request = { ...at.request, ...(nonce !== undefined && { nonce }) }
      const presentation = await about(did, { ...at, request }, issuer)
      expectRefused(await sendForm(at.request.responseUri, formOf(at, presentation)), unread(reason))
      assert.equal(world.lists.requestsFor(uri) > 0, came)
    },
  }
}

export const holderDidChapters = [
  { name: 'a holder whose key lies elsewhere, in a credential', cases: meetings.map(meeting) },
]
