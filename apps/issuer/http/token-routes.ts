/** A token given back (RFC 7009), for whoever has it; and what it is good for (RFC 7662), for callers of the management API. */
import { introspection, introspectionRequest, revocationRequest } from '@countersign/api/issuer/openid4vci'
import { errorAnswer } from '@countersign/service/http/answers/described-answers'
import { fail, wireError } from '@countersign/service/http/answers/wire-errors'
import { storeAnswers } from '@countersign/service/http/common-answers'
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import { authenticateClient } from '../authorization/client-authentication.ts'
import { introspectToken } from '../authorization/introspect-token.ts'
import { revokeToken } from '../authorization/revoke-token.ts'
import type { Issuer } from '../issuer.ts'
import { freshChallenges } from './answers/fresh-challenges.ts'
import { CLIENT_ERRORS } from './answers/wire-clients.ts'
import { TOKEN_REQUEST_ERRORS } from './answers/wire-wallet.ts'

export function tokenRoutes(app: ServiceApp, issuer: Issuer): void {
  revocationRoute(app, issuer)
  introspectionRoute(app, issuer)
}

const missing = errorAnswer(
  'There is no token in the form',
  TOKEN_REQUEST_ERRORS.invalid_request({ code: 'invalid_request', parameter: 'token' }),
  'oauth',
)

function revocationRoute(app: ServiceApp, issuer: Issuer): void {
  app.post(
    '/revoke',
    {
      onRequest: freshChallenges(issuer),
      schema: {
        summary: 'Revocation endpoint',
        description:
          'Ends what an access or refresh token could still do; what was issued with it stays issued. A token that nobody knows is as good as revoked.',
        tags: ['wallet'],
        body: revocationRequest,
      },
      bodyLimit: BODY_LIMITS.message,
      config: {
        door: 'wallet',
        limited: true,
        accepts: ['form'],
        answers: {
          200: { description: 'It is worth nothing, now or before' },
          400: missing,
          401: errorAnswer(
            'The client is not known, or does not show that it is the one (RFC 6749 §5.2)',
            CLIENT_ERRORS.client_unknown({ code: 'client_unknown' }),
            'oauth',
          ),
          ...storeAnswers('oauth'),
        },
      },
    },
    async (request, reply) => {
      const form = { ...request.body, token_type_hint: request.body.token_type_hint ?? '' }
      const known = await authenticateClient(issuer, { form, headers: request.headers, path: '/revoke' })
      if (!known.ok) fail(wireError(CLIENT_ERRORS, known.error))
      await revokeToken(issuer, request.body.token)
      return reply.code(200).header('cache-control', 'no-store').send()
    },
  )
}

function introspectionRoute(app: ServiceApp, issuer: Issuer): void {
  app.post(
    '/introspect',
    {
      schema: {
        summary: 'Introspection endpoint',
        description: 'What an access or refresh token is good for, or that it is good for nothing.',
        tags: ['management'],
        body: introspectionRequest,
      },
      bodyLimit: BODY_LIMITS.message,
      config: {
        door: 'management',
        scope: 'tokens:read',
        accepts: ['form'],
        answers: {
          200: { description: 'What it is good for', schema: introspection },
          400: errorAnswer('There is no token in the form', {
            status: 400,
            message: 'body/token: Invalid input: expected string, received undefined',
          }),
          ...storeAnswers(),
        },
      },
    },
    async (request, reply) =>
      reply.header('cache-control', 'no-store').send(await introspectToken(issuer, request.body.token)),
  )
}
