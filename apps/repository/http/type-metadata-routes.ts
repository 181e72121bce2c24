/** All types with where their type metadata is, and the type metadata itself, byte for byte what its hash is over. */
import { type TypeEntry, typeEntries, typeMetadataDocument } from '@countersign/api/repository/types'
import { strict } from '@countersign/api/strict'
import { type CatalogueType, descriptionOf } from '@countersign/catalogue/catalogue-type'
import { defined } from '@countersign/core/json'
import { type DescribedAnswers, errorAnswer } from '@countersign/service/http/answers/described-answers'
import { fail } from '@countersign/service/http/answers/wire-errors'
import type { BuiltFile } from '@countersign/service/http/pages/built-pages'
import { madeFile } from '@countersign/service/http/pages/made-file'
import { sendFile } from '@countersign/service/http/pages/send-file'
import type { ServiceApp } from '@countersign/service/http/service-app'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type PublishedTypeMetadata, publishedMetadata } from './published-metadata.ts'
import { findType, namesOn, type Shelf } from './shelves.ts'
import { catalogueError } from './wire.ts'

const config = { door: 'wallet', errors: 'management', limited: false } as const
const tags = ['catalogue']

export function typeRoutes(app: ServiceApp, types: readonly CatalogueType[], baseUrl: string): void {
  let made: readonly TypeEntry[] | undefined
  const entries = () => {
    made ??= types.map((type) => typeEntryOf(type, baseUrl))
    return made
  }
  const answers = {
    200: {
      description: 'All types',
      schema: typeEntries,
      get example() {
        return entries()
      },
    },
  }
  const summary = 'All types: their names in each format, and where their type metadata is'
  let file: Promise<BuiltFile> | undefined
  app.get(
    '/api/types',
    { schema: { summary, tags }, config: { ...config, answers } },
    async (request, reply) => {
      file ??= madeFile('application/json; charset=utf-8', JSON.stringify(entries()))
      return sendFile(await file, request, reply)
    },
  )
}

function typeEntryOf(type: CatalogueType, baseUrl: string): TypeEntry {
  const published = publishedMetadata(type)
  const { card, display, formats, id, name, namespace, topic } = type
  const typeMetadata = published && {
    vct: published.vct,
    uri: `${baseUrl}/api/type-metadata/${name}`,
    'vct#integrity': published.integrity,
  }
  return defined({
    name,
    id,
    topic,
    description: descriptionOf(type),
    display,
    backgroundColor: card.background,
    textColor: card.text,
    formats,
    namespace,
    typeMetadata,
  })
}

export function typeMetadataRoutes(app: ServiceApp, everything: Shelf): void {
  const { types } = everything
  const { name, vct: firstVct, published } = firstOf(types)
  const params = z.object({
    name: z
      .string()
      .min(1)
      .max(200)
      .describe('Name or id of a type')
      .meta({ examples: [name] }),
  })
  const querystring = strict({
    vct: z
      .string()
      .min(1)
      .max(500)
      .describe('`vct` of an SD-JWT VC')
      .meta({ examples: [firstVct] }),
  })

  app.get(
    '/api/type-metadata/:name',
    {
      schema: { summary: 'SD-JWT VC type metadata', tags, params },
      config: { ...config, answers: byNameAnswers(published, everything) },
    },
    async (request, reply) => {
      const type = findType(request.params.name, everything)
      if (!type.ok) fail(catalogueError(type.error))
      const found = publishedMetadata(type.value)
      if (found !== undefined) return sendTypeMetadata(found, request, reply)
      return fail(catalogueError({ code: 'type_without_metadata', type: type.value.name }))
    },
  )

  app.get(
    '/api/type-metadata',
    {
      schema: { summary: 'SD-JWT VC type metadata by vct', tags, querystring },
      config: { ...config, answers: byVctAnswers(published) },
    },
    async (request, reply) => {
      const { vct } = request.query
      const type = types.find(({ formats }) => formats['dc+sd-jwt'] === vct)
      const found = type && publishedMetadata(type)
      if (found !== undefined) return sendTypeMetadata(found, request, reply)
      return fail(catalogueError({ code: 'vct_unknown', vct }))
    },
  )
}

/** The type that examples speak of. */
function firstOf(types: readonly CatalogueType[]) {
  for (const type of types) {
    const { 'dc+sd-jwt': vct } = type.formats
    if (vct !== undefined)
      return { name: type.name, vct, published: () => publishedMetadata(type)?.text ?? '' }
  }
  throw new Error('no type has type metadata')
}

function foundAnswers(text: () => string): DescribedAnswers {
  return {
    200: {
      description: 'The document',
      schema: typeMetadataDocument,
      get example(): unknown {
        return JSON.parse(text())
      },
    },
    304: { description: 'The caller has it already: `If-None-Match` names its tag' },
  }
}

function byNameAnswers(published: () => string, everything: Shelf): DescribedAnswers {
  const unknown = catalogueError({ code: 'type_unknown', name: 'Unknown', known: namesOn(everything) })
  const without = catalogueError({ code: 'type_without_metadata', type: 'MobileDrivingLicence' })
  return {
    ...foundAnswers(published),
    400: errorAnswer('There is no such type', unknown),
    404: errorAnswer('The type does not come as an SD-JWT VC', without),
  }
}

function byVctAnswers(published: () => string): DescribedAnswers {
  const missing = {
    status: 400,
    message: 'querystring/vct: Invalid input: expected string, received undefined',
  }
  return {
    ...foundAnswers(published),
    400: errorAnswer('vct is missing, empty or too long', missing),
    404: errorAnswer('No type has this vct', catalogueError({ code: 'vct_unknown', vct: 'urn:unknown' })),
  }
}

const MAX_AGE_SECONDS = 300

/** The tag is the integrity value, so equal tags are equal bytes. They go out as they are: the hash is over them. */
function sendTypeMetadata(
  { integrity, text }: PublishedTypeMetadata,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const etag = `"${integrity}"`
  void reply.headers({ etag, 'cache-control': `public, max-age=${MAX_AGE_SECONDS}` })
  if (isKnown(etag, request.headers['if-none-match'])) return reply.code(304).send()
  return reply.type('application/json; charset=utf-8').send(Buffer.from(text))
}

/** RFC 9110 §13.1.2: compared weakly. */
function isKnown(tag: string, header: string | undefined): boolean {
  const tags = (header ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''))
  return tags.includes('*') || tags.includes(tag)
}
