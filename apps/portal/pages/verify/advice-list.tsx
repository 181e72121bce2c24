/** What is worth a second look before the request is made. Nothing of it forbids anything. */
import { Said } from '@countersign/ui/elements/sheet'
import { filled } from '@countersign/ui/text/sentence-parts'
import { detailLabels, type IssuerMetadata, titleOf } from '../issue/catalogue.ts'
import { portal } from '../text/portal-texts.ts'
import type { Advice } from './query-advice.ts'

interface AdviceListProps {
  readonly advice: readonly Advice[]
  readonly metadata: IssuerMetadata
}

export function AdviceList({ advice, metadata }: AdviceListProps) {
  return (
    <div role="status">
      {advice.length > 0 && (
        <section class="sheet advice" aria-labelledby="advice">
          <h2 id="advice">{portal.value.advice.heading}</h2>
          <ul role="list">
            {advice.map((one) => {
              const sentence = sentenceFor(one, metadata)
              return (
                <Said key={sentence} item>
                  <span class="foreign">{sentence}</span>
                </Said>
              )
            })}
          </ul>
        </section>
      )}
    </div>
  )
}

function sentenceFor(advice: Advice, metadata: IssuerMetadata): string {
  const t = portal.value.advice
  switch (advice.code) {
    case 'many_details':
      return t.manyDetails(advice.count)
    case 'type_unknown':
      return filled(t.typeUnknown, { type: advice.called })
    case 'detail_unknown': {
      const { detail } = advice
      const [label = ''] = detailLabels(metadata, [detail])
      return filled(t.detailUnknown, { type: titleOf(metadata, detail.called), detail: label })
    }
    case 'copy_would_do':
      return t.copyWouldDo
    case 'any_issuer':
      return t.anyIssuer
    case 'no_purpose':
      return t.noPurpose
  }
}
