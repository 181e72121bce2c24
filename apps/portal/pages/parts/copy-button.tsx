/** Copies a text and says so; where the clipboard is refused, the text stands there to be taken by hand. */
import { Button } from '@countersign/ui/elements/button'
import { announce } from '@countersign/ui/page/frame'
import { ui } from '@countersign/ui/text/ui-texts'
import { useState } from 'preact/hooks'

export interface CopyButtonProps {
  readonly icon: string
  readonly text: string
  readonly children: string
}

export function CopyButton({ icon, text, children }: CopyButtonProps) {
  const [state, setState] = useState<'copied' | 'refused'>()
  async function take() {
    try {
      await navigator.clipboard.writeText(text)
      setState('copied')
      announce(ui.value.copied)
    } catch {
      setState('refused')
    }
  }
  return (
    <>
      <Button icon={icon} onPress={() => void take()}>
        {state === 'copied' ? ui.value.copied : children}
      </Button>
      {state === 'refused' && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it may be longer than the page is wide, and is scrolled by keys
        <section class="codebox copy-by-hand" tabIndex={0} aria-label={children}>
          <pre>{text}</pre>
        </section>
      )}
    </>
  )
}
