/**
 * The pages for people: made when they are first asked for, packed, and kept. They have no script, and ask nobody but this
 * service.
 */
import { filledCard } from '@countersign/catalogue/card/filled-card'
import { type CatalogueType, claimsSchema } from '@countersign/catalogue/catalogue-type'
import { exampleOf, formatsOf, labelsOf, mappingOf } from '@countersign/catalogue/publication'
import type { FormatFacts } from '@countersign/credential/contract/format-facts'
import { preferredLanguage } from '@countersign/service/http/answers/accept'
import { basePathOf } from '@countersign/service/http/base-path'
import type { BuiltFile } from '@countersign/service/http/pages/built-pages'
import { madeFile, passingFile } from '@countersign/service/http/pages/made-file'
import type { Markup } from '@countersign/service/http/pages/markup'
import { sendFile } from '@countersign/service/http/pages/send-file'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { ICON, type View } from '../site/frame.ts'
import { listPage } from '../site/list-page.ts'
import { styleSheet } from '../site/style-sheet.ts'
import { isLanguageId, LANGUAGE_IDS } from '../site/texts/site-texts.ts'
import { noTypePage, type ShownDocument, typePage } from '../site/type-page.ts'
import { inLanguage } from '../site/words.ts'
import { publishedMetadata } from './published-metadata.ts'
import { findType, type Shelves, shelvesOf } from './shelves.ts'

/** No script at all, no style but ours, and nothing from elsewhere. */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Who names no language gets what the browser asks for. */
const BY_LANGUAGE = 'accept-language'

const HTML = 'text/html; charset=utf-8'
const SVG = 'image/svg+xml'
const CSS = 'text/css; charset=utf-8'

/** What people add to an address is theirs: what is not known is passed over. */
const query = z.looseObject({
  lang: z.string().max(20).optional().catch(undefined),
  q: z.string().optional(),
})
const MOST_WANTED = 100

export interface SiteOptions {
  readonly baseUrl: string
  readonly formats: readonly FormatFacts[]
  readonly types: readonly CatalogueType[]
  /** Whether there is a page of the API to lead to. */
  readonly apiPage: boolean
}

type Show = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>

export interface Site {
  readonly list: Show
  readonly type: Show
  readonly card: Show
  readonly style: Show
  readonly icon: Show
}

export function openSite({ apiPage, baseUrl, formats, types }: SiteOptions): Site {
  const basePath = basePathOf(baseUrl)
  const shelves = shelvesOf(formats, types)
  const kept = keptFiles()
  const viewOf = (request: FastifyRequest) => ({ apiPage, basePath, ...languageOf(request) })
  return {
    async list(request, reply) {
      const view = viewOf(request)
      const wanted = wantedIn(request)
      const page = () => listPage(types, wanted, view)
      // There are as many of these as anybody likes.
      if (wanted !== '') return sendPage(await passingFile(HTML, page().text), request, reply)
      return sendPage(await kept(`list ${keyOf(view)}`, () => [HTML, page()]), request, reply)
    },

    async type(request, reply) {
      const view = viewOf(request)
      const type = namedType(request, shelves)
      if (type === undefined) return noType(request, reply, view)
      const page = () => typePage({ type, ...documentsOf(type, formats, shelves) }, view)
      return sendPage(await kept(`type ${type.name} ${keyOf(view)}`, () => [HTML, page()]), request, reply)
    },

    async card(request, reply) {
      const view = viewOf(request)
      const type = namedType(request, shelves)
      if (type === undefined) return noType(request, reply, view)
      const { name } = inLanguage(type.display, view.language)
      const card = () => written(filledCard(type, name, type.example))
      const file = await kept(`card ${type.name} ${view.language}`, () => [SVG, card()])
      return sendFile(file, request, reply.header('vary', BY_LANGUAGE))
    },

    style: async (request, reply) =>
      sendFile(await kept('style', async () => [CSS, await styleSheet()]), request, reply),

    icon: async (request, reply) => sendFile(await kept('icon', () => [SVG, ICON]), request, reply),
  }
}

type Made = readonly [contentType: string, contents: string | Markup]

/** What is made once is kept: there are as many pages as types and languages. */
function keptFiles() {
  const files = new Map<string, Promise<BuiltFile>>()
  return (key: string, make: () => Made | Promise<Made>): Promise<BuiltFile> => {
    const known = files.get(key)
    if (known !== undefined) return known
    const file = fileOf(make)
    files.set(key, file)
    // What could not be made is tried again.
    file.catch(() => files.delete(key))
    return file
  }
}

async function fileOf(make: () => Made | Promise<Made>): Promise<BuiltFile> {
  const [contentType, contents] = await make()
  return madeFile(contentType, typeof contents === 'string' ? contents : contents.text)
}

function keyOf({ chosen, language }: View): string {
  return `${language}${chosen ? ' chosen' : ''}`
}

function wantedIn(request: FastifyRequest): string {
  const { q = '' } = query.catch({}).parse(request.query)
  // The cut may leave half of a character, which no address can name.
  return q.slice(0, MOST_WANTED).toWellFormed().trim()
}

function languageOf(request: FastifyRequest): Pick<View, 'language' | 'chosen'> {
  const { lang = '' } = query.catch({}).parse(request.query)
  if (isLanguageId(lang)) return { language: lang, chosen: true }
  return { language: preferredLanguage(request, LANGUAGE_IDS), chosen: false }
}

function sendPage(file: BuiltFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const own = { 'content-security-policy': POLICY, 'cross-origin-opener-policy': 'same-origin' }
  return sendFile(file, request, reply.headers({ ...own, vary: BY_LANGUAGE }))
}

async function noType(request: FastifyRequest, reply: FastifyReply, view: View): Promise<FastifyReply> {
  request.refusal = 'type_unknown'
  return sendPage(await passingFile(HTML, noTypePage(view).text), request, reply.code(404))
}

function namedType(request: FastifyRequest, { everything }: Shelves): CatalogueType | undefined {
  const { name } = z.object({ name: z.string() }).parse(request.params)
  const found = findType(name, everything)
  return found.ok ? found.value : undefined
}

function documentsOf(type: CatalogueType, formats: readonly FormatFacts[], { byFamily }: Shelves) {
  const those = formatsOf(type, formats)
  const published = publishedMetadata(type)
  const inFormat = (kind: ShownDocument['kind'], format: FormatFacts, path: string, document: unknown) => ({
    kind,
    format,
    path: `/api/${path}/${type.name}?format=${encodeURIComponent(format.id)}`,
    document,
  })
  const shelfOf = ({ family }: FormatFacts) =>
    byFamily.find((shelf) => shelf.formats.some((format) => format.family === family))?.path ?? ''
  const documents: readonly ShownDocument[] = [
    { kind: 'schema', path: `/api/schema/${type.name}`, document: claimsSchema(type) },
    ...(published === undefined
      ? []
      : [
          {
            kind: 'typeMetadata' as const,
            path: `/api/type-metadata/${type.name}`,
            document: JSON.parse(published.text) as unknown,
          },
        ]),
    ...those.flatMap((format) => [
      inFormat('example', format, shelfOf(format), exampleOf(type, format)),
      inFormat('mapping', format, 'mapping', mappingOf(type, format)),
    ]),
    ...those
      .slice(0, 1)
      .map((format) => inFormat('manifest', format, 'manifest', { claims: labelsOf(type, format) })),
  ]
  return { formats: those, documents, integrity: published?.integrity }
}

function written(card: ReturnType<typeof filledCard>): string {
  if (!card.ok) throw new Error(`a card of ours was refused: ${card.error.code}`)
  return card.value
}
