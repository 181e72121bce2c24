/**
 * `POST /openid4vc/verify` as a use case takes it: the headers that a relying party may send, and the two ways to say what
 * is asked for. What is not offered is refused with what is, so that nobody waits for something that never comes.
 */
import type { StartVerificationBody, StartVerificationHeaders } from '@countersign/api/verifier/start'
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { isSessionId } from '@countersign/core/session-id'
import type { FormatRegistry } from '@countersign/credential/contract/registry'
import { PROVABLE_PREFIX_NAMES } from '@countersign/protocol/openid4vp/request/client-id'
import {
  isResponseModeName,
  RESPONSE_MODE_NAMES,
} from '@countersign/protocol/openid4vp/response/response-modes'
import type { RequestedPolicy } from '@countersign/protocol/openid4vp/session'
import { type CallbackMistake, parseCallback } from '@countersign/service/callbacks/parse-callback'
import { type TranslationMistake, translateRequestCredentials } from '../request/requested-credentials.ts'
import type { StartVerification } from '../request/start-verification.ts'
import { REQUEST_PASSINGS } from '../request/write-request.ts'
import type { Verifier } from '../verifier.ts'
import { type BrowserMistake, readBrowserRequest } from './browser-request.ts'

export type SettingMistake =
  | { readonly code: 'link_not_allowed'; readonly header: string }
  | { readonly code: 'session_id_malformed'; readonly header: string }
  | {
      readonly code: 'session_ttl_out_of_range'
      readonly header: string
      readonly minimum: number
      readonly maximum: number
    }
  | {
      readonly code: 'setting_unsupported'
      readonly header: string
      readonly supported: readonly string[]
    }

export type StartMistake =
  | SettingMistake
  | CallbackMistake
  | BrowserMistake
  | TranslationMistake
  | { readonly code: 'query_not_exactly_one' }

export function parseStart(
  body: StartVerificationBody,
  headers: StartVerificationHeaders,
  { formats, loopbackOrigins }: Pick<Verifier, 'formats' | 'loopbackOrigins'>,
): Result<StartVerification, StartMistake> {
  const asked = readQuery(body, formats)
  if (!asked.ok) return asked
  const mistake = findSettingMistake(headers)
  if (mistake !== undefined) return refuse(mistake)
  const callback = parseCallback(headers)
  if (!callback.ok) return callback
  const browser = readBrowserRequest(body, headers, loopbackOrigins)
  if (!browser.ok) return browser
  const general = [...(body.vp_policies ?? []), ...(body.vc_policies ?? [])]
  return ok({
    dcqlQuery: asked.value.dcqlQuery,
    policies: [...general.map((entry) => requestedPolicy(entry)), ...asked.value.policies],
    id: headers.stateid,
    authorizeBaseUrl: headers.authorizebaseurl ?? 'openid4vp://authorize',
    passing: REQUEST_PASSINGS.find((name) => name === headers.requestpassing),
    clientIdPrefix: PROVABLE_PREFIX_NAMES.find((name) => name === headers.clientidprefix),
    responseMode: isResponseModeName(headers.responsemode) ? headers.responsemode : undefined,
    successRedirectUri: headers.successredirecturi,
    errorRedirectUri: headers.errorredirecturi,
    browser: browser.value,
    purpose: body.purpose,
    transactionData: body.transaction_data,
    sameDevice: body.sameDevice,
    ttlSeconds: headers.sessionttl === undefined ? undefined : Number(headers.sessionttl),
    callback: callback.value,
    keepPresentations: body.keepPresentations,
  })
}

interface AskedFor {
  readonly dcqlQuery: JsonObject
  /** Those that belong to one of the credentials. */
  readonly policies: readonly RequestedPolicy[]
}

function readQuery(body: StartVerificationBody, formats: FormatRegistry): Result<AskedFor, StartMistake> {
  const { dcql_query: dcqlQuery, request_credentials: requested } = body
  if ((dcqlQuery === undefined) === (requested === undefined))
    return refuse({ code: 'query_not_exactly_one' })
  if (dcqlQuery !== undefined) return ok({ dcqlQuery, policies: [] })
  const entries = (requested ?? []).map(requestedCredential)
  const translated = translateRequestCredentials(entries, formats)
  if (!translated.ok) return translated
  const policies = entries.flatMap((entry, index) =>
    (entry.policies ?? []).map((one) => requestedPolicy(one, translated.value.queryIds[index])),
  )
  return ok({ dcqlQuery: translated.value.dcqlQuery, policies })
}

type RequestedEntry = NonNullable<StartVerificationBody['request_credentials']>[number]

/** Older scripts name the type of a W3C credential alone, or call it `credential`. */
function requestedCredential(entry: RequestedEntry) {
  if (typeof entry === 'string') return { type: entry, policies: [] }
  const { credential, type, ...others } = entry
  return { ...others, type: type ?? credential }
}

type PolicyEntry = NonNullable<StartVerificationBody['vp_policies']>[number]

function requestedPolicy(entry: PolicyEntry, queryId?: string): RequestedPolicy {
  if (typeof entry === 'string') return { policy: entry, queryId }
  return { policy: entry.policy, args: entry.args, queryId }
}

const LINKS = ['authorizebaseurl', 'successredirecturi', 'errorredirecturi'] as const
/** Browsers follow these; a link that runs as a script where it is followed is none. */
const WEB_LINK = /^(?!javascript:|data:|vbscript:|blob:)[a-z][a-z0-9+.-]*:\/\/\S+$/i

const PROFILES = ['DEFAULT']

/** In seconds. */
const TTL = { minimum: 10, maximum: 86_400 }

function findSettingMistake(headers: StartVerificationHeaders): SettingMistake | undefined {
  const link = LINKS.find((name) => headers[name] !== undefined && !WEB_LINK.test(headers[name]))
  if (link !== undefined) return { code: 'link_not_allowed', header: link }
  const { clientidprefix, stateid, sessionttl, requestpassing, responsemode, openid4vpprofile } = headers
  if (requestpassing !== undefined && !REQUEST_PASSINGS.some((name) => name === requestpassing)) {
    return { code: 'setting_unsupported', header: 'requestpassing', supported: REQUEST_PASSINGS }
  }
  if (responsemode !== undefined && !isResponseModeName(responsemode)) {
    return { code: 'setting_unsupported', header: 'responsemode', supported: RESPONSE_MODE_NAMES }
  }
  if (clientidprefix !== undefined && !PROVABLE_PREFIX_NAMES.some((name) => name === clientidprefix)) {
    return { code: 'setting_unsupported', header: 'clientidprefix', supported: PROVABLE_PREFIX_NAMES }
  }
  if (stateid !== undefined && !isSessionId(stateid)) {
    return { code: 'session_id_malformed', header: 'stateid' }
  }
  if (sessionttl !== undefined && !isTtl(sessionttl)) {
    return { code: 'session_ttl_out_of_range', header: 'sessionttl', ...TTL }
  }
  if (openid4vpprofile !== undefined && !PROFILES.includes(openid4vpprofile)) {
    return { code: 'setting_unsupported', header: 'openid4vpprofile', supported: PROFILES }
  }
  return undefined
}

function isTtl(text: string): boolean {
  const seconds = Number(text)
  return Number.isInteger(seconds) && seconds >= TTL.minimum && seconds <= TTL.maximum
}
