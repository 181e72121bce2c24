/** Method, path, function: the repository's API. Everything is public and the same for everybody. */
import {
  claimLabels,
  claimsJsonSchema,
  credentialExample,
  credentialMapping,
  typeNames,
} from '@countersign/api/repository/types'
import { type CatalogueType, claimsSchema } from '@countersign/catalogue/catalogue'
import { exampleOf, labelsOf, mappingOf } from '@countersign/catalogue/publication'
import { type DescribedAnswers, errorAnswer } from '@countersign/service/http/described-answers'
import type { ServiceApp } from '@countersign/service/http/http-service'
import { fail } from '@countersign/service/http/wire-errors'
import { z } from 'zod'
import {
  chooseFormat,
  EVERYTHING,
  findType,
  MDOCS,
  namesOn,
  type PublishedFormat,
  SD_JWT_VCS,
  type Shelf,
  W3C_CREDENTIALS,
} from './shelves.ts'
import { allTypeMetadata, typeMetadataRoutes, typeRoutes } from './type-metadata-routes.ts'
import { catalogueError } from './wire.ts'

const config = { door: 'wallet', errors: 'management' } as const
const tags = ['catalogue']

export async function repositoryRoutes(
  app: ServiceApp,
  { baseUrl }: { readonly baseUrl: string },
): Promise<void> {
  const metadata = await allTypeMetadata()
  typeRoutes(app, metadata, baseUrl)
  list(app, '/api/list', W3C_CREDENTIALS)
  for (const shelf of [W3C_CREDENTIALS, SD_JWT_VCS, MDOCS]) {
    list(app, `/api/${shelf.path}/list`, shelf)
    publish(app, `/api/${shelf.path}/:name`, shelf, {
      summary: 'Example of a type, as an issue call takes it',
      schema: credentialExample,
      show: exampleOf,
    })
  }
  publish(app, '/api/mapping/:name', EVERYTHING, {
    summary: 'Mapping for an issue call',
    schema: credentialMapping,
    show: mappingOf,
  })
  publish(app, '/api/manifest/:name', EVERYTHING, {
    summary: 'Labels of the claims',
    schema: claimLabels,
    show: (type, format) => ({ claims: labelsOf(type, format) }),
  })
  publish(app, '/api/schema/:name', EVERYTHING, {
    summary: 'JSON Schema of the claims',
    schema: claimsJsonSchema,
    show: claimsSchema,
  })
  typeMetadataRoutes(app, metadata)
}

function list(app: ServiceApp, url: string, shelf: Shelf): void {
  const names = namesOn(shelf)
  const summary = `Names of the types that come as ${shelf.kind}`
  const answers = { 200: { description: 'Names of types', schema: typeNames, example: names } }
  app.get(url, { schema: { summary, tags }, config: { ...config, answers } }, async () => names)
}

/** What is shown of a type in a format. */
interface Publication<T> {
  readonly summary: string
  readonly schema: z.ZodType<T>
  show(type: CatalogueType, format: PublishedFormat): T
}

function publish<T>(app: ServiceApp, url: string, shelf: Shelf, publication: Publication<T>): void {
  const { summary, show } = publication
  const [first = ''] = namesOn(shelf)
  const params = z.object({
    name: z
      .string()
      .min(1)
      .max(200)
      .describe('Name or id of a type')
      .meta({ examples: [first] }),
  })
  const querystring = z.object({
    format: z.enum(shelf.formats).optional().describe('Absent: the first that the type comes in'),
  })
  const answers = publicationAnswers(shelf, first, publication)
  app.get(
    url,
    { schema: { summary, tags, params, querystring }, config: { ...config, answers } },
    async (request) => {
      const type = findType(request.params.name, shelf)
      if (!type.ok) fail(catalogueError(type.error))
      const format = chooseFormat(type.value, shelf, request.query.format)
      if (!format.ok) fail(catalogueError(format.error))
      return show(type.value, format.value)
    },
  )
}

/** The example is what the call with the parameter's own example answers. */
function publicationAnswers<T>(
  shelf: Shelf,
  name: string,
  { summary, schema, show }: Publication<T>,
): DescribedAnswers {
  const type = findType(name, shelf)
  const format = type.ok ? chooseFormat(type.value, shelf, undefined) : type
  if (!type.ok || !format.ok) throw new Error(`nothing is on the shelf of ${shelf.kind}`)
  const unknown = catalogueError({ code: 'type_unknown', name: 'Unknown', known: namesOn(shelf) })
  return {
    200: { description: summary, schema, example: show(type.value, format.value) },
    400: errorAnswer('There is no such type, or it does not come in the format', unknown),
  }
}
