/**
 * A code to scan. It is ink on white paper in the dark as well, and says in words what is in it: a link stands beside it. When
 * it was used or its time is over, it is gone at once, and a square of the same size says so.
 */
import type { ComponentChildren } from 'preact'
import { useMemo } from 'preact/hooks'
import { codeOf } from './qr-path.ts'

export interface QrCodeProps {
  readonly text: string
  /** `QR code for the link below`. */
  readonly label: string
  /** In the place of a code that nothing so long goes into. */
  readonly tooLong: ComponentChildren
}

export function QrCode({ text, label, tooLong }: QrCodeProps) {
  const path = useMemo(() => codeOf(text), [text])
  if (path === undefined) return <QrGone>{tooLong}</QrGone>
  const { size, d } = path
  return (
    <div class="qr">
      <svg viewBox={`0 0 ${size} ${size}`} shape-rendering="crispEdges" role="img" aria-label={label}>
        <path d={d} />
      </svg>
    </div>
  )
}

export function QrGone({ children }: { readonly children: ComponentChildren }) {
  return <div class="qr-gone">{children}</div>
}
