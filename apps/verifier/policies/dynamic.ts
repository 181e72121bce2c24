/**
 * `dynamic`, in walt.id's words: an Open Policy Agent (OPA) decides about each credential by a rule that it has already. Nothing is
 * written to it (docs/decisions/062): a rule of a caller's could read what it knows and call whom it reaches. As with `webhook`, who
 * cannot be asked has said nothing, and is asked again.
 */
import { isJsonObject, type JsonObject, parseJsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { DisclosedCredential } from '@countersign/protocol/openid4vp/session'
import type { Remote, RemoteResponse } from '@countersign/service/outgoing/guarded-client'
import { AUTHORIZATION_MEMBERS, authorizationOf } from './authorization.ts'
import type { JudgedPolicy, Verdict } from './policy.ts'

/** A rule's answer is a word; a package's has the values of all its rules. */
const MAX_ANSWER_BYTES = 65_536
const MAX_ARGUMENT_LENGTH = 20_000
/** walt.id's. */
const DEFAULT_QUERY = 'vc/verification'
const MEMBERS: readonly string[] = [
  'opa_server',
  'policy_name',
  'policy_query',
  'argument',
  ...AUTHORIZATION_MEMBERS,
]

export function dynamicPolicy(remote: Pick<Remote, 'request'>): JudgedPolicy {
  return {
    name: 'dynamic',
    description:
      'The Open Policy Agent at args.opa_server allows each credential by its rule args.policy_query/args.policy_name.',
    argumentsExpected: (args) => {
      const rule = ruleOf(args)
      return rule.ok ? undefined : rule.error
    },
    judge: async ({ args, credentials, sessionId }) => {
      const rule = ruleOf(args)
      if (!rule.ok) return { outcome: 'undetermined', detail: 'opa_unreachable' }
      return together(
        await Promise.all(credentials.map((about) => ask(remote, rule.value, { about, sessionId }))),
      )
    },
  }
}

interface Asked {
  readonly about: DisclosedCredential
  readonly sessionId: string
}

async function ask(
  remote: Pick<Remote, 'request'>,
  { argument, headers, url }: Rule,
  { about: { claims, format, issuer, queryId, type }, sessionId }: Asked,
): Promise<Verdict> {
  // The first two are walt.id's, so that rules which read them need no change.
  const input = { parameter: argument, credentialData: claims, queryId, format, type, issuer, sessionId }
  const answer = await remote.request({
    purpose: 'policy',
    method: 'POST',
    url,
    headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ input }),
    maxBytes: MAX_ANSWER_BYTES,
  })
  return answer.ok ? verdictOf(answer.value) : { outcome: 'undetermined', detail: 'opa_unreachable' }
}

/**
 * OPA answers every decision with 200, also one that is undefined: then `result` is not there. That is a no, since a rule without a
 * default has no other, and asking again would not change it. Of a package its rule `allow` counts alone: others may be true of
 * anything.
 */
function verdictOf({ body, status }: RemoteResponse): Verdict {
  const said = parseJsonObject(body)
  if (status !== 200 || !said.ok) return { outcome: 'undetermined', detail: 'opa_unreachable' }
  const { result } = said.value
  const decision = isJsonObject(result) ? result['allow'] : result
  if (decision === true) return { outcome: 'passed' }
  return decision === false
    ? { outcome: 'failed', detail: 'opa_denied' }
    : { outcome: 'failed', detail: 'opa_undefined' }
}

/** One no is enough, whoever else cannot be asked. */
function together(verdicts: readonly Verdict[]): Verdict {
  const by = (outcome: Verdict['outcome']) => verdicts.find((verdict) => verdict.outcome === outcome)
  return by('failed') ?? by('undetermined') ?? { outcome: 'passed' }
}

interface Rule {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly argument: JsonObject
}

/** Refused with what is expected in place of the first mistake. */
function ruleOf(args: unknown): Result<Rule, string> {
  if (!isJsonObject(args)) return refuse(`an object of ${MEMBERS.join(', ')}`)
  const { argument = {}, opa_server: server, policy_name: name, policy_query: query, ...rest } = args
  if (rest['rules'] !== undefined) {
    return refuse('an object without rules (asked is a rule that the server already has, none is uploaded)')
  }
  const stranger = Object.keys(rest).find((member) => !MEMBERS.includes(member))
  if (stranger !== undefined) {
    return refuse(`an object of ${MEMBERS.join(', ')} alone, without ${stranger.slice(0, 60)},`)
  }
  const base = baseOf(server)
  if (base === undefined) {
    return refuse('an object whose opa_server is an http(s) URL without a user name, a query and a fragment')
  }
  const path = pathOf(query)
  if (path === undefined) {
    return refuse(`an object whose policy_query is a path like ${DEFAULT_QUERY}, without slashes around it,`)
  }
  if (typeof name !== 'string' || !NAME.test(name)) {
    return refuse('an object whose policy_name is 1 to 64 of A-Z a-z 0-9 _ - and spaces')
  }
  if (!isJsonObject(argument) || JSON.stringify(argument).length > MAX_ARGUMENT_LENGTH) {
    return refuse(`an object whose argument is an object of at most ${MAX_ARGUMENT_LENGTH} characters`)
  }
  const headers = authorizationOf(rest)
  if (headers === undefined) {
    return refuse(
      'an object with bearerauth_token, or basicauth_username and basicauth_password, of visible characters,',
    )
  }
  return ok({ url: `${base}/v1/data/${path}/${encodeURIComponent(name)}`, headers, argument })
}

const BASE = /^https?:\/\/[^\s@?#]{1,990}$/
const NAME = /^[A-Za-z0-9_ -]{1,64}$/
const PATH = /^[A-Za-z0-9_-]{1,64}(?:\/[A-Za-z0-9_-]{1,64}){0,9}$/

function baseOf(server: unknown): string | undefined {
  const url = typeof server === 'string' && BASE.test(server) ? URL.parse(server) : null
  return url === null ? undefined : `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}

function pathOf(query: unknown = DEFAULT_QUERY): string | undefined {
  return typeof query === 'string' && PATH.test(query) ? query : undefined
}
