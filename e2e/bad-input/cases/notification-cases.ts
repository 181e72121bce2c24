/** What is told of a credential: OpenID4VCI 1.0 §11. */
import { expectStatus } from '@countersign/testing/client/http'
import { forgeJws, sha256, tampered } from '@countersign/testing/forging/jws'
import { newKey } from '@countersign/testing/people/keys'
import { type BadInput, chapter } from '../case.ts'
import { dpopFaults, proofClaims, proofHeader } from '../dpop-faults.ts'
import { grant, type Issued, issue, issued, offerOfIssuer, tell } from '../stages.ts'
import { RawText, type Sending, sendJson, type TimedAnswer } from '../wire.ts'

const badRequest = { status: 400, error: 'invalid_notification_request', message: /./ } as const
const badId = { status: 400, error: 'invalid_notification_id', message: /notification_id/ } as const
const badToken = {
  status: 401,
  error: 'invalid_token',
  message: /access token/,
  headers: { 'www-authenticate': /DPoP/ },
} as const
const badProof = {
  status: 401,
  error: 'invalid_dpop_proof',
  message: /DPoP proof/,
  headers: { 'www-authenticate': /^DPoP error="invalid_dpop_proof"/ },
} as const

const urlOf = (at: Issued) => `${at.issuerUrl}/notification`
const accepted = (at: Issued) => ({ notification_id: at.notificationId, event: 'credential_accepted' })

async function authorized(at: Issued, key = at.dpopKey, accessToken = at.accessToken) {
  const claims = proofClaims(urlOf(at), { ath: sha256(accessToken) })
  return { authorization: `DPoP ${accessToken}`, dpop: await forgeJws(proofHeader(key), claims, key) }
}

/** Rightly authorized, with any body. */
async function send(at: Issued, body: unknown): Promise<TimedAnswer> {
  return sendJson(urlOf(at), body, await authorized(at))
}

/** A request in order but for the members given; undefined leaves one out. */
const change = (at: Issued, members: object) => send(at, { ...accepted(at), ...members })

/** A request in order but for its headers. */
const withHeaders = (at: Issued, headers: Sending['headers']) => sendJson(urlOf(at), accepted(at), headers)

function member(
  name: string,
  members: object,
  refusal: Pick<BadInput<Issued>, 'status' | 'error' | 'message'> = badRequest,
): BadInput<Issued> {
  return { name, ...refusal, send: (at) => change(at, members) }
}

const requests: readonly BadInput<Issued>[] = [
  { name: 'a list', ...badRequest, send: (at) => send(at, []) },
  { name: 'a text', ...badRequest, send: (at) => send(at, 'credential_accepted') },
  { name: 'null', ...badRequest, send: (at) => send(at, null) },
  { name: 'an empty object', ...badRequest, send: (at) => send(at, {}) },
  { name: 'an empty body', ...badRequest, send: (at) => send(at, new RawText('')) },
  { name: 'broken JSON', ...badRequest, send: (at) => send(at, new RawText('{"event":')) },
  {
    name: 'an event twice',
    ...badRequest,
    send: (at) => {
      const body = JSON.stringify(accepted(at))
      return send(at, new RawText(body.replace('{', '{"event":"credential_deleted",')))
    },
  },
  member('no id', { notification_id: undefined }),
  member('an id that is null', { notification_id: null }),
  member('an id that is a number', { notification_id: 7 }),
  member('an empty id', { notification_id: '' }, badId),
  member('an id that nobody gave out', { notification_id: 'n1' }, badId),
  member('an id of 2000 characters', { notification_id: 'n'.repeat(2000) }, badId),
  member('the id __proto__', { notification_id: '__proto__' }, badId),
  member('no event', { event: undefined }),
  member('an event of a draft', { event: 'credential_refused' }),
  member('an event in capitals', { event: 'Credential_Accepted' }),
  member('an event that is inherited', { event: 'toString' }),
  member('a list of events', { event: ['credential_accepted'] }),
  member('a description with a quote', { event_description: 'a "b"' }),
  member('a description with a backslash', { event_description: 'a\\b' }),
  member('a description with a line break', { event_description: 'a\r\nlevel=error' }),
  member('a description beyond ASCII', { event_description: 'größer' }),
  member('a description that is an object', { event_description: {} }),
  member('a description of 1001 characters', { event_description: 'x'.repeat(1001) }),
  {
    name: 'the id of the same wallet from another issuance',
    ...badId,
    send: async (at) => {
      const other = await issue(await grant(await offerOfIssuer(at.issuerUrl)))
      return change(at, { notification_id: other.notificationId })
    },
  },
]

