/** Method, path, function: the repository's API. Everything is public and the same for everybody. */
import { type CatalogueType, catalogue, claimsSchema, typeMetadata } from '@countersign/catalogue/catalogue'
import type { ServiceApp } from '@countersign/service/http/service'
import { fail } from '@countersign/service/http/wire-errors'
import { z } from 'zod'

const params = z.object({ name: z.string().min(1).max(200) })
const config = { door: 'wallet', errors: 'management' } as const
const names = catalogue.map((type) => type.name)

export function repositoryRoutes(app: ServiceApp): void {
  const list = async () => names
  for (const url of ['/api/list', '/api/vc/list', '/api/sdjwt-vc/list']) {
    app.get(url, { schema: { summary: 'Names of the credential types', tags: ['catalogue'] }, config }, list)
  }
  publish(app, '/api/vc/:name', 'Example claims of a type', (type) => type.example)
  publish(app, '/api/sdjwt-vc/:name', 'Example claims of a type', (type) => type.example)
  publish(app, '/api/mapping/:name', 'Mapping for an issue call', mapping)
  publish(app, '/api/manifest/:name', 'Labels of the claims', manifest)
  publish(app, '/api/schema/:name', 'JSON Schema of the claims', claimsSchema)
  publish(app, '/api/type-metadata/:name', 'SD-JWT VC type metadata', metadataOf)
  app.get(
    '/api/type-metadata',
    {
      schema: {
        summary: 'SD-JWT VC type metadata by vct',
        tags: ['catalogue'],
        querystring: z.object({ vct: z.string().min(1).max(500) }),
      },
      config,
    },
    async (request) => {
      const { vct } = request.query
      const type = catalogue.find(({ formats }) => formats['dc+sd-jwt'] === vct)
      return type === undefined
        ? fail({ status: 404, message: `No type has the vct ${vct}` })
        : metadataOf(type)
    },
  )
}

function publish(
  app: ServiceApp,
  url: string,
  summary: string,
  show: (type: CatalogueType) => unknown,
): void {
  app.get(url, { schema: { summary, tags: ['catalogue'], params }, config }, async (request) =>
    show(find(request.params.name)),
  )
}

function metadataOf(type: CatalogueType) {
  const metadata = typeMetadata(type)
  return metadata ?? fail({ status: 404, message: `${type.name} does not come as an SD-JWT VC` })
}

/** By the type's name or the stem of its credential configuration id. Scripts of the field expect a 400 here. */
function find(name: string): CatalogueType {
  const type = catalogue.find((entry) => entry.name === name || entry.id === name)
  if (type !== undefined) return type
  return fail({
    status: 400,
    message: `No credential found named: "${name}". Available credentials: ${names.join(', ')}`,
  })
}

/** `exp` is the only claim that a mapping of ours computes; the issuer sets the other times itself. */
function mapping(type: CatalogueType): Record<string, string> {
  return { id: '<uuid>', exp: `<timestamp-in-seconds:${type.lifetimeDays}d>` }
}

function manifest(type: CatalogueType) {
  const labels = type.claims.map((claim) => [
    claim.display[0]?.label ?? claim.path.join('.'),
    `$.${claim.path.join('.')}`,
  ])
  return { claims: Object.fromEntries(labels) as Record<string, string> }
}
