/**
 * What a policy is: something that a relying party wants beside the checks that always run, by the name it sends. It is
 * asked for its verdict with a promise, since a policy may have to ask somebody else. What it needs for that it is given
 * when the list is put together; it refuses to know HTTP, sessions and stores.
 */
import type { CheckName } from '@countersign/credential/contract/checks'
import type { Awaitable } from '@countersign/crypto/engine'
import type { DisclosedCredential } from '@countersign/protocol/openid4vp/session'

interface Named {
  readonly name: string
  /** One sentence, as `GET /openid4vc/policy-list` and results say it. */
  readonly description: string
}

/** A name for checks that run whether it is asked for or not. */
export interface CoveredPolicy extends Named {
  readonly coveredBy: readonly CheckName[]
  /** As below; absent: it takes none. What is given and not looked at would be another check than the one asked for. */
  argumentsExpected?(args: unknown): string | undefined
}

/** A policy that is asked, after every other check. */
export interface JudgedPolicy extends Named {
  /** What `args` have to be, where those given are something else; `undefined` where they can be used. */
  argumentsExpected(args: unknown): Awaitable<string | undefined>
  judge(context: PolicyContext): Promise<Verdict>
}

export type Policy = CoveredPolicy | JudgedPolicy

export interface PolicyContext {
  /** As the relying party sent them; they were found usable when the session was made. */
  readonly args: unknown
  readonly sessionId: string
  /** What was disclosed: of all credentials, or of the one that the policy was asked for. */
  readonly credentials: readonly DisclosedCredential[]
  /** Epoch seconds. */
  readonly now: number
}

/** `detail` is a code for the result, never a text from a presentation. */
export type Verdict =
  | { readonly outcome: 'passed' }
  | { readonly outcome: 'failed' | 'undetermined'; readonly detail: string }
