/**
 * Buttons are plain buttons: none of them submits a form by itself, so no key in a field sends anything that its label does
 * not say. A link that looks like a button goes somewhere and does nothing.
 */
import './button.css'
import type { ComponentChildren } from 'preact'
import { Icon } from './icon.tsx'

export type ButtonKind = 'primary' | 'plain' | 'caution' | 'danger' | 'quiet'

interface Looks {
  readonly kind?: ButtonKind
  /** For the main decision of a page. */
  readonly big?: boolean
  readonly icon?: string
  readonly children: ComponentChildren
}

export interface ButtonProps extends Looks {
  readonly onPress: (event: MouseEvent) => void
  /** Says that it works on it: it keeps its place and its focus, and a second press does nothing. */
  readonly busy?: boolean
  readonly describedBy?: string
  /** What it is called beside others of the same word: `Stop verifier-2`. Has the word that is seen in it (WCAG 2.5.3). */
  readonly label?: string
}

export function Button({ kind = 'plain', big = false, icon, busy = false, ...props }: ButtonProps) {
  return (
    <button
      type="button"
      class="button"
      data-kind={kind}
      data-big={big || undefined}
      aria-disabled={busy || undefined}
      aria-describedby={props.describedBy}
      aria-label={props.label}
      onClick={(event) => {
        if (!busy) props.onPress(event)
      }}
    >
      {icon !== undefined && <Icon d={icon} />}
      <span>{props.children}</span>
    </button>
  )
}

export interface WaitingButtonProps extends Looks {
  /** Of the sentence that says what it waits for. */
  readonly describedBy: string
}

/** A button whose time has not come: it is found and read with its reason, and a press does nothing. */
export function WaitingButton({
  kind = 'plain',
  big = false,
  icon,
  describedBy,
  children,
}: WaitingButtonProps) {
  return (
    <button
      type="button"
      class="button"
      data-kind={kind}
      data-big={big || undefined}
      aria-disabled
      aria-describedby={describedBy}
    >
      {icon !== undefined && <Icon d={icon} />}
      <span>{children}</span>
    </button>
  )
}

/** The one button of a form whose Enter key may send it: log-in, search. Never for what shares or accepts something. */
export function SubmitButton({
  kind = 'primary',
  big = false,
  busy = false,
  icon,
  children,
}: Looks & { readonly busy?: boolean }) {
  return (
    <button
      type="submit"
      class="button"
      data-kind={kind}
      data-big={big || undefined}
      aria-disabled={busy || undefined}
    >
      {icon !== undefined && <Icon d={icon} />}
      <span>{children}</span>
    </button>
  )
}

export interface LinkButtonProps extends Looks {
  readonly href: string
  /** The address is another site's: nothing of ours goes with it. */
  readonly away?: boolean
}

export function LinkButton({
  kind = 'plain',
  big = false,
  icon,
  href,
  away = false,
  children,
}: LinkButtonProps) {
  return (
    <a
      class="button"
      data-kind={kind}
      data-big={big || undefined}
      href={href}
      rel={away ? 'noreferrer external' : undefined}
    >
      {icon !== undefined && <Icon d={icon} turns />}
      <span>{children}</span>
    </a>
  )
}
