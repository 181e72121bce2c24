/** The call that begins a verification, and what the window keeps of it. */
import type { BeginVerificationBody } from '@countersign/api/portal/verifications'
import type { VerificationView } from '@countersign/api/verifier/session'
import type { StartedThroughBrowser, StartedVerification } from '@countersign/api/verifier/start'
import type { Answer } from '@countersign/ui/http/fetch-json'
import { keep, kept } from '../parts/kept.ts'
import { api } from '../session.ts'
import { membersOf, waysOf } from './asking-ways.ts'

/** A link that stands in a code, or what a browser is handed. */
export type Started = StartedVerification | StartedThroughBrowser

/** What was begun, and the request for another one. */
export interface KeptRequest {
  readonly started: Started
  readonly body: BeginVerificationBody
}

export async function beginVerification(body: BeginVerificationBody): Promise<Answer<Started>> {
  const answer = await api.send<Started>('POST', '/verifications', body)
  if (answer.ok) keep(keyOf(answer.value.id), { started: answer.value, body } satisfies KeptRequest)
  return answer
}

export function keptRequest(id: string): KeptRequest | undefined {
  return kept<KeptRequest>(keyOf(id))
}

/** The same again, of any session: the query, its reason, what is authorised and how it is asked stand in it. */
export function askedIn(view: VerificationView): BeginVerificationBody {
  const { dcqlQuery, purpose, transactionData } = view
  return {
    dcql_query: dcqlQuery,
    ...(purpose !== undefined && { purpose }),
    ...(transactionData !== undefined && { transaction_data: transactionData.map(({ data }) => data) }),
    ...membersOf(waysOf(view)),
  }
}

function keyOf(id: string): string {
  return `request.${id}`
}
