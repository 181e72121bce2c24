/**
 * The authorization server of the test issuer: requests that are laid down (RFC 9126) or carried by a browser, a page that says yes
 * or no at once, and codes that are bound to all that they were asked with.
 */
import { randomBytes } from 'node:crypto'
import { nodeCrypto } from '@countersign/keys/engines/node'
import type { Form } from '@countersign/protocol/oauth/form-parameters'
import type { AuthorizationCodeRequest } from '@countersign/protocol/oauth/grants/authorization-code'
import { fitsChallenge } from '@countersign/protocol/oauth/pkce'
import { requestUriOf, writePushedResponse } from '@countersign/protocol/oauth/pushed-request'
import {
  type AuthorizationResponse,
  authorizationResponseUrl,
} from '@countersign/protocol/oauth/redirect-response'
import {
  type AuthorizationRequest,
  parseAuthorizationRequest,
} from '@countersign/protocol/openid4vci/authorization/authorization-request'
import type { Answer } from '@countersign/testing/client/faulty-server'

/** Who comes for a token. */
export interface TokenAsker {
  readonly clientId?: string | undefined
  /** Thumbprint of the key that was proven. */
  readonly sender?: string | undefined
}

export interface TestAuthorizations {
  /** Every request that came, in order, as it was laid down or carried. */
  readonly requests: AuthorizationRequest[]
  /** Codes that somebody came with a second time. */
  readonly replayed: string[]
  push(form: Form, sender: string | undefined): Answer
  /** What a browser brings back that goes there, behind `?`. */
  browse(url: string, answer?: Partial<AuthorizationResponse> & { readonly issuer?: string }): string
  /** The request that the code was given for, where everything that it is bound to is there. */
  redeem(request: AuthorizationCodeRequest, by: TokenAsker): Promise<AuthorizationRequest | undefined>
}

export function testAuthorizations(issuerUrl: () => string): TestAuthorizations {
  const pushed = new Map<string, AuthorizationRequest>()
  const codes = new Map<string, AuthorizationRequest>()
  const used = new Set<string>()
  const [requests, replayed]: [AuthorizationRequest[], string[]] = [[], []]
  const read = (form: Form): AuthorizationRequest => {
    const parsed = parseAuthorizationRequest(form, issuerUrl())
    if (!parsed.ok) throw new Error(`not an authorization request: ${JSON.stringify(parsed.error)}`)
    requests.push(parsed.value)
    return parsed.value
  }
  return {
    requests,
    replayed,
    push(form, sender) {
      const request = read(form)
      const requestUri = requestUriOf(randomBytes(16).toString('base64url'))
      if (sender !== undefined && request.senderKey !== undefined && request.senderKey !== sender)
        return { status: 400, body: JSON.stringify({ error: 'invalid_request' }) }
      pushed.set(requestUri, { ...request, senderKey: sender ?? request.senderKey })
      return { status: 201, body: JSON.stringify(writePushedResponse(requestUri, 60)) }
    },
    browse(url, { issuer = issuerUrl(), ...answer } = {}) {
      const form = Object.fromEntries(new URL(url).searchParams)
      const { request_uri: name } = form
      const request = name === undefined ? read(form) : pushed.get(name)
      if (request === undefined || request.clientId !== form['client_id'])
        throw new Error('nobody laid this down')
      const code = randomBytes(16).toString('base64url')
      codes.set(code, request)
      const response =
        'error' in answer && answer.error !== undefined ? { ...answer, error: answer.error } : { code }
      const back = authorizationResponseUrl(response, { ...request, issuer })
      return new URL(back).search.slice(1)
    },
    async redeem({ code, codeVerifier, redirectUri }, { clientId, sender }) {
      const request = codes.get(code)
      if (request === undefined) return undefined
      if (used.has(code)) replayed.push(code)
      used.add(code)
      const isRight =
        clientId === request.clientId &&
        redirectUri === request.redirectUri &&
        sender === request.senderKey &&
        (await fitsChallenge(codeVerifier, request.codeChallenge, nodeCrypto))
      return isRight ? request : undefined
    },
  }
}
