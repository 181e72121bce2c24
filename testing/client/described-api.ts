/**
 * A service's OpenAPI document as tests read it: what an operation leaves undescribed, which requests it gives as examples,
 * and whether an answer is one of those that it declares.
 */
import { Ajv2020 } from 'ajv/dist/2020.js'

export interface Media {
  readonly schema?: { readonly examples?: readonly unknown[] }
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>
}

interface Described {
  readonly description: string
  readonly content?: Readonly<Record<string, Media>>
}

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly example?: unknown
}

interface DescribedOperation {
  readonly tags?: readonly string[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> }
  readonly responses?: Readonly<Record<string, Described>>
}

export interface Operation extends DescribedOperation {
  /** E.g. `GET /openid4vc/session/{id}`. */
  readonly name: string
  readonly method: string
  readonly path: string
}

export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>
}

export function operationsOf({ paths }: ApiDocument): readonly Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const name = `${method.toUpperCase()} ${path}`
      return { ...operation, name, method: method.toUpperCase(), path }
    }),
  )
}

/** What a caller would have to guess. */
export function gapsOf({ name, requestBody, responses = {} }: Operation): readonly string[] {
  const gaps: string[] = []
  // What the maker of the document writes where a route says nothing.
  const statuses = Object.entries(responses).filter(([, said]) => said.description !== 'Default Response')
  if (!statuses.some(([status]) => status.startsWith('2'))) gaps.push(`${name} says nothing of success`)
  for (const [media, about] of Object.entries(requestBody?.content ?? {})) {
    if (examplesOf(about).length === 0) gaps.push(`${name} has no example of its ${media} body`)
  }
  for (const [status, { content = {} }] of statuses) {
    for (const [media, about] of Object.entries(content)) {
      const examples = examplesOf(about)
      if (examples.length === 0) gaps.push(`${name} has no example of ${status} as ${media}`)
      const faults = examples.flatMap((example) => faultsOf(about, example))
      gaps.push(...faults.map((fault) => `${name}, example of ${status}: ${fault}`))
    }
  }
  return gaps
}

/** Those of the media type, in whichever way they are written, otherwise those of its schema. */
export function examplesOf({ example, examples = {}, schema }: Media): readonly unknown[] {
  const own = [
    ...(example === undefined ? [] : [example]),
    ...Object.values(examples).map(({ value }) => value),
  ]
  return own.length > 0 ? own : (schema?.examples ?? [])
}

export interface ExampleBody {
  readonly contentType: string
  readonly body: unknown
}

/** None where the operation reads no body. */
export function exampleBodiesOf({ requestBody }: Operation): readonly ExampleBody[] {
  return Object.entries(requestBody?.content ?? {}).flatMap(([contentType, media]) =>
    examplesOf(media).map((body) => ({ contentType, body })),
  )
}

/** The bodies that the operation gives as examples; one `undefined` where it takes none. */
export function bodiesOf(operation: Operation): readonly unknown[] {
  return operation.requestBody === undefined
    ? [undefined]
    : exampleBodiesOf(operation).map(({ body }) => body)
}

export function statusesOf({ responses = {} }: Operation): readonly number[] {
  return Object.keys(responses).map(Number)
}

/** The media types of an answer; none where it has no body. */
export function formsOf(
  { name, responses = {} }: Operation,
  status: number,
): readonly (readonly [string, Media])[] {
  const described = responses[status]
  if (described === undefined) throw new Error(`${name} does not say what ${status} is`)
  return Object.entries(described.content ?? {})
}

/** Path and query of a call: the document's examples, and `values` where they name the parameter. */
export function addressOf(
  { path, parameters = [] }: Operation,
  values: Readonly<Record<string, string>> = {},
): string {
  const value = ({ name, example }: Parameter) => values[name] ?? example
  const filled = parameters
    .filter((parameter) => parameter.in === 'path')
    .reduce((text, parameter) => text.replace(`{${parameter.name}}`, encode(value(parameter))), path)
  const query = parameters.filter((parameter) => parameter.in === 'query' && parameter.required === true)
  const search = query.map((parameter) => `${parameter.name}=${encode(value(parameter))}`).join('&')
  return search === '' ? filled : `${filled}?${search}`
}

function encode(value: unknown): string {
  if (typeof value !== 'string') throw new Error('a parameter without an example')
  return encodeURIComponent(value)
}

export interface GivenAnswer {
  readonly status: number
  /** With or without parameters. */
  readonly contentType: string | undefined
  readonly text: string
}

/** Why an answer is none of those that the operation declares. */
export function answerFaults(
  { name, responses = {} }: Operation,
  { status, contentType, text }: GivenAnswer,
): readonly string[] {
  const described = responses[status]
  if (described === undefined) return [`${name} answers ${status}, which it does not declare`]
  const media = contentType?.split(';', 1)[0]?.trim()
  if (media === undefined || text === '') {
    return described.content === undefined ? [] : [`${name} answers ${status} without a body`]
  }
  const about = described.content?.[media]
  if (about === undefined) return [`${name} answers ${status} as ${media}, which it does not declare`]
  const body: unknown = media.endsWith('json') ? JSON.parse(text) : text
  return faultsOf(about, body).map((fault) => `${name}, ${status}: ${fault}`)
}

const ajv = new Ajv2020({ strict: false, validateFormats: false })

function faultsOf({ schema }: Media, value: unknown): readonly string[] {
  if (schema === undefined) return []
  const validate = ajv.compile(schema)
  if (validate(value)) return []
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}
