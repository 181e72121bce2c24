/** Something that a press does: once at a time, and what came of it is said where it was pressed. */
import { Said } from '@countersign/ui/elements/sheet'
import { announce } from '@countersign/ui/page/frame'
import type { RefObject } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { keepFocus } from './keep-focus.ts'

export interface Told {
  readonly tone: 'ok' | 'bad'
  readonly text: string
}

export interface Deed {
  readonly busy: boolean
  readonly told: Told | undefined
  readonly place: RefObject<HTMLDivElement | null>
  /** What it resolves with is said. A press while it works does nothing. */
  readonly run: (work: () => Promise<Told | undefined>) => void
  /** Of something that was done elsewhere. */
  readonly tell: (told: Told | undefined) => void
}

export function useDeed(): Deed {
  const [busy, setBusy] = useState(false)
  const [told, setTold] = useState<Told>()
  const working = useRef(false)
  const place = useRef<HTMLDivElement>(null)
  function tell(came: Told | undefined) {
    setTold(came)
    if (came !== undefined) announce(came.text)
    keepFocus(place)
  }
  async function run(work: () => Promise<Told | undefined>) {
    if (working.current) return
    working.current = true
    setBusy(true)
    setTold(undefined)
    try {
      tell(await work())
    } finally {
      working.current = false
      setBusy(false)
    }
  }
  return { busy, told, place, tell, run: (work) => void run(work) }
}

/** Stays where it is, so that whoever works by keys has a place when what they pressed is gone. */
export function DeedTold({ of: { place, told } }: { readonly of: Deed }) {
  return (
    <div ref={place} tabIndex={-1} class="told">
      {told !== undefined && <Said tone={told.tone}>{told.text}</Said>}
    </div>
  )
}
