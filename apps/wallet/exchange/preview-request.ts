/**
 * A resolved request as people see it: who asks and who vouches for them, why, what could be shared, and after the decision
 * what was. What a credential would show is read out of a presentation that was made for it, not out of the query.
 */
import { bestFor, type ViewImage } from '@countersign/credential/display/credential-view'
import { matchQuery, type QueryMatch } from '@countersign/protocol/openid4vp/dcql/match'
import type { CredentialSetQuery, DcqlQuery } from '@countersign/protocol/openid4vp/dcql/query'
import {
  type ShownTransaction,
  showTransaction,
} from '@countersign/protocol/openid4vp/transaction-data/shown-transaction'
import { nameIn } from '../credentials/claimed-issuer.ts'
import type { Locales, ShownTrust } from '../credentials/shown.ts'
import { hostOf } from '../outgoing-client.ts'
import { matchHeld } from '../present/match-credentials.ts'
import type { VerifierRefusal } from '../present/presentation-record.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { type Candidate, candidatesOf } from './candidates.ts'
import type { ExchangeState } from './exchange-record.ts'
import { isOver, type RequestExchange, type ResolvedRequest } from './resolved-request.ts'
import { type SharedBefore, sharedBefore } from './shared-before.ts'
import { type SharedCredential, sharedCredentials } from './shared-claims.ts'
import { type Unmet, unmetOf } from './unmet-query.ts'

export interface RequestPreview {
  readonly id: string
  readonly state: 'open' | 'unfinished' | 'shared' | 'declined' | 'refused'
  /** Epoch seconds. */
  readonly expiresAt: number
  readonly expired: boolean
  readonly verifier: Receiver
  readonly purpose?: { readonly text: string; readonly source: 'verifier_info' } | undefined
  /** What is authorised by the answer; absent: nothing. */
  readonly transactions?: readonly PreviewedTransaction[] | undefined
  readonly alternatives: readonly Alternatives[]
  readonly queries: readonly PreviewedQuery[]
  readonly satisfiable: boolean
  readonly before?: SharedBefore | undefined
  readonly result?: RequestResult | undefined
}

export interface PreviewedTransaction extends ShownTransaction {
  /** One of these authorises it: the first that is answered. */
  readonly queryIds: readonly string[]
}

interface Receiver {
  readonly clientId: string
  readonly host: string
  readonly name?: string | undefined
  readonly logo?: ViewImage | undefined
  readonly trust: ShownTrust
}

interface Alternatives {
  readonly required: boolean
  readonly options: readonly { readonly queryIds: readonly string[]; readonly satisfiable: boolean }[]
}

interface PreviewedQuery {
  readonly queryId: string
  readonly required: boolean
  readonly multiple: boolean
  readonly candidates: readonly Candidate[]
  readonly unmet?: Unmet | undefined
}

interface RequestResult {
  readonly at: number
  readonly dataSent: boolean
  readonly shared: readonly SharedCredential[]
  readonly redirectUri?: string | undefined
  readonly refusal?: VerifierRefusal | undefined
}

export async function previewRequest(
  wallet: Wallet,
  owned: OwnedWallet,
  exchange: RequestExchange,
  locales: Locales,
): Promise<RequestPreview> {
  const { expiresAt, id, resolved } = exchange
  const { query } = resolved
  const matched = await matchHeld(wallet, owned, query)
  const tooLate = matchQuery(query, matched.expired, wallet.formats)
  const queries: PreviewedQuery[] = []
  for (const asked of query.credentials) {
    const { candidates: fitting = [] } = entryOf(matched.match, asked.id) ?? {}
    const candidates = await candidatesOf(wallet, owned, { asked, fitting, matched, locales })
    const unmet =
      fitting.length > 0
        ? undefined
        : unmetOf(wallet, {
            asked,
            match: entryOf(matched.match, asked.id),
            tooLate: entryOf(tooLate, asked.id),
            credentials: [...matched.credentials, ...matched.expired],
            locales,
          })
    const { id: queryId, multiple } = asked
    queries.push({ queryId, required: isRequired(query, queryId), multiple, candidates, unmet })
  }
  return {
    id,
    state: STATES[exchange.state],
    expiresAt: Math.min(expiresAt, resolved.expiresAt ?? expiresAt),
    expired: isOver(wallet, resolved),
    verifier: receiverOf(resolved, locales),
    purpose: purposeOf(resolved, locales),
    transactions: transactionsOf(resolved, locales),
    alternatives: alternativesOf(query, matched.match),
    queries,
    satisfiable: matched.match.satisfiable,
    before: exchange.state === 'open' ? await before(wallet, owned, resolved, queries) : undefined,
    result: await resultOf(wallet, owned, exchange, locales),
  }
}

