/**
 * Makes the answer to a request: what the query needs and what the holder added, nothing else (OpenID4VP 1.0 §6.4, §8.1).
 * All or nothing: where a required part is missing there is no answer, never a partial one.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import type { ClaimPath, CredentialFormat } from '@countersign/credential/contract/format'
import {
  type ChoiceRefusal,
  type ChosenCredential,
  chooseCredentials,
} from '@countersign/protocol/openid4vp/dcql/match'
import type { VerifiedRequest } from '@countersign/protocol/openid4vp/request/verify-request'
import {
  type AnswerParameters,
  answerWith,
  errorAnswer,
} from '@countersign/protocol/openid4vp/response/authorization-response'
import { responseModeOf } from '@countersign/protocol/openid4vp/response/response-modes'
import { authorisingQuery } from '@countersign/protocol/openid4vp/transaction-data/transaction-data'
import { type ChosenCopy, chooseCopy } from '../copies/copies.ts'
import type { StoredCredential } from '../credentials/credentials.ts'
import { type DisclosureUnknown, pathsOfDisclosures } from '../credentials/disclosures.ts'
import { holderSigner } from '../credentials/holder-signer.ts'
import type { KeyUnknown } from '../keys/keys.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { matchHeld } from './match-credentials.ts'
import {
  refuseStraySelections,
  type Selection,
  type SelectionRefusal,
  selectedClaims,
} from './selected-claims.ts'
import type { MadePresentation } from './share-event.ts'

export interface HolderDecision {
  /** Only these may be sent; where none is named, any that fits. */
  readonly selectedCredentials?: readonly string[] | undefined
  /** Claim by claim what is sent, and nothing else; in the place of both other ways to pick. */
  readonly selections?: readonly Selection[] | undefined
  /** By credential: disclosures to add to those that the query needs. */
  readonly disclosures?: Readonly<Record<string, readonly string[]>> | undefined
  /** The holder tells the verifier no, and nothing is presented. */
  readonly decline?: boolean | undefined
  /** The holder was shown what the request wants authorised, and authorises it. */
  readonly authorise?: boolean | undefined
}

export type ComposeRefusal =
  | ChoiceRefusal
  | DisclosureUnknown
  | KeyUnknown
  | SelectionRefusal
  | { readonly code: 'presentation_failed'; readonly reason: string }
  /** There is something to authorise, and whoever decided has not said that it is. */
  | { readonly code: 'not_authorised' }

export interface ComposedAnswer {
  /** As a form. */
  readonly body: string
  /** What is in it; nothing where the holder says no. */
  readonly made: readonly MadePresentation[]
  /** Copies in it, which count as used once the answer is written down. */
  readonly copies: readonly ChosenCopy[]
}

export async function composeAnswer(
  wallet: Wallet,
  owned: OwnedWallet,
  request: VerifiedRequest,
  decision: HolderDecision,
): Promise<Result<ComposedAnswer, ComposeRefusal>> {
  if (decision.decline === true) {
    const body = await written(wallet, request, errorAnswer(request, 'access_denied'))
    return ok({ body, made: [], copies: [] })
  }
  if (request.transactionData !== undefined && decision.authorise !== true)
    return refuse({ code: 'not_authorised' })
  const { match, credentials } = await matchHeld(wallet, owned, request.query)
  const { selections } = decision
  const selected =
    selections ?? [...new Set(decision.selectedCredentials)].map((credentialId) => ({ credentialId }))
  const chosen = chooseCredentials(request.query, match, selected.length === 0 ? undefined : selected)
  if (!chosen.ok) return chosen
  const stray = selections && refuseStraySelections(selections, chosen.value)
  if (stray !== undefined) return refuse(stray)
  const entries = authorisedBy(request, chosen.value)
  const vpToken = new Map<string, string[]>()
  const made: MadePresentation[] = []
  const copies: ChosenCopy[] = []
  for (const choice of chosen.value) {
    const credential = credentials.find(({ id }) => id === choice.credentialId)
    if (credential === undefined) throw new Error('a credential was chosen that was not matched')
    const { queryId } = choice
    // One credential authorises it, also where several are sent for the query that it names.
    const transactionData = vpToken.has(queryId) ? [] : (entries.get(queryId) ?? [])
    const copy = await chooseCopy(
      wallet,
      { id: credential.id, format: credential.held.format },
      new Set(copies.map(({ id }) => id)),
    )
    if (copy !== undefined) copies.push(copy)
    const presenting = { request, choice, credential, copy, decision, transactionData }
    const presentation = await present(wallet, owned, presenting)
    if (!presentation.ok) return presentation
    vpToken.set(queryId, [...(vpToken.get(queryId) ?? []), presentation.value])
    made.push({ queryId, credential, presentation: presentation.value })
  }
  return ok({ body: await written(wallet, request, answerWith(request, vpToken)), made, copies })
}

