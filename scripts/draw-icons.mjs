// `node scripts/draw-icons.mjs`: the wallet's icons for the places of a device that take no SVG, drawn by Chromium from the one
// that is one. They are kept in the repository, since a build needs no browser.
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { CHROMIUM_FLAGS, chromiumPath } from '../testing/browser/chromium.ts'

const FOLDER = join(dirname(dirname(fileURLToPath(import.meta.url))), 'apps/web-wallet/pages/public')
const PAPER = '#f6f4ee'

/** `share`: of the square that the mark takes. A device cuts what is maskable to any shape, and leaves the inner 80 % of it. */
const ICONS = [
  { name: '192.png', size: 192, share: 0.68, corner: 0.22 },
  { name: '512.png', size: 512, share: 0.68, corner: 0.22 },
  { name: 'maskable-512.png', size: 512, share: 0.5, corner: 0 },
]

const mark = await readFile(join(FOLDER, 'icon.svg'), 'utf8')
const browser = await chromium.launch({ executablePath: chromiumPath(), args: [...CHROMIUM_FLAGS] })
try {
  for (const { corner, name, share, size } of ICONS) {
    const page = await browser.newPage({ viewport: { width: size, height: size } })
    await page.setContent(`<style>
      body { margin: 0; display: grid; place-items: center; block-size: 100vh; background: ${PAPER}; border-radius: ${corner * 100}% }
      html { background: transparent }
      svg { inline-size: ${share * 100}% }
    </style>${mark}`)
    const picture = await page.screenshot({ omitBackground: true })
    await writeFile(join(FOLDER, 'icons', name), picture)
    await page.close()
    console.log(`${name}: ${picture.length} bytes`)
  }
} finally {
  await browser.close()
}
