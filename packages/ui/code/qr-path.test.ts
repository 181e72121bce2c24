import encodeQR from 'qr'
import decodeQR from 'qr/decode.js'
import { describe, expect, it } from 'vitest'
import { codeOf, QUIET_ZONE, qrPath } from './qr-path.ts'

/** Eight pixels a module, as a browser paints the path. */
function painted({ size, d }: { size: number; d: string }) {
  const scale = 8
  const width = size * scale
  const data = new Uint8ClampedArray(width * width * 4).fill(255)
  for (const [, x, y, length] of d.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    for (let row = Number(y) * scale; row < (Number(y) + 1) * scale; row += 1)
      for (let column = Number(x) * scale; column < (Number(x) + Number(length)) * scale; column += 1)
        data.fill(0, (row * width + column) * 4, (row * width + column) * 4 + 3)
  }
  return { width, height: width, data }
}

describe('a QR code as a path', () => {
  const link = `openid4vp://authorize?client_id=x509_hash%3Aabc&request_uri=${encodeURIComponent('https://verifier.example/openid4vc/request/bXkKIzr1Q0Wk0cJx3m9y7g')}`

  it('is read back as the text that went in', () => {
    const path = qrPath(encodeQR(link, 'raw', { ecc: 'medium', border: QUIET_ZONE }))
    expect(decodeQR(painted(path))).toBe(link)
  })

  it.each([2331, 2332, 2953])('of a link of %i characters is read back as well', (length) => {
    const long = link.padEnd(length, 'a')
    const path = codeOf(long)
    expect(path && decodeQR(painted(path))).toBe(long)
  })

  it('is none of a link that no code holds', () => {
    expect(codeOf(link.padEnd(2954, 'a'))).toBeUndefined()
  })

  it('has four light modules on every side', () => {
    const { size, d } = qrPath(encodeQR('x', 'raw', { ecc: 'medium', border: QUIET_ZONE }))
    const corners = [...d.matchAll(/M(\d+) (\d+)h(\d+)/g)].map(([, x, y, run]) => [
      Number(x),
      Number(y),
      Number(x) + Number(run),
    ])
    expect(Math.min(...corners.map(([x = 0]) => x), ...corners.map(([, y = 0]) => y))).toBe(4)
    expect(Math.max(...corners.map(([, , end = 0]) => end), ...corners.map(([, y = 0]) => y + 1))).toBe(
      size - 4,
    )
  })

  it('draws what is beside each other in one run', () => {
    expect(qrPath([[true, true, false, true]]).d).toBe('M0 0h2v1h-2zM3 0h1v1h-1z')
  })
})
