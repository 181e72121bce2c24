/**
 * What each route of the verifier answers, for the OpenAPI document: the schemas of `packages/api`, and of every refusal an
 * example that is the body which is sent for it. Used by nobody who serves a request.
 */
import { describeCheck } from '@countersign/api/verifier/decision/describe-check'
import { describeOutcome } from '@countersign/api/verifier/decision/describe-session'
import { TEXTS } from '@countersign/api/verifier/decision/language'
import { policyList as policyListSchema } from '@countersign/api/verifier/policies'
import { type VerificationView, verificationView } from '@countersign/api/verifier/session'
import {
  type DigitalRequests,
  digitalRequests,
  type StartedVerification,
  startedThroughBrowser,
  startedVerification,
} from '@countersign/api/verifier/start'
import { transactionDataProfiles } from '@countersign/api/verifier/transaction-data'
import {
  authorizationResponseRefused,
  authorizationResponseTaken,
  requestObject,
} from '@countersign/api/verifier/wallet'
import type { TransactionTypes } from '@countersign/protocol/openid4vp/transaction-data/transaction-type'
import { type DescribedAnswers, errorAnswer } from '@countersign/service/http/answers/described-answers'
import { errorBody } from '@countersign/service/http/answers/wire-errors'
import { storeAnswers } from '@countersign/service/http/common-answers'
import { z } from 'zod'
import type { Policy } from '../policies/policy.ts'
import { policyList, profileList } from './session-view.ts'
import {
  digitalError,
  presentationRefused,
  receiveError,
  returnError,
  sessionUnknown,
  startError,
  startMistake,
} from './wire.ts'

const ID = 'order-4711-zP3kQ9'
const CREATED_AT = 1_767_225_600
const CLIENT_ID = 'x509_hash:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk'

const started: StartedVerification = {
  id: ID,
  url: `openid4vp://authorize?client_id=${encodeURIComponent(CLIENT_ID)}&request_uri=${encodeURIComponent(`http://localhost:7003/openid4vc/request/${ID}`)}`,
  expiresAt: CREATED_AT + 300,
}

export const startAnswers: DescribedAnswers = {
  200: {
    description:
      'The URL that opens a wallet; with `Accept: application/json` the id and the end beside it. With responseMode `dc_api` or `dc_api.jwt` always JSON, and in place of the URL `digital`, for the browser of the page that asks',
    contentType: 'text/plain',
    example: started.url,
    otherForms: [
      {
        contentType: 'application/json',
        schema: z.union([startedVerification, startedThroughBrowser]),
        example: started,
      },
    ],
  },
  400: errorAnswer(
    'The query, a policy or a setting cannot be used; the message says which, and what was expected',
    startMistake({ code: 'query_not_exactly_one' }),
  ),
  409: errorAnswer(
    'There is a session with the id that was chosen',
    startError({ code: 'session_exists', id: ID }),
  ),
  ...storeAnswers(),
}

const dcqlQuery = {
  credentials: [
    {
      id: 'identity',
      format: 'dc+sd-jwt',
      meta: { vct_values: ['urn:countersign:identity-credential:1'] },
      claims: [{ path: ['given_name'] }, { path: ['family_name'] }],
    },
  ],
}

const validity = {
  name: 'validity_period',
  outcome: 'passed',
  queryId: 'identity',
  facts: { validFrom: CREATED_AT - 86_400, validUntil: CREATED_AT + 31_536_000, checkedAt: CREATED_AT + 42 },
} as const

const verified: VerificationView = {
  id: ID,
  dcqlQuery,
  responseMode: 'direct_post',
  clientId: 'x509_san_dns:verifier.example',
  requestPassing: 'by_reference',
  createdAt: CREATED_AT,
  expiresAt: CREATED_AT + 300,
  returned: true,
  outcome: describeOutcome({ state: 'verified', checks: [validity] }, TEXTS.en),
  state: 'verified',
  decidedAt: CREATED_AT + 42,
  verificationResult: true,
  policyResults: {
    results: [
      {
        credential: 'urn:countersign:identity-credential:1',
        queryId: 'identity',
        policyResults: [
          { policy: 'expired', description: 'The credential has not expired.', is_success: true },
          { policy: 'validity_period', description: 'validity period', is_success: true },
        ],
      },
    ],
    policiesRun: 2,
    policiesSuccessful: 2,
    policiesFailed: 0,
  },
  checks: [{ ...validity, ...describeCheck(validity, TEXTS.en) }],
  credentials: [
    {
      queryId: 'identity',
      format: 'dc+sd-jwt',
      type: 'urn:countersign:identity-credential:1',
      claims: { given_name: 'Erika', family_name: 'Mustermann' },
      issuer: 'CN=Example issuer, C=UT',
      claimedIssuer: 'https://issuer.example',
      anchor: 'CN=Example Root',
    },
  ],
}

const notFound = { 404: errorAnswer('There is no such session, or it is over for long', sessionUnknown) }

