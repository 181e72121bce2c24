/**
 * The OpenAPI document, made from the routes' own schemas when it is first asked for, and the Swagger page that
 * shows it: `/` → `/swagger`, `/api.json`. Nothing here is needed to serve the API itself.
 */
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import { commonAnswers } from './common-answers.ts'
import { openApiResponses } from './described-answers.ts'
import { type BodyKind, CONTENT_TYPES } from './request-bodies.ts'

/** The head of the OpenAPI document. */
export interface ApiDescription {
  readonly title: string
  /** Markdown. */
  readonly description: string
  readonly version: string
  readonly baseUrl: string
  /** True: management routes show the padlock. */
  readonly managementKey: boolean
}

/** Where the API page is. */
export const SWAGGER_PREFIX = '/swagger'

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

/** Collects routes from here on: register before the service's routes. */
export async function describeApi(app: FastifyInstance, api: ApiDescription): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: api.title, description: api.description, version: api.version },
      servers: [{ url: api.baseUrl }],
      components: api.managementKey
        ? { securitySchemes: { managementKey: { type: 'http', scheme: 'bearer' } } }
        : {},
    },
    transform: (input) => {
      const { schema, url } = jsonSchemaTransform(input)
      const { door, accepts, answers, errors, limited } = input.route.config ?? {}
      const guarded = api.managementKey && door === 'management'
      return {
        url,
        schema: {
          ...schema,
          ...(accepts === undefined
            ? {}
            : { consumes: accepts.map((kind: BodyKind) => CONTENT_TYPES[kind]) }),
          ...(answers === undefined
            ? {}
            : {
                response: openApiResponses({
                  ...commonAnswers({
                    management: door === 'management',
                    keyed: api.managementKey,
                    limited: limited === true,
                    shape: errors ?? (door === 'wallet' ? 'oauth' : 'management'),
                    bodies: carriesBody(input.route.method) ? (accepts ?? ['json']) : [],
                    hasParameters: url.includes(':'),
                  }),
                  ...answers,
                }),
              }),
          ...(guarded ? { security: [{ managementKey: [] }] } : {}),
        },
      }
    },
  })
}

function carriesBody(method: string | readonly string[]): boolean {
  return [method].flat().some((one) => one !== 'GET' && one !== 'HEAD')
}

/** Adds the page and the document's address; call after the service's routes. */
export async function showApi(app: FastifyInstance): Promise<void> {
  app.get(
    '/',
    { schema: { hide: true }, config: { door: 'open', limited: false } },
    async (_request, reply) => reply.redirect(SWAGGER_PREFIX),
  )
  app.get('/api.json', { schema: { hide: true }, config: { door: 'open', limited: false } }, async () =>
    app.swagger(),
  )
  await app.register(swaggerUi, {
    routePrefix: SWAGGER_PREFIX,
    staticCSP: PAGE_POLICY,
    uiConfig: { docExpansion: 'list', deepLinking: true },
  })
}
