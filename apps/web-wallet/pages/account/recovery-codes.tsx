/** Recovery codes, shown once: to write down, to copy, to keep as a file. */
import './recovery-codes.css'
import { Button } from '@countersign/ui/elements/button'
import { useGuardedPress } from '@countersign/ui/elements/guarded-press'
import { copy } from '@countersign/ui/elements/icons'
import { Notice } from '@countersign/ui/elements/notice'
import { announce } from '@countersign/ui/page/frame'
import { ui } from '@countersign/ui/text/ui-texts'
import { wallet } from '../texts/wallet-texts.ts'
import { saveFile } from './save-file.ts'

export interface RecoveryCodesProps {
  readonly codes: readonly string[]
  /** They are kept somewhere: that is what its button says. */
  readonly onKept: () => void
  /** It is the one decision of its page. */
  readonly main?: boolean
}

export function RecoveryCodes({ codes, main = false, onKept }: RecoveryCodesProps) {
  const t = wallet.value.recovery
  const text = codes.join('\n')
  // The press that made them must not be the one that says that they are kept.
  const keep = useGuardedPress(onKept, text)
  async function copyAll() {
    await navigator.clipboard.writeText(text).then(
      () => announce(ui.value.copied),
      () => announce(t.copyFailed),
    )
  }
  return (
    <div class="stack" data-gap="m">
      <Notice tone="warn" heading={t.once} level={main ? 2 : 3} announced>
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
        <Button icon={copy} onPress={() => void copyAll()}>
          {t.copyAll}
        </Button>
        <Button onPress={() => saveFile(`${text}\n`, 'recovery-codes.txt', 'text/plain')}>{t.save}</Button>
      </div>
      <div class="actions" data-fill>
        <Button kind={main ? 'primary' : 'plain'} big={main} onPress={keep}>
          {t.written}
        </Button>
      </div>
    </div>
  )
}
