/** Method, path, function: the repository's API. Everything is public and the same for everybody. */
import {
  claimLabels,
  claimsJsonSchema,
  credentialExample,
  credentialMapping,
  typeNames,
} from '@countersign/api/repository/types'
import { strict } from '@countersign/api/strict'
import { type CatalogueType, claimsSchema } from '@countersign/catalogue/catalogue-type'
import { exampleOf, labelsOf, mappingOf } from '@countersign/catalogue/publication'
import type { FormatFacts } from '@countersign/credential/contract/format-facts'
import { type DescribedAnswers, errorAnswer } from '@countersign/service/http/answers/described-answers'
import { fail } from '@countersign/service/http/answers/wire-errors'
import type { ServiceApp } from '@countersign/service/http/service-app'
import { z } from 'zod'
import { chooseFormat, findType, namesOn, type Shelf, shelvesOf } from './shelves.ts'
import { typeMetadataRoutes, typeRoutes } from './type-metadata-routes.ts'
import { catalogueError } from './wire.ts'

const config = { door: 'wallet', errors: 'management', limited: false } as const
const tags = ['catalogue']

export interface RepositoryOptions {
  readonly baseUrl: string
  /** Those whose types are published. */
  readonly formats: readonly FormatFacts[]
  readonly types: readonly CatalogueType[]
}

export function repositoryRoutes(app: ServiceApp, { baseUrl, formats, types }: RepositoryOptions): void {
  const { w3c, byFamily, everything } = shelvesOf(formats, types)
  typeRoutes(app, types, baseUrl)
  list(app, '/api/list', w3c)
  for (const shelf of byFamily) {
    list(app, `/api/${shelf.path}/list`, shelf)
    publish(app, `/api/${shelf.path}/:name`, shelf, {
      summary: 'Example of a type, as an issue call takes it',
      schema: credentialExample,
      show: exampleOf,
    })
  }
  publish(app, '/api/mapping/:name', everything, {
    summary: 'Mapping for an issue call',
    schema: credentialMapping,
    show: mappingOf,
  })
  publish(app, '/api/manifest/:name', everything, {
    summary: 'Labels of the claims',
    schema: claimLabels,
    show: (type, format) => ({ claims: labelsOf(type, format) }),
  })
  publish(app, '/api/schema/:name', everything, {
    summary: 'JSON Schema of the claims',
    schema: claimsJsonSchema,
    show: claimsSchema,
  })
  typeMetadataRoutes(app, everything)
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
  show(type: CatalogueType, format: FormatFacts): T
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
  const querystring = strict({
    format: z
      .enum(shelf.formats.map(({ id }) => id))
      .optional()
      .describe('Absent: the first that the type comes in'),
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
  const shown = { type: type.value, format: format.value }
  return {
    200: {
      description: summary,
      schema,
      // Made when somebody looks at the documentation.
      get example() {
        return show(shown.type, shown.format)
      },
    },
    400: errorAnswer('There is no such type, or it does not come in the format', unknown),
  }
}
