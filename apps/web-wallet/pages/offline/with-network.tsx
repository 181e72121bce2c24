/** What needs the network on a page that is open: while the browser knows that there is none, it waits and says why. */
import { Notice } from '@countersign/ui/elements/notice'
import { type Signal, signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import { wallet } from '../texts/wallet-texts.ts'

/** That there is a network a browser only believes: whoever asks hears the truth. */
const offline: Signal<boolean> = signal(!navigator.onLine)

for (const event of ['online', 'offline'])
  addEventListener(event, () => {
    offline.value = !navigator.onLine
  })

export function WithNetwork({ children }: { readonly children: ComponentChildren }) {
  const id = useId()
  const waits = offline.value
  return (
    <div class="stack" data-gap="m">
      {waits && (
        <Notice tone="open" announced>
          <p id={id}>{wallet.value.waitsForNetwork}</p>
        </Notice>
      )}
      <fieldset disabled={waits} aria-describedby={waits ? id : undefined}>
        {children}
      </fieldset>
    </div>
  )
}
