/** Cards that were waited for and do not come, with the issuer's own words where there are any. */
import type { DeferredCredential } from '@countersign/api/wallet/deferred'
import { Notice } from '@countersign/ui/elements/notice'
import { plainName, plainText } from '@countersign/ui/elements/plain-name'
import { Sentence } from '@countersign/ui/text/sentence'
import { wallet } from '../texts/wallet-texts.ts'

type Why = NonNullable<DeferredCredential['unissued']>

export function Unissued({ deferred }: { readonly deferred: readonly DeferredCredential[] }) {
  return (
    <>
      {deferred.map(
        ({ id, title, unissued }) =>
          unissued !== undefined && (
            <Notice key={id} tone="bad">
              <p>
                <Sentence
                  text={wallet.value.waiting.unissued}
                  places={{ card: <bdi class="foreign">{plainName(title)}</bdi> }}
                />{' '}
                <UnissuedWhy unissued={unissued} />
              </p>
            </Notice>
          ),
      )}
    </>
  )
}

function UnissuedWhy({ unissued: { code, words } }: { readonly unissued: Why }) {
  const t = wallet.value.waiting
  if (words === undefined) return <>{t.why[code]}</>
  return (
    <Sentence text={t.theySay} places={{ words: <q class="foreign">{plainText(words).slice(0, 400)}</q> }} />
  )
}