/** By what is shared when nothing is chosen: every query that has to be answered, by its first candidate. */
function before(
  wallet: Wallet,
  owned: OwnedWallet,
  resolved: ResolvedRequest,
  queries: readonly PreviewedQuery[],
): Promise<SharedBefore | undefined> {
  const needed = queries.filter(({ required }) => required)
  return sharedBefore(
    wallet,
    owned,
    resolved,
    needed.flatMap(({ candidates }) => candidates.slice(0, 1)),
  )
}

const STATES: Readonly<Record<ExchangeState, RequestPreview['state']>> = {
  open: 'open',
  begun: 'unfinished',
  done: 'shared',
  rejected: 'declined',
  refused: 'refused',
}

function receiverOf(
  { answerMode, clientId, clientMetadata, trust }: ResolvedRequest,
  locales: Locales,
): Receiver {
  // RFC 7591 §2.2: a name in another language has its tag behind a `#`.
  const members = [...locales.map((locale) => `client_name#${locale}`), 'client_name']
  const name = members.map((member) => nameIn(clientMetadata, member)).find((text) => text !== undefined)
  const logo = clientMetadata?.['logo_uri']
  return {
    clientId,
    host: hostOf(answerMode.responseUri),
    name,
    logo: typeof logo === 'string' && logo.length <= MAX_LOGO && IMAGE.test(logo) ? { uri: logo } : undefined,
    trust: trust.trusted
      ? { trusted: true, name: trust.verifier, anchor: trust.anchor }
      : { trusted: false, name: trust.verifier, reason: trust.reason },
  }
}

const MAX_LOGO = 65_536
/** Somebody will load it, so it is an address or a picture and not a program. */
const IMAGE = /^(?:https:\/\/|data:image\/)/i

function purposeOf({ purposes }: ResolvedRequest, locales: Locales): RequestPreview['purpose'] {
  const purpose = bestFor(purposes, locales)
  return purpose && { text: purpose.text, source: 'verifier_info' }
}

function transactionsOf(
  { transactionData }: ResolvedRequest,
  locales: Locales,
): readonly PreviewedTransaction[] | undefined {
  return transactionData?.map((entry) => ({
    ...showTransaction(entry, locales),
    queryIds: entry.credentialIds,
  }))
}

function alternativesOf(
  { credentials, credentialSets }: DcqlQuery,
  match: QueryMatch,
): readonly Alternatives[] {
  const all = { options: [credentials.map(({ id }) => id)], required: true }
  const sets: readonly CredentialSetQuery[] = credentialSets ?? [all]
  const canAnswer = (id: string) => (entryOf(match, id)?.candidates.length ?? 0) > 0
  return sets.map(({ options, required }) => ({
    required,
    options: options.map((queryIds) => ({ queryIds, satisfiable: queryIds.every(canAnswer) })),
  }))
}

/** Whether no way of answering goes without it. */
function isRequired({ credentialSets }: DcqlQuery, queryId: string): boolean {
  if (credentialSets === undefined) return true
  return credentialSets.some(
    ({ options, required }) => required && options.every((ids) => ids.includes(queryId)),
  )
}

function entryOf(match: QueryMatch, queryId: string): QueryMatch['queries'][number] | undefined {
  return match.queries.find((entry) => entry.queryId === queryId)
}

async function resultOf(
  wallet: Wallet,
  owned: OwnedWallet,
  exchange: RequestExchange,
  locales: Locales,
): Promise<RequestResult | undefined> {
  const { done, state } = exchange
  if (done === undefined || state === 'open' || state === 'begun') return undefined
  return {
    at: done.at,
    dataSent: done.picked.length > 0,
    shared: await sharedCredentials(wallet, owned, exchange, locales),
    redirectUri: done.answer?.redirectUri,
    refusal: done.answer?.refused,
  }
}
