/** A presentation request as an exchange keeps it, and what came of it. */
import { parseClientId } from '@countersign/protocol/openid4vp/request/client-id'
import type { VerifiedRequest } from '@countersign/protocol/openid4vp/request/verify-request'
import type { VerifierAnswer } from '../present/presentation-record.ts'
import type { Wallet } from '../wallet.ts'
import type { Exchange } from './exchange-record.ts'

/** A verified request as data: of the client its identifier, which says everything else, and until when it can be answered. */
export interface ResolvedRequest extends Omit<VerifiedRequest, 'client'> {
  readonly clientId: string
}

export interface RequestDone {
  /** Epoch seconds. */
  readonly at: number
  /** Absent: nobody was told. */
  readonly answer?: VerifierAnswer | undefined
  /** What was picked, in the order of the selections; empty where nothing of the holder was sent. */
  readonly picked: readonly { readonly queryId: string; readonly credentialId: string }[]
}

export type RequestExchange = Exchange<ResolvedRequest, RequestDone>

/** As it was verified. Throws for what this very release did not write. */
export function requestOf({ clientId, ...request }: ResolvedRequest): VerifiedRequest {
  const client = parseClientId(clientId)
  if (!client.ok) throw new Error(`a kept request has a client_id that is none: ${client.error.code}`)
  return { ...request, client: client.value }
}

/** A request of a verifier whose clock is behind has just come: it is not over before anybody could look at it. */
const LEAST_SECONDS = 10

/** Until when it can be answered, as it is shown. Undefined where the request does not say. */
export function requestEnd({ expiresAt }: VerifiedRequest, now: number): number | undefined {
  return expiresAt === undefined ? undefined : Math.max(expiresAt, now + LEAST_SECONDS)
}

export function isOver({ now }: Pick<Wallet, 'now'>, { expiresAt }: ResolvedRequest): boolean {
  return expiresAt !== undefined && now() >= expiresAt
}
