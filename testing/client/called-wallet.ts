/** What a test sees of a wallet that a browser called. */
import type { JsonObject } from '@countersign/core/json'
import type { RequestBinding } from '@countersign/credential/contract/format'
import type { AnswerParameters } from '@countersign/protocol/openid4vp/response/authorization-response'

export interface CalledWallet {
  readonly protocol: string
  readonly payload: JsonObject
  /** Those whose signatures were found to be theirs; none of a request that nobody signs. */
  readonly clientIds: readonly string[]
  readonly queryIds: readonly string[]
  /** What a proof of the holder covers. */
  readonly binding: RequestBinding
  /** `data` of the credential that the browser gets. */
  answer(answer: AnswerParameters): Promise<JsonObject>
}
