/** Offers, codes, tokens, nonces, proofs and verifications: each good until its end, and with its own word after it. */

import { randomUUID } from 'node:crypto'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { ANONYMOUS_CLIENT } from '@countersign/protocol/oauth/client-authentication/none'
import { createDpopProof } from '@countersign/protocol/oauth/dpop'
import { PRE_AUTHORIZED_CODE } from '@countersign/protocol/oauth/grants/pre-authorized-code'
import { writeTokenRequest } from '@countersign/protocol/openid4vci/token'
import { identityQuery, issue } from '@countersign/testing/client/flows'
import { type Answer, call, expectStatus, postForm, postJson } from '@countersign/testing/client/http'
import {
  answerBody,
  credentialOf,
  type Held,
  identityConfiguration,
  keyProof,
  notificationIdOf,
  offerUri,
  type ParsedOffer,
  type ReceivedRequest,
  readOffer,
  readRequest,
  requestCredential,
  requestNonce,
  requestToken,
  requestUri,
  sendNotification,
} from '@countersign/testing/client/protocol-wallet'
import { newKey, now } from '@countersign/testing/people/keys'
import { expect } from 'vitest'
import { type Offered, offered, sdJwt } from '../flows.ts'
import { DAY, MINUTE } from '../moments.ts'
import type { Story } from '../story.ts'
import type { Week } from '../week.ts'

/** Nothing else happens then. */
const MORNING = 1.5 * DAY

const errorOf = (answer: Answer) => answer.json()['error']

async function parsed({ url }: Offered): Promise<ParsedOffer> {
  return readOffer(expectStatus(await call(offerUri(url)), 200).json())
}

/** Five minutes for the offer, ten for looking at it afterwards. */
function offers(): Story {
  const sender = { dpopKey: newKey() }
  let [early, late]: readonly (Offered & { readonly parsed: ParsedOffer })[] = []
  const stateOf = async ({ issuer }: Week, id = '') => call(`${issuer.url}/openid4vc/session/${id}`)
  return [
    {
      at: MORNING,
      says: 'two offers are made for five minutes',
      async act({ issuer }) {
        const make = async () => {
          const made = await offered(issuer, sdJwt)
          return { ...made, parsed: await parsed(made) }
        }
        early = await make()
        late = await make()
      },
    },
    {
      at: MORNING + 5 * MINUTE - 5,
      says: 'the code of one is taken in the last seconds',
      act: async () => void expectStatus(await requestToken(early!.parsed, sender), 200),
    },
    {
      at: MORNING + 5 * MINUTE + 5,
      says: 'that of the other too late, and the caller reads that it expired',
      async act(week) {
        expect(errorOf(expectStatus(await requestToken(late!.parsed, sender), 400))).toBe('invalid_grant')
        expect((await stateOf(week, late?.id)).json()).toMatchObject({ state: 'expired' })
      },
    },
    {
      at: MORNING + 15 * MINUTE + 5,
      says: 'and ten minutes later it is gone',
      act: async (week) => void expectStatus(await stateOf(week, late?.id), 404),
    },
  ]
}

/** Tokens that are bound last ten minutes, bearer tokens and nonces five. */
function tokens(): Story {
  const sender = { dpopKey: newKey() }
  const begins = MORNING + 20 * MINUTE
  const kept = { bound: '', bearer: '', nonce: '', notification: '' }
  let proof: string
  const ask = (url: string, accessToken: string, by: typeof sender | object, keyOfHolder: string) =>
    requestCredential(url, by, { accessToken, configurationId: identityConfiguration, proof: keyOfHolder })
  const tell = (url: string, event: string) =>
    sendNotification(url, sender, { accessToken: kept.bound, notification_id: kept.notification, event })
  const freshProof = async (url: string) => {
    const nonce = expectStatus(await requestNonce(url), 200).json()
    return keyProof(url, String(nonce['c_nonce']), newKey())
  }
  return [
    {
      at: begins,
      says: 'tokens, a nonce and a key proof are made',
      async act({ issuer }) {
        const token = async (by: object) => {
          const answer = await requestToken(await parsed(await offered(issuer, sdJwt, {}, DAY)), by)
          return String(expectStatus(answer, 200).json()['access_token'])
        }
        kept.bound = await token(sender)
        kept.bearer = await token({})
        kept.nonce = String(expectStatus(await requestNonce(issuer.url), 200).json()['c_nonce'])
        proof = await keyProof(issuer.url, kept.nonce, newKey())
      },
    },
    {
      at: begins + 6 * MINUTE,
      says: 'after six minutes proof, nonce and bearer token are too old, each with its word',
      async act({ issuer: { url } }) {
        expect(errorOf(await ask(url, kept.bound, sender, proof))).toBe('invalid_proof')
        const ofOldNonce = await keyProof(url, kept.nonce, newKey())
        expect(errorOf(await ask(url, kept.bound, sender, ofOldNonce))).toBe('invalid_nonce')
        const answer = await ask(url, kept.bearer, {}, await freshProof(url))
        expect(errorOf(expectStatus(answer, 401))).toBe('invalid_token')
      },
    },
    {
      at: begins + 9 * MINUTE,
      says: 'the bound token gives its credential with a fresh proof, and takes word of it',
      async act({ issuer: { url } }) {
        const answer = expectStatus(await ask(url, kept.bound, sender, await freshProof(url)), 200)
        expect(credentialOf(answer)).toContain('~')
        kept.notification = notificationIdOf(answer)
        expectStatus(await tell(url, 'credential_accepted'), 204)
      },
    },
    {
      at: begins + 11 * MINUTE,
      says: 'and nothing after its end',
      async act({ issuer: { url } }) {
        const answer = await ask(url, kept.bound, sender, await freshProof(url))
        expect(errorOf(expectStatus(answer, 401))).toBe('invalid_token')
        for (const event of ['credential_accepted', 'credential_deleted'])
          expect(errorOf(expectStatus(await tell(url, event), 401))).toBe('invalid_token')
      },
    },
  ]
}

