/** Help, at the same place on every page. */
import { Part, Sheet } from '@countersign/ui/elements/sheet'
import { Heading } from '@countersign/ui/page/heading'
import { wallet } from './texts/wallet-texts.ts'

export function HelpPage() {
  const t = wallet.value.help
  return (
    <div class="column stack" data-gap="l">
      <div class="stack" data-gap="s">
        <Heading title={t.title} product={wallet.value.product} />
        <p class="lede">{t.lede}</p>
      </div>
      <Sheet parts>
        <Part label={t.names}>
          <p>{t.namesWhy}</p>
        </Part>
      </Sheet>
    </div>
  )
}
