import { fileURLToPath } from 'node:url'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'

// Three projects: `unit` lies beside the code and needs at most a Redis or PostgreSQL that a test starts itself;
// `browser` runs the tests of the pure packages once more, in Chromium with WebCrypto; `cluster` starts real service
// processes behind Caddy.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/**/*.test.ts', 'apps/**/*.test.ts', 'scripts/**/*.test.ts'],
          pool: 'threads',
          isolate: false,
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve: {
          alias: [
            // Where keys and digests come from is the one thing that tests of pure packages take from the platform.
            {
              find: /^.*\/node-engine(\.ts)?$/,
              replacement: fileURLToPath(
                new URL('packages/credential/testing/web-engine.ts', import.meta.url),
              ),
            },
          ],
        },
        optimizeDeps: { include: ['fast-check'] },
        test: {
          name: 'browser',
          include: [
            'packages/credential/**/*.test.ts',
            'packages/protocol/**/*.test.ts',
            'packages/keys/web-crypto.test.ts',
          ],
          exclude: onServersOnly(),
          isolate: false,
          testTimeout: 20_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            ui: false,
            provider: playwright({
              launchOptions: {
                executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
                args: [
                  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
                  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
                ],
              },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      {
        test: {
          name: 'cluster',
          include: ['e2e/**/*.test.ts'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})

/** Tests of pure packages that a browser cannot run, each with the reason. */
function onServersOnly(): string[] {
  return ['**/node_modules/**']
}
