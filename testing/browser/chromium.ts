/** The system's Chromium, started for tests with an empty profile: it asks nobody but the pages under test. */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

/** Tests may run as root and in a container, where the sandbox cannot; nothing foreign is loaded. */
export const CHROMIUM_FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--disable-features=${[
    // Two pages of the browser's own beside each page under test: a third of all that the browser had to do.
    'WebUIOmniboxPopup',
    'WebUIOmniboxAimPopup',
    // The rest are those of the driver's own list that matter here: the last list of two is the one that counts.
    'AimEnabled',
    'AvoidUnnecessaryBeforeUnloadCheckSync',
    'DestroyProfileOnBrowserClose',
    'HttpsFirstBalancedModeAutoEnable',
    'HttpsUpgrades',
    'MediaRouter',
    'NetworkTimeServiceQuerying',
    'OptimizationHints',
    'PaintHolding',
    'PreconnectToSearch',
  ].join(',')}`,
] as const

/** `more`: for one test, such as a camera that is a file. */
export async function startChromium(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath(), args: [...CHROMIUM_FLAGS, ...more] })
}

export function chromiumPath(): string {
  const folders = ['/usr/bin', ...(process.env['PATH'] ?? '').split(delimiter)]
  const found = folders.map((folder) => join(folder, 'chromium')).find((file) => existsSync(file))
  if (found === undefined) throw new Error('there is no chromium: apt-get install chromium')
  return found
}
