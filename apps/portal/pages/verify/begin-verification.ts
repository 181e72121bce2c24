/** The call that begins a verification, and what the window keeps of it. */
import type { BeginVerificationBody } from '@countersign/api/portal/verifications'
import type { VerificationView } from '@countersign/api/verifier/session'
import type { StartedVerification } from '@countersign/api/verifier/start'
import type { Answer } from '@countersign/ui/http/fetch-json'
import { keep, kept } from '../parts/kept.ts'
import { api } from '../session.ts'

/** The link in the code, and the request for another one. */
export interface KeptRequest {
  readonly started: StartedVerification
  readonly body: BeginVerificationBody
}

/** As the verifier calls an answer that is encrypted for its request (OpenID4VP 1.0 §8.3.1). */
export const ENCRYPTED = 'direct_post.jwt'

export async function beginVerification(body: BeginVerificationBody): Promise<Answer<StartedVerification>> {
  const answer = await api.send<StartedVerification>('POST', '/verifications', body)
  if (answer.ok) keep(keyOf(answer.value.id), { started: answer.value, body } satisfies KeptRequest)
  return answer
}

export function keptRequest(id: string): KeptRequest | undefined {
  return kept<KeptRequest>(keyOf(id))
}

/** The same again, of any session: the query, its reason and how it is answered stand in it. */
export function askedIn({ dcqlQuery, purpose, responseMode }: VerificationView): BeginVerificationBody {
  return {
    dcql_query: dcqlQuery,
    ...(purpose !== undefined && { purpose }),
    responseMode,
  }
}

function keyOf(id: string): string {
  return `request.${id}`
}
