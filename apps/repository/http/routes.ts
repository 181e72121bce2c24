/** Method, path, function: the repository's API. Everything is public and the same for everybody. */
import { createHash } from 'node:crypto'
import { type CatalogueType, catalogue, claimsSchema } from '@countersign/catalogue/catalogue'
import {
  exampleOf,
  formatsOf,
  labelsOf,
  mappingOf,
  PUBLISHED_FORMATS,
  type PublishedTypeMetadata,
  publishedTypeMetadata,
} from '@countersign/catalogue/publication'
import type { ServiceApp } from '@countersign/service/http/http-service'
import { fail } from '@countersign/service/http/wire-errors'
import { z } from 'zod'

const params = z.object({ name: z.string().min(1).max(200) })
const config = { door: 'wallet', errors: 'management' } as const
const tags = ['catalogue']

type Format = (typeof PUBLISHED_FORMATS)[number]

/** One for each kind of credential, under the path that scripts of the field have for it. */
interface Shelf {
  readonly path: string
  readonly kind: string
  readonly formats: readonly [Format, ...Format[]]
}

const w3c: Shelf = {
  path: 'vc',
  kind: 'W3C credentials',
  formats: ['jwt_vc_json', 'vc+jwt', 'vc+sd-jwt'],
}
const sdJwtVcs: Shelf = { path: 'sdjwt-vc', kind: 'SD-JWT VCs', formats: ['dc+sd-jwt'] }
const mdocs: Shelf = { path: 'mdoc', kind: 'ISO mdocs', formats: ['mso_mdoc'] }
const everything: Shelf = { path: '', kind: 'credentials', formats: PUBLISHED_FORMATS }

export async function repositoryRoutes(
  app: ServiceApp,
  { baseUrl }: { readonly baseUrl: string },
): Promise<void> {
  const metadata = await allTypeMetadata()
  typeRoutes(app, metadata, baseUrl)
  list(app, '/api/list', w3c)
  for (const shelf of [w3c, sdJwtVcs, mdocs]) {
    list(app, `/api/${shelf.path}/list`, shelf)
    publish(app, `/api/${shelf.path}/:name`, 'Example of a type, as an issue call takes it', shelf, exampleOf)
  }
  publish(app, '/api/mapping/:name', 'Mapping for an issue call', everything, mappingOf)
  publish(app, '/api/manifest/:name', 'Labels of the claims', everything, (type, format) => ({
    claims: labelsOf(type, format),
  }))
  publish(app, '/api/schema/:name', 'JSON Schema of the claims', everything, claimsSchema)
  typeMetadataRoutes(app, metadata)
}

function list(app: ServiceApp, url: string, shelf: Shelf): void {
  const names = namesOn(shelf)
  const summary = `Names of the types that come as ${shelf.kind}`
  app.get(url, { schema: { summary, tags }, config }, async () => names)
}

/** Of the formats on the shelf that the type comes in, the one that is asked for, otherwise the first. */
function publish(
  app: ServiceApp,
  url: string,
  summary: string,
  shelf: Shelf,
  show: (type: CatalogueType, format: Format) => unknown,
): void {
  const querystring = z.object({ format: z.enum(shelf.formats).optional() })
  app.get(url, { schema: { summary, tags, params, querystring }, config }, async (request) => {
    const type = find(request.params.name, shelf)
    const known = formatsOf(type, shelf.formats) as readonly Format[]
    const { format = known[0] } = request.query
    if (format !== undefined && known.includes(format)) return show(type, format)
    return fail({
      status: 400,
      message: `${type.name} does not come as ${format}, but as ${known.join(', ')}`,
    })
  })
}

/** By the type's name or the stem of its credential configuration id. Scripts of the field expect a 400 here. */
function find(name: string, shelf: Shelf): CatalogueType {
  const type = typesOn(shelf).find((entry) => entry.name === name || entry.id === name)
  if (type !== undefined) return type
  return fail({
    status: 400,
    message: `No credential found named: "${name}". Available credentials: ${namesOn(shelf).join(', ')}`,
  })
}

function typesOn({ formats }: Shelf): readonly CatalogueType[] {
  return catalogue.filter((type) => formatsOf(type, formats).length > 0)
}

function namesOn(shelf: Shelf): readonly string[] {
  return typesOn(shelf).map(({ name }) => name)
}

type AllTypeMetadata = ReadonlyMap<CatalogueType, PublishedTypeMetadata>

async function allTypeMetadata(): Promise<AllTypeMetadata> {
  const digest = (algorithm: string, data: Uint8Array | string) =>
    new Uint8Array(createHash(algorithm.replace('-', '')).update(data).digest())
  const all = new Map<CatalogueType, PublishedTypeMetadata>()
  for (const type of catalogue) {
    const metadata = await publishedTypeMetadata(type, { digest })
    if (metadata !== undefined) all.set(type, metadata)
  }
  return all
}

function typeRoutes(app: ServiceApp, metadata: AllTypeMetadata, baseUrl: string): void {
  const types = catalogue.map((type) => {
    const { description, formats, id, name, namespace } = type
    const published = metadata.get(type)
    return {
      name,
      id,
      description,
      formats,
      ...(namespace !== undefined && { namespace }),
      ...(published && {
        typeMetadata: {
          vct: published.vct,
          uri: `${baseUrl}/api/type-metadata/${name}`,
          'vct#integrity': published.integrity,
        },
      }),
    }
  })
  const summary = 'All types: their names in each format, and where their type metadata is'
  app.get('/api/types', { schema: { summary, tags }, config }, async () => types)
}

function typeMetadataRoutes(app: ServiceApp, metadata: AllTypeMetadata): void {
  app.get(
    '/api/type-metadata/:name',
    { schema: { summary: 'SD-JWT VC type metadata', tags, params }, config },
    async (request, reply) => {
      const type = find(request.params.name, everything)
      const published = metadata.get(type)
      if (published !== undefined) {
        const { body, headers, status } = typeMetadataAnswer(published, request.headers['if-none-match'])
        return reply.code(status).headers(headers).send(body)
      }
      return fail({ status: 404, message: `${type.name} does not come as an SD-JWT VC` })
    },
  )

  app.get(
    '/api/type-metadata',
    {
      schema: {
        summary: 'SD-JWT VC type metadata by vct',
        tags,
        querystring: z.object({ vct: z.string().min(1).max(500) }),
      },
      config,
    },
    async (request, reply) => {
      const { vct } = request.query
      const published = [...metadata.values()].find((one) => one.vct === vct)
      if (published !== undefined) {
        const { body, headers, status } = typeMetadataAnswer(published, request.headers['if-none-match'])
        return reply.code(status).headers(headers).send(body)
      }
      return fail({ status: 404, message: `No type has the vct ${vct}` })
    },
  )
}

const MAX_AGE_SECONDS = 300

/** The tag is the integrity value, so equal tags are equal bytes. They go out as they are: the hash is over them. */
function typeMetadataAnswer({ integrity, text }: PublishedTypeMetadata, ifNoneMatch: string | undefined) {
  const etag = `"${integrity}"`
  const cached = { etag, 'cache-control': `public, max-age=${MAX_AGE_SECONDS}` }
  if (isKnown(etag, ifNoneMatch)) return { status: 304, headers: cached, body: undefined }
  const headers = { ...cached, 'content-type': 'application/json; charset=utf-8' }
  return { status: 200, headers, body: Buffer.from(text) }
}

/** RFC 9110 §13.1.2: compared weakly. */
function isKnown(tag: string, header: string | undefined): boolean {
  const tags = (header ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''))
  return tags.includes('*') || tags.includes(tag)
}