/** Good for five minutes, and once. */
function dpopProofs(): Story {
  const begins = MORNING + 35 * MINUTE
  const dpopKey = newKey()
  let made: ParsedOffer
  let early: string
  let late: string
  const proofFor = (url: string) =>
    createDpopProof({ signer: dpopKey, method: 'POST', url, now: now(), jti: randomUUID() }, nodeCrypto)
  const ask = (dpop: string) => {
    const grantType = PRE_AUTHORIZED_CODE
    const form = writeTokenRequest({ grantType, preAuthorizedCode: made.code, client: ANONYMOUS_CLIENT })
    return postForm(`${made.issuer}/token`, form, { dpop })
  }
  return [
    {
      at: begins,
      says: 'a DPoP proof is made',
      async act({ issuer }) {
        made = await parsed(await offered(issuer, sdJwt, {}, DAY))
        early = await proofFor(`${made.issuer}/token`)
      },
    },
    {
      at: begins + 6 * MINUTE,
      says: 'six minutes later it is too old, and a fresh one is good once',
      async act() {
        expect(expectStatus(await ask(early), 400).json()).toMatchObject({ error: 'invalid_dpop_proof' })
        late = await proofFor(`${made.issuer}/token`)
        expectStatus(await ask(late), 200)
        expect(expectStatus(await ask(late), 400).json()).toMatchObject({ error: 'invalid_dpop_proof' })
      },
    },
    {
      at: begins + 2 * 60 * MINUTE,
      says: 'and not again when nobody remembers it any more',
      async act() {
        expect(expectStatus(await ask(late), 400).json()).toMatchObject({ error: 'invalid_dpop_proof' })
      },
    },
  ]
}

/** Five minutes to answer, ten to read the result. */
function verifications(): Story {
  const begins = MORNING + 40 * MINUTE
  let held: Held
  const open: { id: string; request: ReceivedRequest }[] = []
  const view = ({ verifier }: Week, at: number) => call(`${verifier.url}/openid4vc/session/${open[at]?.id}`)
  const answer = async (at: number) => {
    const { request } = open[at] ?? {}
    if (request === undefined) throw new Error('no request')
    return postForm(request.responseUri, await answerBody(request, held, [['given_name'], ['family_name']]))
  }
  return [
    {
      at: begins,
      says: 'two verifications are begun',
      async act({ issuer, verifier }) {
        held = await issue(issuer.url)
        for (let count = 0; count < 2; count++) {
          const json = { accept: 'application/json' }
          const started = await postJson(
            `${verifier.url}/openid4vc/verify`,
            { dcql_query: identityQuery },
            json,
          )
          const { id, url } = expectStatus(started, 200).json() as { id: string; url: string }
          open.push({ id, request: readRequest(expectStatus(await call(requestUri(url)), 200).text) })
        }
      },
    },
    {
      at: begins + 5 * MINUTE - 5,
      says: 'one is answered in the last seconds, with a key binding of then',
      async act(week) {
        expectStatus(await answer(0), 200)
        expect((await view(week, 0)).json()).toMatchObject({ state: 'verified' })
      },
    },
    {
      at: begins + 5 * MINUTE + 5,
      says: 'the other too late',
      async act(week) {
        expect((await answer(1)).status).toBeGreaterThanOrEqual(400)
        expect((await view(week, 1)).json()).not.toMatchObject({ state: 'verified' })
      },
    },
    {
      at: begins + 15 * MINUTE + 5,
      says: 'and both are gone ten minutes later',
      async act(week) {
        for (const at of [0, 1]) expectStatus(await view(week, at), 404)
      },
    },
  ]
}

export const sessions = (): readonly Story[] => [offers(), tokens(), dpopProofs(), verifications()]
