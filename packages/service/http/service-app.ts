/** What our services make of Fastify: schemas in zod, and what every route says of itself. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { ManagementScope } from '@countersign/api/scopes'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Door, ManagementCaller } from './access.ts'
import type { StandardHeaders } from './answer-headers.ts'
import type { DescribedAnswers, DescribedBodies } from './answers/described-answers.ts'
import type { ErrorShape } from './answers/wire-errors.ts'
import type { BodyKind } from './request-bodies.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Needed on every route. */
    door?: Door
    /** What a credential has to be for. Needed at the management door. */
    scope?: ManagementScope
    /** At the management door: without a management credential it is closed, where others keep the service from starting. */
    closedWithoutKey?: boolean
    /** Default: `oauth` at the wallet's door, `management` elsewhere. */
    errors?: ErrorShape
    /**
     * Whether calls count for the token bucket of their sender: those that cost a signature or make something. Needed at
     * the doors that want no credential.
     */
    limited?: boolean
    /** Kinds of body that the route reads. Default: JSON. How large it may be, the route's own `bodyLimit` says. */
    accepts?: readonly BodyKind[]
    /** Where bodies of several kinds have shapes of their own: for the OpenAPI document alone. */
    shapes?: DescribedBodies<BodyKind>
    /**
     * Fails unless the session, token or login is there that the request names in its path or headers. Called before any of the
     * body is read; `isLarge`: the body is, or may be, larger than a message, so that looking is worth a store's answer. Needed
     * on every route that reads such bodies, but at the management door.
     */
    knowsCaller?: (request: FastifyRequest, isLarge: boolean) => Promise<void>
    /** OAuth error code for a body that cannot be read or has another shape. Default: `invalid_request`. */
    malformed?: string
    /** It takes `Idempotency-Key` and returns its answer: the same call under the same key is done once. */
    idempotent?: boolean
    /** It begins something: under load it is refused before steps of what runs. */
    begins?: boolean
    /** What the route answers, by status: for the OpenAPI document alone. */
    answers?: DescribedAnswers
  }
  interface FastifyRequest {
    /** Whom the request counts for, in limits. */
    readonly sender: string
    /** Who called; at the management door. */
    caller?: ManagementCaller | undefined
    /** Code of the refusal that was answered, for the log line. */
    refusal?: string
    /** Of the body as it was sent; where the route is idempotent. */
    bodyHash?: string
  }
  interface FastifyInstance {
    /** Aborted when the listener closes: long answers end then. */
    stopping: AbortSignal
    /** Event streams that are served at a time. */
    maxEventStreams: number
    /** What every answer's headers say; for answers that are written by hand. */
    standardHeaders: StandardHeaders
  }
}

/** Fastify with zod schemas: `app.route({ method, url, schema: { body: z.object(…) }, config: { door }, handler })`. */
export type ServiceApp = FastifyInstance<
  Server,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>
