/**
 * `webhook`: somebody whom the relying party names says yes or no to what was disclosed. Who cannot be asked has said nothing: that is
 * undetermined, and he is asked again until the time is over, so that one answer may be asked about twice.
 */
import { isJsonObject } from '@countersign/core/json'
import type { DisclosedCredential } from '@countersign/protocol/openid4vp/session'
import type { Remote } from '@countersign/service/outgoing/guarded-client'
import { authorizationOf } from './authorization.ts'
import type { JudgedPolicy, Verdict } from './policy.ts'

/** Of the answer its status alone counts. */
const MAX_ANSWER_BYTES = 65_536

export function webhookPolicy(remote: Pick<Remote, 'request'>): JudgedPolicy {
  return {
    name: 'webhook',
    description: 'The service at args (a URL, or an object with url) answers with 2xx to what was disclosed.',
    argumentsExpected: (args) =>
      hookOf(args) === undefined
        ? 'an http(s) URL, or {url} with, where wanted, bearerauth_token, or basicauth_username and basicauth_password,'
        : undefined,
    judge: async ({ args, credentials, sessionId }) => {
      const hook = hookOf(args)
      if (hook === undefined) return { outcome: 'undetermined', detail: 'webhook_unreachable' }
      const answer = await remote.request({
        purpose: 'policy',
        method: 'POST',
        url: hook.url,
        headers: { ...hook.headers, 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({ sessionId, credentials: credentials.map(told) }),
        maxBytes: MAX_ANSWER_BYTES,
      })
      return answer.ok
        ? verdictOf(answer.value.status)
        : { outcome: 'undetermined', detail: 'webhook_unreachable' }
    },
  }
}

/** What the result shows of it as well. */
function told({ claims, format, issuer, queryId, type }: DisclosedCredential) {
  return { queryId, format, type, issuer, claims }
}

/** A redirect is not followed, and a service that has too much to do has said nothing. */
function verdictOf(status: number): Verdict {
  if (status >= 200 && status < 300) return { outcome: 'passed' }
  const isNo = status >= 400 && status < 500 && status !== 408 && status !== 429
  return isNo
    ? { outcome: 'failed', detail: 'webhook_refused' }
    : { outcome: 'undetermined', detail: 'webhook_unreachable' }
}

interface Hook {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

const URL_FORM = /^https?:\/\/[^\s@]{1,1990}$/

function hookOf(args: unknown): Hook | undefined {
  const { url, ...rest } = typeof args === 'string' ? { url: args } : isJsonObject(args) ? args : {}
  if (typeof url !== 'string' || !URL_FORM.test(url) || !URL.canParse(url)) return undefined
  const headers = authorizationOf(rest)
  return headers && { url, headers }
}
