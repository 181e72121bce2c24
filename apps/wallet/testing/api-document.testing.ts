/** The OpenAPI document of a started wallet, as tests read it: which operation a call is, and whether an answer is one of its. */
import { z } from 'zod'

export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

export interface Operation {
  readonly summary?: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> }
  readonly responses: Readonly<Record<string, Described>>
}

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly schema: JsonSchema
}

export interface Described {
  readonly description: string
  readonly content?: Readonly<Record<string, Media>>
}

export interface Media {
  readonly schema?: JsonSchema
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>
}

type JsonSchema = Parameters<typeof z.fromJSONSchema>[0] & { readonly examples?: readonly unknown[] }

export interface Answer {
  readonly status: number
  readonly contentType: string
  readonly text: string
}

/** The operation of a call; undefined for a path or method that the document does not have. */
export function operationOf(document: ApiDocument, method: string, url: string): Operation | undefined {
  const [path = ''] = url.split('?')
  const templates = Object.keys(document.paths).filter((template) => matches(template, path))
  // A path without a parameter goes before one that has it in the same place.
  const [closest = ''] = templates.toSorted((a, b) => a.split('{').length - b.split('{').length)
  return document.paths[closest]?.[method.toLowerCase()]
}

/** Why an answer is none of those that its operation describes; undefined where it is one. */
export function faultOfAnswer(operation: Operation, answer: Answer): string | undefined {
  const described = operation.responses[answer.status]
  if (described === undefined) return `${answer.status} is not described: ${answer.text.slice(0, 200)}`
  const [contentType = ''] = answer.contentType.split(';')
  const media = described.content?.[contentType]
  if (described.content === undefined) return answer.text === '' ? undefined : 'there is a body'
  if (media === undefined) return `${answer.status} is not described as ${contentType}`
  const value: unknown = contentType === 'application/json' ? JSON.parse(answer.text) : answer.text
  return faultOfValue(media, value)
}

/** The first example of a form or a parameter. */
export function exampleOf({ example, examples = {}, schema }: Media): unknown {
  return example ?? Object.values(examples)[0]?.value ?? schema?.examples?.[0]
}

/** Against the schema of a described form. */
export function faultOfValue({ schema = {} }: Media, value: unknown): string | undefined {
  const parsed = z.fromJSONSchema(schema).safeParse(value)
  return parsed.success ? undefined : z.prettifyError(parsed.error)
}

function matches(template: string, path: string): boolean {
  const [wanted, given] = [template.split('/'), path.split('/')]
  return (
    wanted.length === given.length && wanted.every((part, at) => part.startsWith('{') || part === given[at])
  )
}
