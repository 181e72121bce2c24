/**
 * The OpenAPI document, made from the routes' own schemas, and the Swagger page that shows it, as an application of their
 * own that describes routes and serves none of them. Only `api-page.ts` loads this module, when somebody looks: it brings
 * half as many files as the whole service.
 */

import { defined } from '@countersign/core/json'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import Fastify, { type FastifyContextConfig, type FastifyInstance, type RouteOptions } from 'fastify'
import { jsonSchemaTransform, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { jsonSchemaOf, openApiResponses } from '../answers/described-answers.ts'
import { commonAnswers } from '../common-answers.ts'
import { BODY_LIMITS, type BodyKind, CONTENT_TYPES } from '../request-bodies.ts'

/** The head of the OpenAPI document. */
export interface ApiDescription {
  readonly title: string
  /** Markdown. */
  readonly description: string
  readonly version: string
  /** True: management routes show the padlock. */
  readonly managementKey: boolean
}

/** Where the document and the page are. */
export interface ApiAddresses {
  readonly document: string
  readonly page: string
}

/** The page runs its own scripts and talks to its own origin; styles are set inline by the page's script. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The application that answers at these addresses and describes the routes. */
export async function describeApi(
  routes: readonly RouteOptions[],
  api: ApiDescription,
  at: ApiAddresses,
): Promise<FastifyInstance> {
  const app = Fastify({
    logger: false,
    exposeHeadRoutes: false,
    routerOptions: { ignoreTrailingSlash: true },
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  await collectRoutes(app, api)
  for (const { method, url, schema, config, bodyLimit } of routes)
    app.route({ method, url, ...defined({ schema, config, bodyLimit }), handler: async () => {} })
  app.get(at.document, { schema: { hide: true } }, async () => servedFrom('./', app.swagger()))
  await app.register(swaggerUi, {
    routePrefix: at.page,
    // Its parts and its document are found beside it, whatever path a proxy has put in front.
    indexPrefix: '.',
    transformSpecification: (document) => servedFrom('../', document),
    staticCSP: PAGE_POLICY,
    uiConfig: { docExpansion: 'list', deepLinking: true },
  })
  await app.ready()
  return app
}

/**
 * OpenAPI 3.1 §4.8.5: relative to where the document is. The page may be opened under any name that leads to the service,
 * and its policy lets it call no other than its own origin.
 */
function servedFrom<T extends object>(url: string, document: T): T {
  return { ...document, servers: [{ url }] }
}

async function collectRoutes(app: FastifyInstance, api: ApiDescription): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: api.title, description: api.description, version: api.version },
      components: api.managementKey
        ? { securitySchemes: { managementKey: { type: 'http', scheme: 'bearer' } } }
        : {},
    },
    transform: (input) => {
      const { schema, url } = jsonSchemaTransform(input)
      const { door, accepts, answers, errors, limited, scope, shapes } = input.route.config ?? {}
      const guarded = api.managementKey && door === 'management'
      return {
        url,
        schema: {
          ...schema,
          ...(accepts === undefined
            ? {}
            : { consumes: accepts.map((kind: BodyKind) => CONTENT_TYPES[kind]) }),
          ...(shapes === undefined ? {} : { body: bodiesOf(shapes) }),
          ...(answers === undefined
            ? {}
            : {
                response: openApiResponses({
                  ...commonAnswers({
                    management: door === 'management',
                    keyed: api.managementKey,
                    scope,
                    limited: limited === true,
                    shape: errors ?? (door === 'wallet' ? 'oauth' : 'management'),
                    bodies: carriesBody(input.route.method) ? (accepts ?? ['json']) : [],
                    bodyLimit: input.route.bodyLimit ?? BODY_LIMITS.message,
                    hasParameters: url.includes(':') || door !== 'wallet',
                  }),
                  ...answers,
                }),
              }),
          ...(guarded ? { security: [{ managementKey: [] }], ...needing(schema, scope) } : {}),
        },
      }
    },
  })
}

/** OpenAPI 3.1 §4.8.30 has no scopes for a bearer scheme that a program could read. */
function needing(schema: { readonly description?: string } | undefined, scope = '') {
  return { description: [schema?.description, `Needs the scope \`${scope}\`.`].filter(Boolean).join(' ') }
}

/** OpenAPI 3.1 §4.8.13.2: a media type has its own schema and examples. */
function bodiesOf(shapes: NonNullable<FastifyContextConfig['shapes']>) {
  const content = Object.entries(shapes).map(([kind, schema]) => [
    CONTENT_TYPES[kind as BodyKind],
    { schema: jsonSchemaOf(schema, 'input') },
  ])
  return { content: Object.fromEntries(content) }
}

function carriesBody(method: string | readonly string[]): boolean {
  return [method].flat().some((one) => one !== 'GET' && one !== 'HEAD')
}
