/**
 * Reads a QR code from a picture or a frame of the camera: the browser's own detector where it has one, else a decoder that is
 * loaded when it is needed.
 */

/** Part of the Shape Detection API; browsers that have it are few. */
interface Detector {
  detect(source: ImageBitmapSource): Promise<readonly { readonly rawValue: string }[]>
}

declare const BarcodeDetector:
  | {
      new (options: { readonly formats: readonly string[] }): Detector
      getSupportedFormats(): Promise<readonly string[]>
    }
  | undefined

export type PictureReader = (source: ImageBitmap) => Promise<string | undefined>

/** One for as long as a camera is open. */
export async function pictureReader(): Promise<PictureReader> {
  const own = await ownDetector()
  if (own !== undefined) return async (source) => (await own.detect(source).catch(() => []))[0]?.rawValue
  const { default: decodeQR } = await import('qr/decode.js')
  return async (source) => {
    const image = pixelsOf(source)
    if (image === undefined) return undefined
    try {
      return decodeQR(image)
    } catch {
      // It throws where there is no code.
      return undefined
    }
  }
}

async function ownDetector(): Promise<Detector | undefined> {
  if (typeof BarcodeDetector === 'undefined') return undefined
  const formats = await BarcodeDetector.getSupportedFormats().catch((): string[] => [])
  return formats.includes('qr_code') ? new BarcodeDetector({ formats: ['qr_code'] }) : undefined
}

/** Larger frames cost time and show no more. */
const LONGEST_SIDE = 1200

function pixelsOf(
  source: ImageBitmap,
): { width: number; height: number; data: Uint8ClampedArray } | undefined {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(source.width, source.height))
  const width = Math.max(1, Math.round(source.width * scale))
  const height = Math.max(1, Math.round(source.height * scale))
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
  if (context === null) return undefined
  // A picture with a transparent ground has its modules on white.
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, width, height)
  context.drawImage(source, 0, 0, width, height)
  return { width, height, data: context.getImageData(0, 0, width, height).data }
}
