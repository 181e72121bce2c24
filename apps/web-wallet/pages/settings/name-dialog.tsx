/** What its owner calls something: given, and given anew. */
import { TextField } from '@countersign/ui/forms/field'
import { useEffect, useState } from 'preact/hooks'
import { MakingDialog } from '../own/making-dialog.tsx'
import { own } from '../texts/own-texts.ts'

export interface NameDialogProps {
  readonly heading: string
  readonly label: string
  /** What it is called now. */
  readonly before: string
  readonly maxLength: number
  readonly open: boolean
  readonly onClose: () => void
  /** Resolves with why it cannot be called so. */
  readonly onNamed: (name: string) => Promise<string | undefined>
}

export function NameDialog({ before, heading, label, maxLength, onClose, onNamed, open }: NameDialogProps) {
  const t = own.value.settings
  const [name, setName] = useState(before)
  useEffect(() => {
    if (open) setName(before)
  }, [open, before])
  return (
    <MakingDialog
      heading={heading}
      action={t.save}
      open={open}
      onClose={onClose}
      make={async () => (name.trim() === '' ? t.nameEmpty : onNamed(name.trim()))}
    >
      <TextField label={label} value={name} onInput={setName} maxLength={maxLength} required />
    </MakingDialog>
  )
}
