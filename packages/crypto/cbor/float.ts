/** Half-precision numbers (RFC 8949 §3.3), which few platforms read and write. */

/** Appendix D: sign, five bits of exponent, ten of mantissa. */
export function fromHalf(half: number): number {
  const exponent = (half >> 10) & 0x1f
  const mantissa = half & 0x3ff
  const sign = half & 0x8000 ? -1 : 1
  if (exponent === 0) return sign * mantissa * 2 ** -24
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (mantissa + 1024) * 2 ** (exponent - 25)
}

/** The sixteen bits of a number that half precision holds exactly; undefined for others. */
export function toHalf(value: number): number | undefined {
  if (Number.isNaN(value)) return 0x7e00
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const magnitude = Math.abs(value)
  if (magnitude === Number.POSITIVE_INFINITY) return sign | 0x7c00
  if (magnitude > 65_504) return undefined
  const half = magnitude < 2 ** -14 ? magnitude * 2 ** 24 : normalBits(magnitude)
  return half !== undefined && Number.isInteger(half) ? sign | half : undefined
}

function normalBits(magnitude: number): number | undefined {
  let exponent = 0
  while (magnitude >= 2 ** (exponent + 1)) exponent++
  while (magnitude < 2 ** exponent) exponent--
  const mantissa = (magnitude * 2 ** -exponent - 1) * 1024
  // Said before the sum, which would round the last bits of a longer mantissa away.
  return Number.isInteger(mantissa) ? (exponent + 15) * 1024 + mantissa : undefined
}
