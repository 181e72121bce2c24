/** What people see and do on the pages of the portal, in the words of the page. */
import type { Page } from 'playwright-core'
import decodeQR from 'qr/decode.js'

export async function heading(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole('heading', { level: 1, name }).waitFor()
}

/** The sentence below the line of steps. */
export async function status(page: Page, text: string | RegExp): Promise<void> {
  await page.locator('.status', { hasText: text }).waitFor()
}

export async function doneSteps(page: Page, count: number): Promise<void> {
  await page
    .locator('.steps li[data-state="done"]')
    .nth(count - 1)
    .waitFor()
}

/** Which instances the line of steps names. */
export async function servingInstances(page: Page): Promise<ReadonlySet<string>> {
  return new Set(await page.locator('.steps .instance').allTextContents())
}

/** The link below the code. */
export async function shownLink(page: Page): Promise<string> {
  return (await page.locator('.copy-line code').textContent()) ?? ''
}

/** What a camera would read: the code as it is drawn, as pixels. */
export async function scannedCode(page: Page): Promise<string> {
  await page.locator('.qr svg').waitFor()
  const image = await page.evaluate<{ width: number; height: number; data: number[] }>(PIXELS)
  return decodeQR({ ...image, data: Uint8ClampedArray.from(image.data) })
}

const PIXELS = `(async () => {
  const svg = document.querySelector('.qr svg').cloneNode(true)
  const size = Number(svg.getAttribute('viewBox').split(' ')[2]) * 6
  svg.setAttribute('width', size)
  svg.setAttribute('height', size)
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  svg.querySelector('path').setAttribute('fill', '#000')
  const url = URL.createObjectURL(new Blob([svg.outerHTML], { type: 'image/svg+xml' }))
  const image = new Image()
  image.src = url
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = size
  const context = canvas.getContext('2d')
  context.fillStyle = '#fff'
  context.fillRect(0, 0, size, size)
  context.drawImage(image, 0, 0)
  const { data } = context.getImageData(0, 0, size, size)
  return { width: size, height: size, data: [...data] }
})()`

/** What the button put into the clipboard; the page was opened with leave to read it. */
export async function copied(page: Page, button: string): Promise<string> {
  await page.getByRole('button', { name: button }).click()
  await page.getByRole('button', { name: 'Copied.' }).waitFor()
  return page.evaluate<string>('navigator.clipboard.readText()')
}

export const CLIPBOARD = ['clipboard-read', 'clipboard-write'] as const

/** Under which id the failure on the page stands in the log. */
export async function correlationId(page: Page): Promise<string | undefined> {
  await page.getByText('Details for support').click()
  const told = await page.locator('.codebox', { hasText: 'correlation' }).textContent()
  return /^correlation\s+(\S+)/.exec(told ?? '')?.[1]
}
