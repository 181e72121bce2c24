/** All types with where their type metadata is, and the type metadata itself, byte for byte what its hash is over. */
import { createHash } from 'node:crypto'
import { type TypeEntry, typeEntries, typeMetadataDocument } from '@countersign/api/repository/types'
import { strict } from '@countersign/api/strict'
import { type CatalogueType, catalogue } from '@countersign/catalogue/catalogue'
import { type PublishedTypeMetadata, publishedTypeMetadata } from '@countersign/catalogue/publication'
import { defined } from '@countersign/core/json'
import { type DescribedAnswers, errorAnswer } from '@countersign/service/http/answers/described-answers'
import { fail } from '@countersign/service/http/answers/wire-errors'
import type { ServiceApp } from '@countersign/service/http/service-app'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { findType, namesOn, type Shelf } from './shelves.ts'
import { catalogueError } from './wire.ts'

const config = { door: 'wallet', errors: 'management', limited: false } as const
const tags = ['catalogue']

type AllTypeMetadata = ReadonlyMap<CatalogueType, PublishedTypeMetadata>

export async function allTypeMetadata(): Promise<AllTypeMetadata> {
  const digest = (algorithm: string, data: Uint8Array | string) =>
    new Uint8Array(createHash(algorithm.replace('-', '')).update(data).digest())
  const all = new Map<CatalogueType, PublishedTypeMetadata>()
  for (const type of catalogue) {
    const metadata = await publishedTypeMetadata(type, { digest })
    if (metadata !== undefined) all.set(type, metadata)
  }
  return all
}

export function typeRoutes(app: ServiceApp, metadata: AllTypeMetadata, baseUrl: string): void {
  const types = catalogue.map((type) => typeEntryOf(type, metadata.get(type), baseUrl))
  const summary = 'All types: their names in each format, and where their type metadata is'
  const answers = { 200: { description: 'All types', schema: typeEntries, example: types } }
  app.get('/api/types', { schema: { summary, tags }, config: { ...config, answers } }, async () => types)
}

function typeEntryOf(
  { description, display, formats, id, name, namespace }: CatalogueType,
  published: PublishedTypeMetadata | undefined,
  baseUrl: string,
): TypeEntry {
  const typeMetadata = published && {
    vct: published.vct,
    uri: `${baseUrl}/api/type-metadata/${name}`,
    'vct#integrity': published.integrity,
  }
  return defined({ name, id, description, display, formats, namespace, typeMetadata })
}

export function typeMetadataRoutes(app: ServiceApp, metadata: AllTypeMetadata, everything: Shelf): void {
  const { name, published } = firstOf(metadata)
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
      .meta({ examples: [published.vct] }),
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
      const found = metadata.get(type.value)
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
      const found = [...metadata.values()].find((one) => one.vct === vct)
      if (found !== undefined) return sendTypeMetadata(found, request, reply)
      return fail(catalogueError({ code: 'vct_unknown', vct }))
    },
  )
}

/** The type that examples speak of. */
function firstOf(metadata: AllTypeMetadata): { name: string; published: PublishedTypeMetadata } {
  const [first] = metadata
  if (first === undefined) throw new Error('no type has type metadata')
  return { name: first[0].name, published: first[1] }
}

function foundAnswers({ text }: PublishedTypeMetadata): DescribedAnswers {
  const example: unknown = JSON.parse(text)
  return {
    200: { description: 'The document', schema: typeMetadataDocument, example },
    304: { description: 'The caller has it already: `If-None-Match` names its tag' },
  }
}

function byNameAnswers(published: PublishedTypeMetadata, everything: Shelf): DescribedAnswers {
  const unknown = catalogueError({ code: 'type_unknown', name: 'Unknown', known: namesOn(everything) })
  const without = catalogueError({ code: 'type_without_metadata', type: 'MobileDrivingLicence' })
  return {
    ...foundAnswers(published),
    400: errorAnswer('There is no such type', unknown),
    404: errorAnswer('The type does not come as an SD-JWT VC', without),
  }
}

function byVctAnswers(published: PublishedTypeMetadata): DescribedAnswers {
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
