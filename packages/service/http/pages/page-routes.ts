/**
 * Serves an app's pages: files by their names, and the first page for every route of the app. A file that is not there is 404
 * and never a page that calls itself a script; a route that the app does not know is 404 too, with the page that says so.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { addressUnknown, fail } from '../answers/wire-errors.ts'
import type { ServiceApp } from '../service-app.ts'
import type { BuiltPages } from './built-pages.ts'
import { pageHeaders } from './page-policy.ts'
import { sendFile } from './send-file.ts'

export interface PageRoutesOptions {
  readonly pages: BuiltPages
  /** Routes of the app, `/`, `/cards`, `/requests/:id`: a part that begins with `:` is anything. */
  readonly routes: readonly string[]
  /** Public address. */
  readonly baseUrl: string
}

const config = { door: 'open', limited: false } as const

export function pageRoutes(app: ServiceApp, { pages, routes, baseUrl }: PageRoutesOptions): void {
  const headers = pageHeaders({
    https: baseUrl.startsWith('https:'),
    page: pages.index.body.toString(),
    hasWorker: pages.files.has('/sw.js'),
  })
  const isRoute = routeMatcher(routes)
  const serve = async (request: FastifyRequest, reply: FastifyReply) => {
    const path = pathOf(request.raw.url ?? '/')
    const file = path === '/index.html' ? undefined : pages.files.get(path)
    if (file !== undefined) return sendFile(file, request, reply.headers(headers))
    const known = isRoute(path)
    if (!known && !wantsPage(request, path)) return fail(addressUnknown)
    void reply.headers(headers).code(known ? 200 : 404)
    return sendFile(pages.index, request, reply)
  }
  const hidden = { schema: { hide: true }, config }
  app.get('/', hidden, serve)
  app.get('/*', hidden, serve)
}

/** Without the query; as it stands in the request, so nothing is decoded twice. */
function pathOf(url: string): string {
  const path = url.split(/[?#]/, 1)[0] ?? '/'
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}

/** Somebody who goes somewhere with a browser; what asks for a file by name wants that file. */
function wantsPage({ headers }: FastifyRequest, path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return !name.includes('.') && (headers.accept ?? '').includes('text/html')
}

function routeMatcher(routes: readonly string[]): (path: string) => boolean {
  const patterns = routes.map((route) => route.split('/'))
  return (path) => {
    const parts = path.split('/')
    return patterns.some(
      (pattern) =>
        pattern.length === parts.length &&
        pattern.every((part, index) => (part.startsWith(':') ? parts[index] !== '' : part === parts[index])),
    )
  }
}
