/**
 * Serves the certificate that a phone has to trust, and the page that says so, over plain http on the machine's address: the phone
 * trusts no https of ours yet. There is nothing else at that port, and nothing to send to it.
 */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { RunningService } from '@countersign/service/compose/run-service'
import type { ServiceConfig } from '@countersign/service/config/schema'
import { createHttpService } from '@countersign/service/http/http-service'
import type { BuiltFile, BuiltPages } from '@countersign/service/http/pages/built-pages'
import { madeFile } from '@countersign/service/http/pages/made-file'
import { pageRoutes } from '@countersign/service/http/pages/page-routes'
import { gracefulStop } from '@countersign/service/operation/lifecycle'
import { type AnchorFacts, anchorPages, CERTIFICATE_PATH, STYLE_PATH } from './anchor-page.ts'

/** Beside the pages of wallet and portal; any free one where it is taken, since nobody has to remember it. */
const PORT = 7100

export interface ShownAnchor {
  readonly facts: AnchorFacts
  /** PEM. */
  readonly anchor: string
  /** Where it listens. */
  readonly address: string
}

/** `config`: of one of the services, for what all of them have in common. */
export async function showAnchor(shown: ShownAnchor, config: ServiceConfig): Promise<RunningService> {
  const pages = await pagesOf(shown)
  try {
    return await serve(pages, shown.address, PORT, config)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
      return serve(pages, shown.address, 0, config)
    throw error
  }
}

async function serve(
  pages: BuiltPages,
  address: string,
  webPort: number,
  given: ServiceConfig,
): Promise<RunningService> {
  const own = {
    service: 'lan',
    instance: 'lan',
    webHost: address,
    webPort,
    baseUrl: `http://${address}:${webPort}`,
  }
  const config = { ...given, ...own, features: [] }
  const http = await createHttpService({
    title: 'Countersign for a phone',
    description: 'The certificate that a phone has to trust.',
    routes: (app) => {
      // Without TLS it says nothing, and browsers complain.
      app.addHook('onSend', async (_request, reply) => void reply.removeHeader('cross-origin-opener-policy'))
      pageRoutes(app, { pages, routes: ['/'], baseUrl: config.baseUrl })
    },
    config,
    checks: [],
  })
  const { port } = await http.listen()
  const stop = gracefulStop({ services: [http], drainSeconds: 0, close: [], log: http.log })
  return { name: 'lan', url: `http://${address}:${port}`, config, close: stop }
}

async function pagesOf({ anchor, facts }: ShownAnchor): Promise<BuiltPages> {
  const html = 'text/html; charset=utf-8'
  const texts = [...anchorPages(facts)]
  const made = await Promise.all(
    texts.map(async ([path, text]) => [path, await madeFile(html, text)] as const),
  )
  const [first, ...others] = made
  if (first === undefined) throw new Error('the page of the certificate is in no language')
  const files = new Map<string, BuiltFile>([
    ...others,
    [STYLE_PATH, await madeFile('text/css; charset=utf-8', await styleSheet())],
    // As it is: what installs it may not know that a packed one has to be opened.
    [CERTIFICATE_PATH, { ...(await madeFile('application/x-x509-ca-cert', anchor)), packed: {} }],
  ])
  return { files, index: first[1] }
}

/** A bundle has the sheets of these three folders of `packages/ui` (`scripts/build-bundle.mjs`). */
const SHEETS = [
  'style/tokens.css',
  'style/base.css',
  'page/page.css',
  'elements/button.css',
  'elements/notice.css',
]

async function styleSheet(): Promise<string> {
  const shared = SHEETS.map((name) => new URL(`../../../packages/ui/${name}`, import.meta.url))
  const files = [...shared, new URL('anchor-page.css', import.meta.url)]
  return (await Promise.all(files.map((file) => readFile(fileURLToPath(file), 'utf8')))).join('\n')
}
