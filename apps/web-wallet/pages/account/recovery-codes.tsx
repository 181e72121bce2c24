/** Recovery codes, shown once: to write down, to copy, to keep as a file. */
import './recovery-codes.css'
import { Button } from '@countersign/ui/elements/button'
import { Notice } from '@countersign/ui/elements/notice'
import { announce } from '@countersign/ui/page/frame'
import { ui } from '@countersign/ui/text/ui-texts'
import { wallet } from '../texts/wallet-texts.ts'

export function RecoveryCodes({ codes }: { readonly codes: readonly string[] }) {
  const t = wallet.value.recovery
  const text = codes.join('\n')
  async function copyAll() {
    await navigator.clipboard.writeText(text).then(
      () => announce(ui.value.copied),
      () => announce(t.copyFailed),
    )
  }
  return (
    <div class="stack" data-gap="m">
      <Notice tone="warn" heading={t.once}>
        <p>{t.onceWhy}</p>
      </Notice>
      <ol class="codes" role="list" dir="ltr">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <div class="actions">
        <Button onPress={() => void copyAll()}>{t.copyAll}</Button>
      </div>
    </div>
  )
}
