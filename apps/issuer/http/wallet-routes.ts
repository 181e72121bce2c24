/** The endpoints that wallets call: offer, token, nonce, challenge, credential, notification (OpenID4VCI 1.0 §4.1.3, §6-§8, §11). */
import {
  anyCredentialRequest,
  anyDeferredRequest,
  challengeResponse,
  credentialOffer,
  credentialRequest,
  credentialResponse,
  deferredRequest,
  deferredResponse,
  ENCRYPTED_EXAMPLE,
  encryptedCredentialRequest,
  nonceResponse,
  notificationRequest,
  offerQuery,
  tokenRequest,
  tokenResponse,
} from '@countersign/api/issuer/openid4vci'
import type { JsonObject } from '@countersign/core/json'
import { parseAuthorization } from '@countersign/protocol/oauth/authorization-header'
import { parseCredentialRequest } from '@countersign/protocol/openid4vci/credential/credential-request'
import {
  parseDeferredRequest,
  saysToComeAgain,
} from '@countersign/protocol/openid4vci/credential/deferred-request'
import { ISSUER_PATHS } from '@countersign/protocol/openid4vci/metadata/published-metadata'
import { parseNotificationRequest } from '@countersign/protocol/openid4vci/notification'
import { writeNonceResponse } from '@countersign/protocol/openid4vci/proof/nonce'
import { parseAskedToken } from '@countersign/protocol/openid4vci/token'
import { type DescribedAnswer, errorAnswer } from '@countersign/service/http/answers/described-answers'
import { fail, wireError } from '@countersign/service/http/answers/wire-errors'
import { storeAnswers } from '@countersign/service/http/common-answers'
import {
  BODY_LIMITS,
  CONTENT_TYPES,
  isBodyOf,
  jsonNotObject,
  wrongContentType,
} from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { requestToken } from '../authorization/request-token.ts'
import { createServerChallenge } from '../authorization/server-challenges.ts'
import { collectDeferred } from '../credential/collect-deferred.ts'
import { createNonce } from '../credential/create-nonce.ts'
import { readRequest, writeAnswer } from '../credential/encrypted-messages.ts'
import { issueCredential } from '../credential/issue-credential.ts'
import { readAccessToken } from '../credential/judge-request.ts'
import { takeNotification } from '../credential/take-notification.ts'
import type { Issuer } from '../issuer.ts'
import { openOffer } from '../offer/open-offer.ts'
import { freshChallenges } from './answers/fresh-challenges.ts'
import { receivedProof } from './answers/received-proof.ts'
import { sessionUnknown } from './answers/wire.ts'
import {
  AUTHORIZATION_ERRORS,
  CREDENTIAL_ERRORS,
  CREDENTIAL_REQUEST_ERRORS,
  DEFERRED_ERRORS,
  DEFERRED_REQUEST_ERRORS,
  NOTIFICATION_ERRORS,
  NOTIFICATION_REQUEST_ERRORS,
  TOKEN_ERRORS,
  TOKEN_REQUEST_ERRORS,
} from './answers/wire-wallet.ts'

const tags = ['wallet']
const door = 'wallet' as const

export function walletRoutes(app: ServiceApp, issuer: Issuer): void {
  offerRoute(app, issuer)
  tokenRoute(app, issuer)
  nonceRoute(app, issuer)
  challengeRoute(app, issuer)
  credentialRoute(app, issuer)
  deferredRoute(app, issuer)
  notificationRoute(app, issuer)
}

function offerRoute(app: ServiceApp, issuer: Issuer): void {
  app.get(
    '/credentialOffer',
    {
      schema: { summary: 'The credential offer', tags, querystring: offerQuery },
      config: {
        door,
        limited: false,
        errors: 'management',
        answers: {
          200: { description: 'The offer that the URL refers to', schema: credentialOffer },
          400: errorAnswer('The query names no offer', {
            status: 400,
            message: 'querystring/id: Invalid input: expected string, received undefined',
          }),
          404: errorAnswer('There is no such offer, or not any more', sessionUnknown),
          ...storeAnswers(),
        },
      },
    },
    async (request, reply) => {
      const offer = await openOffer(issuer, request.query.id)
      if (offer === undefined) fail(sessionUnknown)
      return reply.header('cache-control', 'no-store').send(offer)
    },
  )
}

