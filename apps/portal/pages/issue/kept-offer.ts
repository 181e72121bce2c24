/** What the window keeps of an offer that it made: the link, the transaction code, and the order for another one. */
import type { CreatedOffer } from '@countersign/api/issuer/offers'
import type { IssueOrder } from './issue-order.ts'

export interface KeptOffer {
  readonly offer: CreatedOffer
  readonly order: IssueOrder
  /** What is offered, in words. */
  readonly title: string
  /** Name of the type, for the way back to its form. */
  readonly type: string
}

export function offerKey(id: string): string {
  return `offer.${id}`
}