const senders: readonly BadInput<Issued>[] = [
  { name: 'no access token', ...badToken, send: (at) => withHeaders(at, {}) },
  {
    name: 'the access token in the body',
    ...badToken,
    send: (at) => sendJson(urlOf(at), { ...accepted(at), access_token: at.accessToken }),
  },
  {
    name: 'a token that was tampered with',
    ...badToken,
    send: async (at) => withHeaders(at, await authorized(at, at.dpopKey, tampered(at.accessToken))),
  },
  {
    name: 'the pre-authorized code as token',
    ...badToken,
    send: async (at) => withHeaders(at, await authorized(at, at.dpopKey, at.offer.code)),
  },
  {
    name: 'a bound token under another key',
    ...badToken,
    send: async (at) => withHeaders(at, await authorized(at, newKey())),
  },
  {
    name: 'a bound token as Bearer',
    ...badToken,
    send: (at) => withHeaders(at, { authorization: `Bearer ${at.accessToken}` }),
  },
  {
    name: "another's token for this credential",
    ...badId,
    send: async (at) => {
      const other = await grant(await offerOfIssuer(at.issuerUrl))
      return withHeaders(at, await authorized(at, other.dpopKey, other.accessToken))
    },
  },
  {
    name: 'the proof of the credential request',
    ...badProof,
    send: async (at) => {
      const claims = proofClaims(`${at.issuerUrl}/credential`, { ath: sha256(at.accessToken) })
      const dpop = await forgeJws(proofHeader(at.dpopKey), claims, at.dpopKey)
      return withHeaders(at, { authorization: `DPoP ${at.accessToken}`, dpop })
    },
  },
  {
    name: 'a replayed proof',
    ...badProof,
    send: async (at) => {
      const headers = await authorized(at)
      expectStatus(await withHeaders(at, headers), 204)
      return withHeaders(at, headers)
    },
  },
]

const orders: readonly BadInput<Issued>[] = [
  {
    name: 'a failure of what was accepted',
    ...badRequest,
    message: /cannot follow/,
    send: async (at) => {
      await tell(at, 'credential_accepted')
      return change(at, { event: 'credential_failure' })
    },
  },
  {
    name: 'an acceptance of what was deleted',
    ...badRequest,
    message: /cannot follow/,
    send: async (at) => {
      await tell(at, 'credential_deleted')
      return change(at, { event: 'credential_accepted' })
    },
    ends: {
      because: 'a deletion is the end',
      after: async (at) => void (await tell(at, 'credential_deleted')),
    },
  },
]

export const notificationChapters = [
  chapter('notification endpoint, the request', issued, requests),
  chapter('notification endpoint, who tells it', issued, senders),
  chapter('notification endpoint, what follows what', issued, orders),
  chapter(
    'notification endpoint, the DPoP proof',
    issued,
    dpopFaults.map(({ name, make }) => ({
      name,
      ...badProof,
      send: async (at: Issued) => {
        const dpop = await make({ key: at.dpopKey, url: urlOf(at), more: { ath: sha256(at.accessToken) } })
        return withHeaders(at, { authorization: `DPoP ${at.accessToken}`, dpop })
      },
    })),
  ),
]
