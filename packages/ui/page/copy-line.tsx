/** A link to read and to copy. Where the clipboard is refused, the text is selected instead. */
import { useRef, useState } from 'preact/hooks'
import { Button } from '../elements/button.tsx'
import { copy } from '../elements/icons.ts'
import { ui } from '../text/ui-texts.ts'
import { announce } from './frame.tsx'

export function CopyLine({ text }: { readonly text: string }) {
  const code = useRef<HTMLElement>(null)
  const [copied, setCopied] = useState(false)
  const t = ui.value
  async function take() {
    try {
      await navigator.clipboard.writeText(text)
      setCopied(true)
      announce(t.copied)
    } catch {
      if (code.current !== null) getSelection()?.selectAllChildren(code.current)
    }
  }
  return (
    <div class="copy-line">
      <code ref={code}>{text}</code>
      <Button kind="quiet" icon={copy} onPress={() => void take()}>
        {copied ? t.copied : t.copy}
      </Button>
    </div>
  )
}
