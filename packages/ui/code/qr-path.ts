/** A QR code as one path of an SVG: runs of dark modules, a row at a time. Pure. */
import encodeQR from 'qr'

/** ISO/IEC 18004 §6.3.8: four modules of light on every side. */
export const QUIET_ZONE = 4

export interface QrPath {
  /** Modules of a side, with the quiet zone. */
  readonly size: number
  readonly d: string
}

/** ISO/IEC 18004 §7.2.2: 2,331 bytes with medium correction, 2,953 with little. Undefined for more. */
export function codeOf(text: string): QrPath | undefined {
  for (const ecc of ['medium', 'low'] as const) {
    try {
      return qrPath(encodeQR(text, 'raw', { ecc, border: QUIET_ZONE }))
    } catch {
      // It does not fit.
    }
  }
  return undefined
}

/** `modules`: rows of dark (true) and light, with the quiet zone around them. */
export function qrPath(modules: readonly (readonly boolean[])[]): QrPath {
  const runs = modules.flatMap((row, y) =>
    runsOf(row).map(([x, length]) => `M${x} ${y}h${length}v1h-${length}z`),
  )
  return { size: modules.length, d: runs.join('') }
}

function runsOf(row: readonly boolean[]): readonly (readonly [x: number, length: number])[] {
  const runs: [number, number][] = []
  for (const [x, isDark] of row.entries()) {
    const last = runs.at(-1)
    if (!isDark) continue
    if (last !== undefined && last[0] + last[1] === x) last[1] += 1
    else runs.push([x, 1])
  }
  return runs
}
