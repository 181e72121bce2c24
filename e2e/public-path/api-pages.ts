/** API pages in a browser, used as people do: authorize, open a call, *Try it out*, *Execute*. */
import { startChromium } from '@countersign/testing/browser/chromium'

export interface ApiPages {
  /** Opens the page at `home` and makes the call; answers where it went and what came back. */
  execute(
    home: string,
    key: string,
    method: string,
    path: string,
  ): Promise<{ readonly url: string; readonly status: number }>
  close(): Promise<void>
}

export async function openApiPages(): Promise<ApiPages> {
  const browser = await startChromium()
  return {
    async execute(home, key, method, path) {
      const page = await browser.newPage()
      try {
        await page.goto(home)
        await page.locator('button.authorize').first().click()
        await page.locator('.auth-container input').fill(key)
        await page.locator('.auth-btn-wrapper .authorize').click()
        await page.locator('.auth-btn-wrapper .btn-done').click()
        const call = page.locator(`.opblock-${method.toLowerCase()}`, {
          has: page.locator(`[data-path="${path}"]`),
        })
        await call.locator('.opblock-summary-control').click()
        await call.locator('.try-out__btn').click()
        const answer = page.waitForResponse((response) => response.url().endsWith(path))
        await call.locator('.execute').click()
        const response = await answer
        return { url: response.url(), status: response.status() }
      } finally {
        await page.close()
      }
    },
    close: () => browser.close(),
  }
}
