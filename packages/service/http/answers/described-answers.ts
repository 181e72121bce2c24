/**
 * What a route answers, for the OpenAPI document and for tests that hold answers against it. Nothing here is used when a
 * request is served: answers are written as they are, and not validated on the way out.
 */
import { managementError, oauthError } from '@countersign/api/errors'
import { z } from 'zod'
import { type ErrorShape, errorBody, type WireError } from './wire-errors.ts'

export interface DescribedAnswer {
  readonly description: string
  /** Absent: no body, or one that is not JSON. */
  readonly schema?: z.ZodType | undefined
  /** Default: `application/json` with a schema, none without. */
  readonly contentType?: string | undefined
  /** An answer that this very route gives; goes with the schema's own examples. */
  readonly example?: unknown
  /** The same answer for callers who accept another content type. */
  readonly otherForms?: readonly AnswerForm[] | undefined
}

export interface AnswerForm {
  readonly contentType: string
  /** Absent: text or bytes. */
  readonly schema?: z.ZodType | undefined
  readonly example?: unknown
}

/** Of bodies of several kinds, by the kind. */
export type DescribedBodies<Kind extends string> = Readonly<Partial<Record<Kind, z.ZodType>>>

/** By HTTP status. */
export type DescribedAnswers = Readonly<Record<number, DescribedAnswer>>

/** The request id of examples. */
const EXAMPLE_ID = '3f0c8f5e-5f3b-4f0e-9d1c-0d6a8a0d7f11'

/** An error answer: the example is the body that is sent for `wire`. */
export function errorAnswer(
  description: string,
  wire: WireError,
  shape: ErrorShape = 'management',
): DescribedAnswer {
  return {
    description,
    schema: shape === 'oauth' ? oauthError : managementError,
    example: errorBody(wire, shape, EXAMPLE_ID),
  }
}

/** Responses of an OpenAPI 3.1 operation, in the form that `@fastify/swagger` takes them. */
export function openApiResponses(answers: DescribedAnswers): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, response(answer)]))
}

function response({ description, schema, contentType, example, otherForms = [] }: DescribedAnswer): unknown {
  const type = contentType ?? (schema === undefined ? undefined : 'application/json')
  if (type === undefined) return { description, type: 'null' }
  const forms: readonly AnswerForm[] = [{ contentType: type, schema, example }, ...otherForms]
  return { description, content: Object.fromEntries(forms.map((form) => [form.contentType, media(form)])) }
}

function media({ schema, example }: AnswerForm): unknown {
  return {
    schema: schema === undefined ? { type: 'string' } : jsonSchemaOf(schema),
    ...(example !== undefined && { example }),
  }
}

/** `io`: of what is sent to a route, or of what it answers. */
export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output' = 'output'): unknown {
  return z.toJSONSchema(schema, { io, unrepresentable: 'any' })
}