function tokenRoute(app: ServiceApp, issuer: Issuer): void {
  app.post(
    '/token',
    {
      onRequest: freshChallenges(issuer),
      schema: {
        summary: 'Token endpoint',
        description:
          'A code gives one token: the pre-authorized code of an offer, or the authorization code that a browser was sent back with. In place of the code of the example comes that of the offer; with a proof in the DPoP header the token is bound to its key.',
        tags,
        body: tokenRequest,
      },
      bodyLimit: BODY_LIMITS.message,
      config: {
        door,
        limited: true,
        accepts: ['form'],
        answers: {
          200: { description: 'The access token', schema: tokenResponse },
          400: errorAnswer(
            'The request, the code, the transaction code or the DPoP proof is not acceptable (§6.3)',
            TOKEN_ERRORS.code_unknown({ code: 'code_unknown' }),
            'oauth',
          ),
          401: errorAnswer(
            'The client is not known, or does not show that it is the one (RFC 6749 §5.2)',
            TOKEN_ERRORS.client_unknown({ code: 'client_unknown' }),
            'oauth',
          ),
          ...storeAnswers('oauth'),
        },
      },
    },
    async (request, reply) => {
      const { body: form, headers } = request
      const parsed = parseAskedToken(form, issuer.baseUrl)
      if (!parsed.ok) fail(wireError(TOKEN_REQUEST_ERRORS, parsed.error))
      const dpop = headers['dpop'] === undefined ? undefined : receivedProof(request, '/token')
      const client = { form, headers, path: '/token' }
      const answered = await requestToken(issuer, parsed.value, { client, dpop })
      if (!answered.ok) fail(wireError(TOKEN_ERRORS, answered.error))
      return reply.header('cache-control', 'no-store').send(answered.value)
    },
  )
}

const NONCE_BODIES = ['json', 'form', 'text'] as const

/** A route that needs no body, and makes something of a keyed hash: nothing is kept, so nobody's calls are counted. */
function hashedRoute(answered: DescribedAnswer) {
  return {
    bodyLimit: BODY_LIMITS.message,
    config: {
      door,
      limited: false,
      accepts: NONCE_BODIES,
      answers: {
        200: answered,
        415: errorAnswer(
          'A body came along, of a kind that is not read here',
          wrongContentType(NONCE_BODIES),
          'oauth',
        ),
      },
    },
  }
}

function nonceRoute(app: ServiceApp, issuer: Issuer): void {
  app.post(
    '/nonce',
    {
      onRequest: freshChallenges(issuer),
      schema: { summary: 'Nonce endpoint', description: 'Needs no body and no token (§7.1).', tags },
      ...hashedRoute({ description: 'A nonce for one key proof', schema: nonceResponse }),
    },
    async (_request, reply) => {
      const nonce = await createNonce(issuer)
      return reply.header('cache-control', 'no-store').send(writeNonceResponse(nonce))
    },
  )
}

function challengeRoute(app: ServiceApp, issuer: Issuer): void {
  app.post(
    ISSUER_PATHS.challenge,
    {
      schema: {
        summary: 'Challenge endpoint',
        description:
          'For the proof that a client instance makes with the key of its attestation (OAuth-Client-Attestation-PoP). Needs no body.',
        tags,
      },
      ...hashedRoute({ description: 'A challenge', schema: challengeResponse }),
    },
    async (_request, reply) => {
      const challenge = await createServerChallenge('attestation_challenge', issuer)
      return reply.header('cache-control', 'no-store').send({ attestation_challenge: challenge })
    },
  )
}