const digital: DigitalRequests = {
  requests: [
    {
      protocol: 'openid4vp-v1-unsigned',
      data: {
        response_type: 'vp_token',
        response_mode: 'dc_api',
        nonce: 'q5Z8mW1yT3vK7pL2xN9cR4bJ6hF0sD8a',
        dcql_query: dcqlQuery,
        client_metadata: { vp_formats_supported: { 'dc+sd-jwt': { 'sd-jwt_alg_values': ['ES256'] } } },
      },
    },
  ],
}

export const digitalRequestAnswers: DescribedAnswers = {
  200: {
    description: 'The request, in each protocol that it is offered in: the same that the start answered',
    schema: digitalRequests,
    example: digital,
  },
  409: errorAnswer(
    'The session is answered by a form that the wallet posts, or its time is over',
    digitalError({ code: 'answered_by_post' }),
  ),
  ...notFound,
  ...storeAnswers(),
}

const badId = {
  400: errorAnswer('The id is too long to be one', {
    status: 400,
    message: 'params/id: Too big: expected string to have <=200 characters',
  }),
}

export const sessionAnswers: DescribedAnswers = {
  200: {
    description:
      'The verification; what is written for people is in the language of `Accept-Language`: English, or German',
    schema: verificationView,
    example: verified,
  },
  ...badId,
  ...notFound,
  ...storeAnswers(),
}

export const returnedAnswers: DescribedAnswers = {
  200: {
    description: 'The verification, of which the code is exchanged now',
    schema: verificationView,
    example: verified,
  },
  400: errorAnswer('The code is none of this session', returnError({ code: 'response_code_wrong' })),
  409: errorAnswer(
    'A code was exchanged before, or the session is decided without it: `GET /openid4vc/session/{id}` answers as the exchange did, and its `returned` says which',
    returnError({ code: 'already_returned' }),
  ),
  ...notFound,
  ...storeAnswers(),
}

export const eventAnswers: DescribedAnswers = {
  200: {
    description:
      'First the session, in the language of `Accept-Language`, then each event with its number as id; the session comes again before later ones',
    contentType: 'text/event-stream',
    example: [
      `event: state\ndata: ${JSON.stringify({ ...verified, checks: [], credentials: [] })}`,
      `id: 1\nevent: created\ndata: {"sequence":1,"type":"created","at":${CREATED_AT}}`,
      `id: 2\nevent: verified\ndata: {"sequence":2,"type":"verified","at":${CREATED_AT + 42}}\n\n`,
    ].join('\n\n'),
  },
  204: { description: 'All events of a decided session were seen: there is nothing to come back for' },
  ...badId,
  ...notFound,
  ...storeAnswers(),
}

export function policyAnswers(policies: readonly Policy[]): DescribedAnswers {
  const example = policyList(policies)
  return { 200: { description: 'What each policy says, by its name', schema: policyListSchema, example } }
}

export function profileAnswers(types: TransactionTypes): DescribedAnswers {
  const example = profileList(types, 'en')
  return {
    200: {
      description: 'Each type with what an entry of it says',
      schema: transactionDataProfiles,
      example,
    },
  }
}

/** At the wallet's door the sentence about unknown sessions has the same shape as at ours. */
const refusedToWallets = { ...notFound, ...storeAnswers('oauth') }

/** Cut short: header, payload and signature of a JWS. */
const REQUEST_OBJECT =
  'eyJ0eXAiOiJvYXV0aC1hdXRoei1yZXErand0IiwiYWxnIjoiRVMyNTYifQ.eyJyZXNwb25zZV90eXBlIjoidnBfdG9rZW4iLCJyZXNwb25zZV9tb2RlIjoiZGlyZWN0X3Bvc3QifQ.0bmKGDwVY8XLp4Nqu4kFTwFPQFXj1lLgBLGRbf5lWzJSFYLoEVKTSJQk1CR9uQbXWfMyCsVLDmZ5jYkGg2nBFA'

export const requestAnswers: DescribedAnswers = {
  200: {
    description:
      'The signed request object, encrypted for the key of a wallet that sent one (OpenID4VP 1.0 §5.10)',
    contentType: 'application/oauth-authz-req+jwt',
    schema: requestObject,
    example: REQUEST_OBJECT,
  },
  400: errorAnswer(
    'The request has expired, or a parameter is malformed or asks for what cannot be done',
    receiveError({ code: 'session_expired', expiresAt: CREATED_AT, now: CREATED_AT }),
    'oauth',
  ),
  ...refusedToWallets,
}

const CODE = 'k3mIkWpQYqFh0cVxJ0vTn5u1y8bGk1sJzq0m3ZtQ2aE'
const wayOn = `https://shop.example/failed/${ID}?response_code=${CODE}`

export const responseAnswers: DescribedAnswers = {
  200: {
    description:
      'The answer was taken: a presentation that was accepted or cannot be judged yet, or the error of a wallet that declines',
    schema: authorizationResponseTaken,
    example: { redirect_uri: `https://shop.example/done/${ID}?response_code=${CODE}` },
  },
  400: {
    description:
      'The answer cannot be read, comes too late, is another than the one that was taken, or is not accepted',
    schema: authorizationResponseRefused,
    example: errorBody(presentationRefused(wayOn), 'oauth', ''),
  },
  ...refusedToWallets,
}
