/** One verification in four requests: create, signed request, answer, result. */

import type { Flow, Send } from './flows.ts'
import { CREDENTIAL_TYPE, type Holder, inTurn, present, SHOWN } from './holders.ts'
import type { WireRequest } from './http-client.ts'
import { jwtClaims, memberOf, pathOf, textMember } from './json-text.ts'

export interface VerificationLoad {
  readonly holders: readonly Holder[]
  readonly managementApiKey: string
}

const order = JSON.stringify({
  dcql_query: {
    credentials: [
      {
        id: 'identity',
        format: 'dc+sd-jwt',
        meta: { vct_values: [CREDENTIAL_TYPE] },
        claims: SHOWN.map((path) => ({ path })),
      },
    ],
  },
})

export function verificationFlow({ holders, managementApiKey }: VerificationLoad): Flow {
  const nextHolder = inTurn(holders)
  const authorization = `Bearer ${managementApiKey}`
  return async (send) => {
    const id = await createVerification(send, authorization)
    const answer = await fetchAndAnswer(send, id, nextHolder())
    await send(answer)
    await readResult(send, id, authorization)
  }
}

/** Answers the session id. */
export async function createVerification(send: Send, authorization: string): Promise<string> {
  const created = await send(creationRequest(authorization))
  return textMember(created.body, 'id')
}

export function creationRequest(authorization: string): WireRequest {
  const headers = { authorization, accept: 'application/json', 'content-type': 'application/json' }
  return { method: 'POST', path: '/openid4vc/verify', headers, body: order }
}

/** Fetches the request object and prepares the answer to it. */
export async function fetchAndAnswer(send: Send, id: string, holder: Holder) {
  const headers = { accept: 'application/oauth-authz-req+jwt' }
  const fetched = await send({ method: 'GET', path: `/openid4vc/request/${id}`, headers })
  const request = jwtClaims(fetched.body)
  const presentation = await present(holder, {
    audience: textMember(request, 'client_id'),
    nonce: textMember(request, 'nonce'),
  })
  const form = new URLSearchParams({
    vp_token: JSON.stringify({ identity: [presentation] }),
    state: textMember(request, 'state'),
  })
  return {
    method: 'POST',
    path: pathOf(textMember(request, 'response_uri')),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  } as const
}

async function readResult(send: Send, id: string, authorization: string): Promise<void> {
  const headers = { authorization, accept: 'application/json' }
  const result = await send({ method: 'GET', path: `/openid4vc/session/${id}`, headers })
  if (memberOf(JSON.parse(result.body), 'verificationResult') !== true) {
    throw new Error(`not verified: ${result.body.slice(0, 500)}`)
  }
}
