/** Pages without a decision: one that waits, and one that is over. */
import { Outcome } from '@countersign/ui/elements/badge'
import { LinkButton } from '@countersign/ui/elements/button'
import { Heading } from '@countersign/ui/page/heading'
import { ui } from '@countersign/ui/text/ui-texts'
import type { ComponentChildren } from 'preact'
import { wallet } from '../texts/wallet-texts.ts'

export function Loading() {
  return (
    <div class="column" data-loading>
      <Heading title={ui.value.loading} product={wallet.value.product} />
    </div>
  )
}

export interface EndedProps {
  readonly title: string
  readonly why: ComponentChildren
  readonly tone?: 'open' | 'bad'
  readonly children?: ComponentChildren
}

export function Ended({ title, why, tone = 'open', children }: EndedProps) {
  return (
    <div class="column stack" data-gap="l">
      <Outcome tone={tone} heading={<Heading title={title} product={wallet.value.product} />}>
        {why}
      </Outcome>
      {children}
      <div class="actions" data-fill>
        <LinkButton big href="/">
          {wallet.value.request.toCards}
        </LinkButton>
      </div>
    </div>
  )
}