function credentialRoute(app: ServiceApp, issuer: Issuer): void {
  app.post(
    '/credential',
    {
      onRequest: freshChallenges(issuer),
      schema: {
        summary: 'Credential endpoint',
        description:
          'Needs the access token, as `Authorization: DPoP` with a proof beside it or as `Authorization: Bearer`. In place of the key proof of the example comes a fresh one with a nonce of the nonce endpoint.',
        tags,
        body: anyCredentialRequest,
      },
      bodyLimit: BODY_LIMITS.exchange,
      config: {
        door,
        limited: true,
        knowsCaller: (request, isLarge) => refuseStrangers(issuer, request, isLarge),
        accepts: ['json', 'jwt'],
        shapes: { json: credentialRequest, jwt: encryptedCredentialRequest },
        // OpenID4VCI §8.3.1.2 has a code of its own for this.
        malformed: 'invalid_credential_request',
        answers: {
          200: {
            description:
              'The credentials; encrypted, where credential_response_encryption of an encrypted request asks for it',
            schema: credentialResponse,
            otherForms: [{ contentType: CONTENT_TYPES.jwt, example: ENCRYPTED_EXAMPLE }],
          },
          202: { description: 'Somebody has to agree first: come again (§9)', schema: deferredResponse },
          400: errorAnswer(
            'The request, the key proof or its nonce is not acceptable (§8.3.1.2)',
            CREDENTIAL_ERRORS.Bearer.nonce_spent({ code: 'nonce_spent' }),
            'oauth',
          ),
          401: errorAnswer(
            'The access token or the DPoP proof is missing or not acceptable (RFC 6750 §3.1, RFC 9449 §7.1)',
            AUTHORIZATION_ERRORS.access_token_missing({ code: 'access_token_missing' }),
            'oauth',
          ),
          403: errorAnswer(
            'The access token is not for this credential',
            CREDENTIAL_ERRORS.Bearer.not_offered({
              code: 'not_offered',
              configurationId: 'identity_credential_dc+sd-jwt',
            }),
            'oauth',
          ),
          ...storeAnswers('oauth'),
        },
      },
    },
    async (request, reply) => {
      const { accessToken, scheme } = presentedAuthorization(request)
      const parsed = await readRequest(issuer, sentRequest(request), (json) =>
        parseCredentialRequest(json, issuer.limits),
      )
      if (!parsed.ok) fail(wireError(CREDENTIAL_REQUEST_ERRORS, parsed.error))
      // The scheme says whether a proof must come along; a bound token under `Bearer` fails on its missing key.
      const dpop = scheme === 'DPoP' ? receivedProof(request, '/credential', accessToken) : undefined
      const issued = await issueCredential(issuer, { accessToken, dpop }, parsed.value)
      if (!issued.ok) fail(wireError(CREDENTIAL_ERRORS[scheme], issued.error))
      return sendCredentials(issuer, issued.value, parsed.value, reply)
    },
  )
}

/** §8.3: 202 where the wallet is told to come again. */
async function sendCredentials(
  issuer: Issuer,
  body: JsonObject,
  request: Parameters<typeof writeAnswer>[2],
  reply: FastifyReply,
): Promise<FastifyReply> {
  const written = await writeAnswer(issuer, body, request)
  void reply.code(saysToComeAgain(body) ? 202 : 200).header('cache-control', 'no-store')
  return typeof written === 'string' ? reply.type(CONTENT_TYPES.jwt).send(written) : reply.send(written)
}

function deferredRoute(app: ServiceApp, issuer: Issuer): void {
  app.post(
    '/deferred_credential',
    {
      onRequest: freshChallenges(issuer),
      schema: {
        summary: 'Deferred credential endpoint',
        description:
          'For a wallet that was told to come again, with the access token that it asked with, or what came of it by refreshing, and the transaction_id.',
        tags,
        body: anyDeferredRequest,
      },
      bodyLimit: BODY_LIMITS.message,
      config: {
        door,
        limited: true,
        knowsCaller: (request, isLarge) => refuseStrangers(issuer, request, isLarge),
        accepts: ['json', 'jwt'],
        shapes: { json: deferredRequest, jwt: encryptedCredentialRequest },
        malformed: 'invalid_credential_request',
        answers: {
          200: {
            description: 'The credentials; encrypted, where the request asks for it',
            schema: credentialResponse,
            otherForms: [{ contentType: CONTENT_TYPES.jwt, example: ENCRYPTED_EXAMPLE }],
          },
          202: { description: 'Nobody has agreed yet: come again', schema: deferredResponse },
          400: errorAnswer(
            'The request or its transaction_id is not acceptable (§9.3)',
            DEFERRED_ERRORS.Bearer.deferral_over({ code: 'deferral_over' }),
            'oauth',
          ),
          401: errorAnswer(
            'The access token or the DPoP proof is missing or not acceptable (RFC 6750 §3.1, RFC 9449 §7.1)',
            AUTHORIZATION_ERRORS.access_token_missing({ code: 'access_token_missing' }),
            'oauth',
          ),
          ...storeAnswers('oauth'),
        },
      },
    },
    async (request, reply) => {
      const { accessToken, scheme } = presentedAuthorization(request)
      const parsed = await readRequest(issuer, sentRequest(request), parseDeferredRequest)
      if (!parsed.ok) fail(wireError(DEFERRED_REQUEST_ERRORS, parsed.error))
      const dpop = scheme === 'DPoP' ? receivedProof(request, '/deferred_credential', accessToken) : undefined
      const collected = await collectDeferred(issuer, { accessToken, dpop }, parsed.value.transactionId)
      if (!collected.ok) fail(wireError(DEFERRED_ERRORS[scheme], collected.error))
      return sendCredentials(issuer, collected.value, parsed.value, reply)
    },
  )
}

