import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'

/**
 * Only a failing test waits for these ends. They are far away, because a machine that does other things as well takes ten
 * times as long; what must be fast is measured by the test itself (`testing/time`).
 */
const patient = {
  testTimeout: 240_000,
  hookTimeout: 240_000,
  teardownTimeout: 60_000,
  expect: { poll: { timeout: 90_000 } },
}

// Lies beside the code and needs at most a Redis or PostgreSQL that a test starts itself. More than half of the time it waits for
// such a server or for a clock, so three work at once on two cores as well, where vitest by itself lets one work alone.
const unit: TestProjectInlineConfiguration = {
  test: {
    name: 'unit',
    globalSetup: [inRoot('scripts/built-pages.setup.mjs')],
    setupFiles: [inRoot('testing/drawn-values.setup.ts')],
    maxWorkers: Math.max(3, availableParallelism() - 1),
    include: ['packages/**/*.test.ts', 'apps/**/*.test.ts', 'testing/**/*.test.ts', 'scripts/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'testing/browser/**'],
    pool: 'threads',
    isolate: false,
    ...patient,
  },
}

// The tests of the pure packages once more, in Chromium with WebCrypto. Keys and digests are the one thing that they take
// from the platform, and they take it from one module.
const browser: TestProjectInlineConfiguration = {
  resolve: {
    alias: [{ find: /^.*\/node-engine(\.ts)?$/, replacement: inRoot('testing/engines/web-engine.ts') }],
  },
  // Found on the way, a package to bundle would make the page load again in the middle of a run.
  optimizeDeps: { include: ['fast-check', 'saxes'] },
  test: {
    name: 'browser',
    include: [
      'packages/{core,crypto,x509,did,credential,status-list,trust,catalogue,protocol}/**/*.test.ts',
      'packages/keys/engines/web.test.ts',
    ],
    exclude: [
      '**/node_modules/**',
      // Compares with zlib, byte for byte, and looks at the memory of the process.
      'packages/status-list/web-compression.test.ts',
    ],
    isolate: false,
    ...patient,
    browser: {
      enabled: true,
      headless: true,
      ui: false,
      screenshotFailures: false,
      instances: [{ browser: 'chromium' }],
      provider: playwright({
        launchOptions: {
          ...chromium(),
          // Tests may run as root and in a container, where the sandbox cannot; nothing foreign is loaded.
          args: [
            '--headless',
            '--no-sandbox',
            '--disable-gpu',
            '--disable-quic',
            '--no-first-run',
            '--disable-background-networking',
            '--disable-component-update',
            '--disable-sync',
          ],
        },
      }),
    },
  },
}

// Other people's implementations set against ours; they are installed beside the tests and nowhere else.
const interop: TestProjectInlineConfiguration = {
  test: {
    name: 'interop',
    setupFiles: [inRoot('testing/drawn-values.setup.ts')],
    include: ['interop/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/.venv/**'],
    pool: 'forks',
    ...patient,
  },
}

/** Half of the time they wait for processes to start, so two work at once: what holds on a busy machine holds beside another. */
const beside = { pool: 'forks', maxWorkers: 2 } as const

// Starts real service processes behind Caddy.
const cluster: TestProjectInlineConfiguration = {
  test: {
    name: 'cluster',
    globalSetup: [inRoot('scripts/built-pages.setup.mjs')],
    include: ['e2e/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'e2e/pages/**', 'e2e/containers/containers.test.ts'],
    ...beside,
    ...patient,
    testTimeout: 600_000,
  },
}

// Builds images and runs them; minutes, and so a part of the long test.
const containers: TestProjectInlineConfiguration = {
  test: {
    name: 'containers',
    include: ['e2e/containers/containers.test.ts'],
    pool: 'forks',
    ...patient,
    testTimeout: 600_000,
  },
}

// What people see, in Chromium against real services behind Caddy, two instances of each; and whether faults of a page are seen.
const pages: TestProjectInlineConfiguration = {
  test: {
    name: 'pages',
    globalSetup: [inRoot('scripts/built-pages.setup.mjs'), inRoot('e2e/pages/stage.setup.ts')],
    include: ['e2e/pages/**/*.test.ts', 'testing/browser/**/*.test.ts'],
    ...beside,
    ...patient,
  },
}

export default defineConfig({ test: { projects: [unit, browser, interop, cluster, containers, pages] } })

/** The system's; undefined leaves it to playwright, which says what to install. */
function chromium() {
  const folders = ['/usr/bin', ...(process.env.PATH ?? '').split(delimiter)]
  const executablePath = folders.map((folder) => join(folder, 'chromium')).find((file) => existsSync(file))
  return executablePath === undefined ? {} : { executablePath }
}

function inRoot(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url))
}
