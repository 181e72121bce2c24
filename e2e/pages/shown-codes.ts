/** Codes as they are shown: as a picture of a screen, and as the film that a camera in front of it makes. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import encodeQR from 'qr'
import type { Stage } from './stage.ts'

const WIDTH = 640
const HEIGHT = 480
/** Modules of white around a code (ISO/IEC 18004). */
const QUIET = 4
const BLACK = 16
const WHITE = 235
const NO_COLOUR = 128

export interface Film {
  /** Of Chromium, so that the film is its camera. */
  readonly flags: readonly string[]
  remove(): Promise<void>
}

/** As Chromium reads one in the place of a camera. */
export async function filmOf(text: string): Promise<Film> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-film-'))
  const file = join(folder, 'code.y4m')
  await writeFile(file, frameOf(text))
  return {
    flags: ['--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${file}`],
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** YUV4MPEG2: brightness of every pixel, then the colours of every fourth, which are none. */
function frameOf(text: string): Buffer {
  const code = encodeQR(text, 'raw')
  const modules = code.length + 2 * QUIET
  const scale = Math.floor(Math.min(WIDTH, HEIGHT) / modules)
  const left = Math.floor((WIDTH - modules * scale) / 2)
  const top = Math.floor((HEIGHT - modules * scale) / 2)
  const brightness = Buffer.alloc(WIDTH * HEIGHT, WHITE)
  for (let y = 0; y < HEIGHT; y += 1) {
    const row = code[Math.floor((y - top) / scale) - QUIET]
    for (let x = 0; row !== undefined && x < WIDTH; x += 1)
      if (row[Math.floor((x - left) / scale) - QUIET] === true) brightness[y * WIDTH + x] = BLACK
  }
  return Buffer.concat([
    Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\nFRAME\n`),
    brightness,
    Buffer.alloc((WIDTH * HEIGHT) / 2, NO_COLOUR),
  ])
}

/** A file, painted by the browser itself. */
export async function pictureOf({ browser }: Pick<Stage, 'browser'>, text: string): Promise<string> {
  const page = await browser.newPage({ viewport: { width: 500, height: 500 } })
  await page.setContent(
    encodeQR(text, 'svg', { border: QUIET, scale: 4 }).replace('<svg', '<svg width="480" height="480"'),
  )
  const file = join(await mkdtemp(join(tmpdir(), 'countersign-qr-')), 'code.png')
  await writeFile(file, await page.screenshot())
  await page.close()
  return file
}
