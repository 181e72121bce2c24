/** Something to know before going on; details for those who want them; questions that stop the page. */
import './notice.css'
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import type { Tone } from './badge.tsx'
import { Icon } from './icon.tsx'
import { down, failure, good, info, warning } from './icons.ts'

const SHAPES: Readonly<Record<Tone, string>> = {
  ok: good,
  warn: warning,
  bad: failure,
  open: info,
  brand: info,
}

export interface NoticeProps {
  readonly tone: Tone
  readonly heading?: ComponentChildren
  /** Of the heading: 2 directly below the page's own. */
  readonly level?: 2 | 3
  readonly children: ComponentChildren
  /** It appears by something that was done: it is read out. */
  readonly announced?: boolean
}

export function Notice({ tone, heading, level = 3, children, announced = false }: NoticeProps) {
  const Heading = `h${level}` as const
  return (
    <div class="notice" data-tone={tone} role={announced ? 'alert' : undefined}>
      <Icon d={SHAPES[tone]} />
      <div>
        {heading !== undefined && <Heading>{heading}</Heading>}
        {children}
      </div>
    </div>
  )
}

/** Ids, algorithms, raw JSON: exact words, one tap below the plain ones. */
export function Details({
  summary,
  children,
}: {
  readonly summary: string
  readonly children: ComponentChildren
}) {
  return (
    <details class="more">
      <summary>
        {summary}
        <Icon d={down} />
      </summary>
      {children}
    </details>
  )
}

export function TechnicalDetails({ summary, text }: { readonly summary: string; readonly text: string }) {
  return (
    <Details summary={summary}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it may be longer than the page is wide, and is scrolled by keys */}
      <section class="codebox" tabIndex={0} aria-label={summary}>
        <pre>{text}</pre>
      </section>
    </Details>
  )
}

export interface DialogProps {
  readonly heading: string
  readonly open: boolean
  /** Escape too: it is the answer that does nothing. */
  readonly onClose: () => void
  readonly children: ComponentChildren
}

/** Stops the page with a question. */
export function Dialog({ heading, open, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    if (open) dialog.current?.showModal()
    else dialog.current?.close()
  }, [open])
  return (
    <dialog class="dialog" ref={dialog} aria-labelledby={id} onClose={onClose}>
      <div class="stack" data-gap="m">
        <h2 id={id}>{heading}</h2>
        {children}
      </div>
    </dialog>
  )
}
