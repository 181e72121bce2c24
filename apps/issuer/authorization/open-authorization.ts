/** A browser comes with a request that was laid down (RFC 9126 §4): what its user is asked, and who asks. */
import { ok, type Result, refuse } from '@countersign/core/result'
import { readDerivedSecret } from '@countersign/protocol/oauth/derived-secret'
import { type PushedReference, secretOf } from '@countersign/protocol/oauth/pushed-request'
import {
  type Authorization,
  type AuthorizationRefusal,
  openAuthorization,
} from '@countersign/protocol/openid4vci/authorization/authorization'
import { type SessionUnknown, transition } from '@countersign/service/sessions/session-transition'
import type { Issuer } from '../issuer.ts'

export type OpenPorts = Pick<Issuer, 'authorizations' | 'backOff' | 'crypto' | 'limits' | 'macs' | 'now'>

export type OpenRefusal =
  | AuthorizationRefusal
  | SessionUnknown
  | { readonly code: 'request_uri_unknown' }
  | { readonly code: 'client_differs' }

/** `browser`: what only that browser has. It is opened by whoever comes last. */
export async function openPushed(
  issuer: OpenPorts,
  { clientId, requestUri }: PushedReference,
  browser: string,
): Promise<Result<Authorization, OpenRefusal>> {
  const id = await authorizationOf(issuer, requestUri)
  if (id === undefined) return refuse({ code: 'request_uri_unknown' })
  const [now, hash] = [issuer.now(), await browserHash(issuer, browser)]
  const moved = await transition<Authorization, OpenRefusal>(
    issuer.authorizations,
    id,
    (authorization) =>
      authorization.request.clientId === clientId
        ? openAuthorization(authorization, hash, issuer.limits.authorization, now)
        : refuse({ code: 'client_differs' }),
    undefined,
    issuer.backOff,
  )
  return moved.ok ? ok(moved.value.after) : moved
}

/** A dump of the store gives nobody the browser of somebody else. */
export async function browserHash({ crypto }: Pick<Issuer, 'crypto'>, browser: string): Promise<string> {
  return crypto.digestBase64url('sha-256', `browser:${browser}`)
}

/** Costs a keyed hash: who guesses never reaches the store. */
async function authorizationOf(
  { macs }: Pick<Issuer, 'macs'>,
  requestUri: string,
): Promise<string | undefined> {
  const secret = secretOf(requestUri)
  return secret === undefined ? undefined : readDerivedSecret('request_uri', secret, macs.grant)
}
