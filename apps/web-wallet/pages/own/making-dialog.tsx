/** A dialog in which something is made; what was typed stays where that did not work. */
import { Button, SubmitButton } from '@countersign/ui/elements/button'
import { Dialog, Notice } from '@countersign/ui/elements/notice'
import type { ComponentChildren } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { own } from '../texts/own-texts.ts'

/** What each of them is given. */
export interface Making {
  readonly walletId: string
  readonly open: boolean
  readonly onClose: () => void
  /** What is said of it then. */
  readonly onMade: (told: string) => void
}

interface MakingDialogProps {
  readonly heading: string
  readonly action: string
  readonly open: boolean
  readonly onClose: () => void
  /** Resolves with why it did not work. */
  readonly make: () => Promise<string | undefined>
  readonly children: ComponentChildren
}

export function MakingDialog({ action, children, heading, make, onClose, open }: MakingDialogProps) {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const working = useRef(false)

  async function made() {
    if (working.current) return
    working.current = true
    setBusy(true)
    setProblem(await make())
    working.current = false
    setBusy(false)
  }

  return (
    <Dialog
      heading={heading}
      open={open}
      onClose={() => {
        setProblem(undefined)
        onClose()
      }}
    >
      <form
        class="stack"
        data-gap="m"
        onSubmit={(event) => {
          event.preventDefault()
          void made()
        }}
      >
        {problem !== undefined && (
          <Notice tone="bad" announced>
            <p>{problem}</p>
          </Notice>
        )}
        {children}
        <div class="actions">
          <SubmitButton busy={busy}>{action}</SubmitButton>
          <Button onPress={onClose}>{own.value.confirming.cancel}</Button>
        </div>
      </form>
    </Dialog>
  )
}
