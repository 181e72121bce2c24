/**
 * A picture of a stranger, as far as it may be shown: what it is says its first bytes, never a name or a media type; how large it would
 * be when it is drawn is read before anybody draws it. An SVG is written anew from what may be in one. Knows neither where the bytes
 * come from nor who looks at them.
 */
import { decodeUtf8, encodeUtf8 } from '@countersign/core/base64url'
import { readSvg } from '../svg/read-svg.ts'
import { writeSvg } from '../svg/write-svg.ts'

export type PictureType = 'image/png' | 'image/jpeg' | 'image/webp' | 'image/gif' | 'image/svg+xml'

export interface Picture {
  readonly type: PictureType
  readonly bytes: Uint8Array
}

/** A side in pixels: four bytes for each are a browser's memory. */
const MAX_SIDE = 2048

/** Undefined for what is no picture, too large when it is drawn, or could do more than be looked at. */
export function readPicture(bytes: Uint8Array): Picture | undefined {
  const raster = RASTERS.find(({ signature }) => signature(bytes))
  if (raster === undefined) return readDrawing(bytes)
  const [width, height] = raster.size(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)) ?? []
  const fits = isSide(width) && isSide(height)
  return fits ? { type: raster.type, bytes } : undefined
}

function isSide(length: number | undefined): boolean {
  return length !== undefined && length > 0 && length <= MAX_SIDE
}

function readDrawing(bytes: Uint8Array): Picture | undefined {
  const text = decodeUtf8(bytes)
  const drawing = text === undefined ? undefined : readSvg(text)
  return drawing?.ok === true
    ? { type: 'image/svg+xml', bytes: encodeUtf8(writeSvg(drawing.value)) }
    : undefined
}

type Size = readonly [width: number, height: number]

interface Raster {
  readonly type: PictureType
  readonly signature: (bytes: Uint8Array) => boolean
  readonly size: (view: DataView) => Size | undefined
}

const begins =
  (text: string, at = 0) =>
  (bytes: Uint8Array): boolean =>
    Array.from(text).every((character, place) => bytes[at + place] === character.charCodeAt(0))

const RASTERS: readonly Raster[] = [
  {
    type: 'image/png',
    signature: begins('\x89PNG\r\n\x1a\n'),
    // ISO/IEC 15948 §11.2.2: the header is the first chunk.
    size: (view) => (view.byteLength < 24 ? undefined : [view.getUint32(16), view.getUint32(20)]),
  },
  {
    type: 'image/gif',
    signature: (bytes) => begins('GIF87a')(bytes) || begins('GIF89a')(bytes),
    size: (view) => (view.byteLength < 10 ? undefined : [view.getUint16(6, true), view.getUint16(8, true)]),
  },
  {
    type: 'image/webp',
    signature: (bytes) => begins('RIFF')(bytes) && begins('WEBP', 8)(bytes),
    size: webpSize,
  },
  { type: 'image/jpeg', signature: begins('\xff\xd8\xff'), size: jpegSize },
]

/** RFC 9649 §2.4-2.7: one chunk for each kind. */
function webpSize(view: DataView): Size | undefined {
  if (view.byteLength < 30) return undefined
  const bits = view.getUint32(21, true)
  switch (String.fromCharCode(...[12, 13, 14, 15].map((at) => view.getUint8(at)))) {
    case 'VP8 ':
      return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff]
    case 'VP8L':
      return [(bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1]
    case 'VP8X':
      return [(view.getUint32(24, true) & 0xffffff) + 1, (view.getUint32(26, true) >>> 8) + 1]
    default:
      return undefined
  }
}

/** ITU-T T.81 annex B: segments up to the frame header, which has the size. */
function jpegSize(view: DataView): Size | undefined {
  let at = 2
  while (at + 9 < view.byteLength) {
    if (view.getUint8(at) !== 0xff) return undefined
    const marker = view.getUint8(at + 1)
    // C4, C8 and CC are tables that stand among the frame headers.
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return [view.getUint16(at + 7), view.getUint16(at + 5)]
    at += 2 + view.getUint16(at + 2)
  }
  return undefined
}
