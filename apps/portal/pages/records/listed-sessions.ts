/** Sessions of issuer and verifier as lists show them: what they are about, how far they are, and where to look at one. */
import type { IssuanceList, ListedIssuance } from '@countersign/api/issuer/session-list'
import type { ListedVerification, VerificationList } from '@countersign/api/verifier/session-list'
import { ok } from '@countersign/core/result'
import type { Tone } from '@countersign/ui/elements/badge'
import type { Answer } from '@countersign/ui/http/fetch-json'
import { list } from '@countersign/ui/text/format'
import { type IssuerMetadata, shownName, titleOf } from '../issue/catalogue.ts'
import { api } from '../session.ts'
import { home } from '../text/home-texts.ts'

export type ListedSession =
  | (ListedVerification & { readonly service: 'verifier' })
  | (ListedIssuance & { readonly service: 'issuer' })

export type ListingService = ListedSession['service']

export interface SessionPage {
  readonly sessions: readonly ListedSession[]
  readonly next?: string | undefined
  /** Epoch seconds. */
  readonly stoppedAt?: number | undefined
}

export interface SessionOrder {
  readonly service: ListingService
  readonly state?: string | undefined
  readonly before?: string | undefined
  readonly limit?: number
}

export async function loadSessions({
  service,
  state,
  before,
  limit = 20,
}: SessionOrder): Promise<Answer<SessionPage>> {
  const query = new URLSearchParams({ limit: String(limit) })
  if (state !== undefined) query.set('state', state)
  if (before !== undefined) query.set('before', before)
  const address = `/${service}/openid4vc/sessions?${query.toString()}`
  if (service === 'verifier') {
    const answer = await api.get<VerificationList>(address)
    return answer.ok ? ok({ ...answer.value, sessions: answer.value.sessions.map(asVerification) }) : answer
  }
  const answer = await api.get<IssuanceList>(address)
  return answer.ok ? ok({ ...answer.value, sessions: answer.value.sessions.map(asIssuance) }) : answer
}

function asVerification(session: ListedVerification): ListedSession {
  return { ...session, service: 'verifier' }
}

function asIssuance(session: ListedIssuance): ListedSession {
  return { ...session, service: 'issuer' }
}

/** Of both services, the newest first. */
export async function loadRecent(count: number): Promise<Answer<readonly ListedSession[]>> {
  const [verifications, issuances] = await Promise.all([
    loadSessions({ service: 'verifier', limit: count }),
    loadSessions({ service: 'issuer', limit: count }),
  ])
  if (!verifications.ok) return verifications
  if (!issuances.ok) return issuances
  const all = [...verifications.value.sessions, ...issuances.value.sessions]
  return ok(all.toSorted((one, other) => other.createdAt - one.createdAt).slice(0, count))
}

const TONES: Readonly<Record<ListedSession['state'], Tone>> = {
  created: 'brand',
  requested: 'brand',
  answered: 'brand',
  verified: 'ok',
  rejected: 'bad',
  undetermined: 'open',
  declined: 'open',
  expired: 'open',
  offered: 'brand',
  token_issued: 'brand',
  completed: 'ok',
  closed: 'bad',
}

export function toneOf(state: ListedSession['state']): Tone {
  return TONES[state]
}

const DECIDED: readonly string[] = ['verified', 'rejected', 'undetermined']

export function addressOf({ id, service, state }: ListedSession): string {
  const path = encodeURIComponent(id)
  if (service === 'issuer') return `/offers/${path}`
  return DECIDED.includes(state) ? `/verify/${path}/result` : `/verify/${path}`
}

/** What it is about: names of types, in the language of the page where the issuer has them. */
export function aboutOf(metadata: IssuerMetadata | undefined, { service, types }: ListedSession): string {
  const names = types.map((type) => {
    if (service === 'verifier') return titleOf(metadata, type)
    const known = metadata?.credential_configurations_supported[type]
    return shownName(known?.credential_metadata?.display) ?? type
  })
  return names.length === 0 ? home.value.sessions.unnamed : list([...new Set(names)])
}