function notificationRoute(app: ServiceApp, issuer: Issuer): void {
  app.post(
    '/notification',
    {
      onRequest: freshChallenges(issuer),
      schema: {
        summary: 'Notification endpoint',
        description:
          'What became of a credential in the wallet, told with the access token that it was had with and the notification_id that came beside it. The same once more is answered alike.',
        tags,
        body: notificationRequest,
      },
      bodyLimit: BODY_LIMITS.message,
      config: {
        door,
        limited: true,
        knowsCaller: (request, isLarge) => refuseStrangers(issuer, request, isLarge),
        // OpenID4VCI §11.3 has a code of its own for this.
        malformed: 'invalid_notification_request',
        answers: {
          204: { description: 'It is written down, now or before' },
          400: errorAnswer(
            'The request, or the notification_id in it, is not acceptable (§11.3)',
            NOTIFICATION_ERRORS.Bearer.notification_unknown({ code: 'notification_unknown' }),
            'oauth',
          ),
          401: errorAnswer(
            'The access token or the DPoP proof is missing or not acceptable (RFC 6750 §3.1, RFC 9449 §7.1)',
            AUTHORIZATION_ERRORS.access_token_missing({ code: 'access_token_missing' }),
            'oauth',
          ),
          ...storeAnswers('oauth'),
        },
      },
    },
    async (request, reply) => {
      const { accessToken, scheme } = presentedAuthorization(request)
      const parsed = parseNotificationRequest(request.body)
      if (!parsed.ok) fail(wireError(NOTIFICATION_REQUEST_ERRORS, parsed.error))
      const dpop = scheme === 'DPoP' ? receivedProof(request, '/notification', accessToken) : undefined
      const taken = await takeNotification(issuer, { accessToken, dpop }, parsed.value)
      if (!taken.ok) fail(wireError(NOTIFICATION_ERRORS[scheme], taken.error))
      return reply.code(204).send()
    },
  )
}

/** What is encrypted says so by its media type: a text in JSON is no request. */
function sentRequest({ body, headers }: FastifyRequest<{ Body: JsonObject | string }>): JsonObject | string {
  return (typeof body === 'string') === isBodyOf(headers, 'jwt') ? body : fail(jsonNotObject)
}

function presentedAuthorization({ headers }: FastifyRequest) {
  const presented = parseAuthorization(headers.authorization)
  return presented.ok ? presented.value : fail(wireError(AUTHORIZATION_ERRORS, presented.error))
}

/**
 * Before the body is read: whoever has no token of this deployment costs a keyed hash and nothing more. A token has no end
 * of its own, so for a large body its issuance must still be there.
 */
async function refuseStrangers(issuer: Issuer, request: FastifyRequest, isLarge: boolean): Promise<void> {
  const { accessToken, scheme } = presentedAuthorization(request)
  const token = await readAccessToken(issuer, accessToken)
  if (!token.ok) return fail(wireError(CREDENTIAL_ERRORS[scheme], token.error))
  if (!isLarge || (await issuer.sessions.get(token.value)) !== undefined) return
  fail(wireError(CREDENTIAL_ERRORS[scheme], { code: 'session_unknown' }))
}
