/**
 * A code to scan. It is ink on white paper in the dark as well, and says in words what is in it: a link stands beside it. When
 * it was used or its time is over, it is gone at once, and a square of the same size says so.
 */
import type { ComponentChildren } from 'preact'
import { useMemo } from 'preact/hooks'
import encodeQR from 'qr'
import { QUIET_ZONE, qrPath } from './qr-path.ts'

export interface QrCodeProps {
  readonly text: string
  /** `QR code for the link below`. */
  readonly label: string
}

export function QrCode({ text, label }: QrCodeProps) {
  const { size, d } = useMemo(
    () => qrPath(encodeQR(text, 'raw', { ecc: 'medium', border: QUIET_ZONE })),
    [text],
  )
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
