/** The issuer's OpenAPI document as tests read it: operations, their examples, and answers held against their schemas. */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'

export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** With its parameters in braces. */
  readonly path: string
  readonly name: string
  readonly tag: string
  readonly statuses: readonly number[]
  readonly answers: JsonObject
  /** Undefined: the operation reads no body. */
  readonly body: { readonly contentType: string; readonly examples: readonly JsonValue[] } | undefined
}

const METHODS = ['GET', 'POST', 'PUT'] as const

export function operationsOf(document: JsonObject): readonly Operation[] {
  return Object.entries(objectAt(document, 'paths')).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const found = isJsonObject(item) ? item[method.toLowerCase()] : undefined
      return isJsonObject(found) ? [operation(method, path, found)] : []
    }),
  )
}

function operation(method: Operation['method'], path: string, described: JsonObject): Operation {
  const answers = objectAt(described, 'responses')
  const { tags, requestBody } = described
  const [tag] = Array.isArray(tags) ? tags : []
  return {
    method,
    path,
    name: `${method} ${path}`,
    tag: String(tag),
    statuses: Object.keys(answers).map(Number),
    answers,
    body: isJsonObject(requestBody) ? bodyOf(objectAt(requestBody, 'content')) : undefined,
  }
}

function bodyOf(content: JsonObject): Operation['body'] {
  const [[contentType, media] = ['', {}]] = Object.entries(content)
  return { contentType, examples: isJsonObject(media) ? examplesOf(media) : [] }
}

/** Those of the media type, whichever way they are written, otherwise those of its schema. */
export function examplesOf(media: JsonObject): readonly JsonValue[] {
  const { example, examples, schema } = media
  if (example !== undefined) return [example]
  if (isJsonObject(examples))
    return Object.values(examples).map((one) => (isJsonObject(one) ? (one['value'] ?? null) : null))
  const ofSchema = isJsonObject(schema) ? schema['examples'] : undefined
  return ofSchema !== undefined && isJsonArray(ofSchema) ? ofSchema : []
}

/** The media types of an answer; none where it has no body. */
export function formsOf(
  { name, answers }: Operation,
  status: number,
): readonly (readonly [string, JsonObject])[] {
  const answer = answers[String(status)]
  if (!isJsonObject(answer)) throw new Error(`${name} does not say what ${status} is`)
  return Object.entries(isJsonObject(answer['content']) ? answer['content'] : {}).map(([type, media]) => [
    type,
    isJsonObject(media) ? media : {},
  ])
}

/** What is wrong with a JSON body under the schema of the answer; empty when nothing is. */
export function mismatches(operation: Operation, status: number, body: unknown): readonly string[] {
  const [, media] = formsOf(operation, status).find(([type]) => type === 'application/json') ?? []
  if (media === undefined) return [`${operation.name} does not say that ${status} is JSON`]
  const validate = validatorOf(objectAt(media, 'schema'))
  return validate(body)
    ? []
    : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`)
}

const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false })
const validators = new Map<string, ValidateFunction>()

/** Most answers share a schema, as errors do, and compiling is what takes time. */
function validatorOf(schema: JsonObject): ValidateFunction {
  const text = JSON.stringify(schema)
  const known = validators.get(text) ?? ajv.compile(schema)
  validators.set(text, known)
  return known
}

function objectAt(object: JsonObject, member: string): JsonObject {
  const value = object[member]
  if (!isJsonObject(value)) throw new Error(`no object ${member}`)
  return value
}