/** As the request's response mode wants it. */
async function written(
  wallet: Pick<Wallet, 'jwe'>,
  { answerMode }: VerifiedRequest,
  answer: AnswerParameters,
): Promise<string> {
  const form = await responseModeOf(answerMode).writeAnswer(answer, answerMode, wallet)
  return new URLSearchParams(form).toString()
}

interface Presenting {
  readonly request: VerifiedRequest
  readonly choice: ChosenCredential
  readonly credential: StoredCredential
  /** What is shown of it where there are several; all say the same as the card does. */
  readonly copy: ChosenCopy | undefined
  readonly decision: HolderDecision
  /** What this presentation authorises. */
  readonly transactionData: readonly string[]
}

/** By credential query the entries that its presentation authorises (§5.1: one of those that an entry names). */
function authorisedBy(
  { transactionData = [] }: VerifiedRequest,
  chosen: readonly ChosenCredential[],
): ReadonlyMap<string | undefined, readonly string[]> {
  const presented = new Set(chosen.map(({ queryId }) => queryId))
  const by = Map.groupBy(transactionData, ({ credentialIds }) => authorisingQuery(credentialIds, presented))
  if (by.has(undefined)) throw new Error('a request can be answered without what it wants authorised')
  return new Map([...by].map(([queryId, entries]) => [queryId, entries.map(({ text }) => text)]))
}

async function present(
  wallet: Wallet,
  owned: OwnedWallet,
  presenting: Presenting,
): Promise<Result<string, ComposeRefusal>> {
  const { copy, credential } = presenting
  const format = wallet.formats.get(credential.held.format)
  if (format === undefined) throw new Error(`nothing presents ${credential.held.format}`)
  const disclose = await pathsToDisclose(wallet, presenting)
  if (!disclose.ok) return disclose
  const binding = await bindingFor(wallet, owned, presenting, format)
  if (!binding.ok) return binding
  const presented = await format.present(
    { credential: copy?.content ?? credential.content, disclose: disclose.value, binding: binding.value },
    wallet.crypto,
  )
  return presented.ok ? presented : refuse({ code: 'presentation_failed', reason: presented.error.code })
}

async function pathsToDisclose(
  wallet: Wallet,
  { choice, credential, decision, request }: Presenting,
): Promise<Result<readonly ClaimPath[], DisclosureUnknown | SelectionRefusal>> {
  const { disclosures = {}, selections } = decision
  const selection = selections?.find(
    ({ credentialId, queryId }) => credentialId === credential.id && queryId === choice.queryId,
  )
  if (selection !== undefined) return selectedClaims(wallet, request.query, credential, selection)
  const picked = Object.hasOwn(disclosures, credential.id) ? disclosures[credential.id] : undefined
  const added = await pathsOfDisclosures(wallet, credential, picked ?? [])
  return added.ok ? ok([...choice.disclose, ...added.value]) : added
}

/** Undefined where the query waives holder binding: then nothing ties this presentation to the holder's others. */
async function bindingFor(
  wallet: Wallet,
  owned: OwnedWallet,
  { request, choice, copy, credential, transactionData }: Presenting,
  { alwaysBinds }: CredentialFormat,
) {
  const asked = request.query.credentials.find(({ id }) => id === choice.queryId)
  const isWaived = asked?.requireHolderBinding !== true && alwaysBinds !== true
  if (isWaived) return ok(undefined)
  const signer = copy === undefined ? await holderSigner(wallet, owned, credential) : ok(copy.signer)
  if (!signer.ok) return signer
  if (signer.value === undefined) return ok(undefined)
  return ok({
    signer: signer.value,
    audience: request.client.full,
    nonce: request.nonce,
    ...responseModeOf(request.answerMode).bindingOf(request.answerMode),
    transactionData,
    issuedAt: wallet.now(),
  })
}
