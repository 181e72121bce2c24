/**
 * What a route answers, for the OpenAPI document and for tests that hold answers against it. Nothing here is used when a
 * request is served: answers are written as they are, and not validated on the way out.
 */
import { z } from 'zod'

export interface DescribedAnswer {
  readonly description: string
  /** Absent: no body, or one that is not JSON. */
  readonly schema?: z.ZodType
  /** Default: `application/json` with a schema, none without. */
  readonly contentType?: string
  /** An answer that this very route gives; goes with the schema's own examples. */
  readonly example?: unknown
}

/** By HTTP status. */
export type DescribedAnswers = Readonly<Record<number, DescribedAnswer>>

/** Responses of an OpenAPI 3.1 operation, in the form that `@fastify/swagger` takes them. */
export function openApiResponses(answers: DescribedAnswers): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, response(answer)]))
}

function response({ description, schema, contentType, example }: DescribedAnswer): unknown {
  const type = contentType ?? (schema === undefined ? undefined : 'application/json')
  if (type === undefined) return { description, type: 'null' }
  const media = {
    schema: schema === undefined ? { type: 'string' } : jsonSchemaOf(schema),
    ...(example !== undefined && { example }),
  }
  return { description, content: { [type]: media } }
}

function jsonSchemaOf(schema: z.ZodType): unknown {
  return z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' })
}
