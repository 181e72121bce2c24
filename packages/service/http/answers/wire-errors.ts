/**
 * The one place where errors become HTTP answers, in two shapes: the management shape that scripts of the field
 * parse, and the OAuth object of RFC 6749 §5.2. Handlers call `fail`; everything unforeseen becomes a 500 that says
 * nothing about the inside. What a message says is decided by the caller of `fail`, never taken from an exception.
 */
import { maxHeaderSize, STATUS_CODES } from '../node-http.ts'

/** Which of the two shapes a route answers errors in. */
export type ErrorShape = 'management' | 'oauth'

/** An answer that is an error, before it has a shape. */
export interface WireError {
  /** 400-599. */
  readonly status: number
  /** OAuth error code (`invalid_grant`); in the management shape it becomes `error`. Default: by status. */
  readonly code?: string
  /** For people; public. */
  readonly message: string
  readonly headers?: Readonly<Record<string, string>>
  /** Code of the refusal behind it, for the log; never sent. `wireError` sets it, whoever refuses by hand says it. */
  readonly refusal?: string
  /** The whole body, where a script depends on it word for word; the shapes below are not used then. */
  readonly body?: Readonly<Record<string, unknown>>
}

/**
 * How each code of a refusal is told. One entry a code: the compiler names those that are missing, so that no refusal
 * reaches the wire unseen.
 */
export type WireErrors<R extends { readonly code: string }> = {
  readonly [C in R['code']]: (refusal: Extract<R, { readonly code: C }>) => WireError
}

/** The error answer for a refusal; its code goes along for the log. */
export function wireError<R extends { readonly code: string }>(table: WireErrors<R>, refusal: R): WireError {
  // Each entry takes the refusal that has its code; the compiler cannot follow that through the lookup.
  const tell = table[refusal.code as R['code']] as unknown as (refusal: R) => WireError
  return { ...tell(refusal), refusal: refusal.code }
}

/** Ends a handler with an error answer. */
export function fail(error: WireError): never {
  throw new WireFailure(error)
}

/** What `fail` throws; anything else that reaches the wire is unforeseen. */
export class WireFailure extends Error {
  override readonly name = 'WireFailure'
  readonly wire: WireError

  constructor(wire: WireError) {
    super(wire.message)
    this.wire = wire
  }
}

/**
 * The error answer for anything thrown, and whether it is a fault of ours that must be logged with its stack. `bodyLimit`: of
 * the route, in bytes.
 */
export function wireErrorOf(
  error: unknown,
  bodyLimit: number,
): { readonly wire: WireError; readonly fault: boolean } {
  if (error instanceof WireFailure) return { wire: error.wire, fault: false }
  const facts = factsOf(error)
  if (facts.name === 'StoreUnavailable') return { wire: storeUnavailable, fault: true }
  if (facts.name === 'SignerUnavailable') return { wire: signerUnavailable, fault: true }
  if (facts.name === 'ReferenceGone') return { wire: referenceGone, fault: true }
  if (facts.validation !== undefined) return { wire: validationError(facts), fault: false }
  const expected = facts.status >= 400 && facts.status < 500 && facts.fromFramework
  if (expected) return { wire: frameworkError(facts, bodyLimit), fault: false }
  return {
    wire: { status: 500, message: 'Something went wrong on our side', refusal: 'failed' },
    fault: true,
  }
}

/** The JSON body of an error answer. `correlationId` is the request id, so that a report can be found in the log. */
export function errorBody(
  wire: WireError,
  shape: ErrorShape,
  correlationId: string,
): Readonly<Record<string, unknown>> {
  return wire.body ?? (shape === 'oauth' ? oauthBody(wire) : managementBody(wire, correlationId))
}

const signerUnavailable: WireError = {
  status: 503,
  refusal: 'signer_unavailable',
  code: 'temporarily_unavailable',
  message: 'The signing key cannot be used at the moment; try again',
  headers: { 'retry-after': '1' },
}

export const storeUnavailable: WireError = {
  status: 503,
  refusal: 'store_unavailable',
  code: 'temporarily_unavailable',
  message: 'The session store does not answer at the moment; try again',
  headers: { 'retry-after': '1' },
}

const referenceGone: WireError = {
  status: 409,
  refusal: 'reference_gone',
  message: 'What this call is about was deleted at the same moment',
}

const MAX_ISSUES = 20

interface Issue {
  readonly instancePath: string
  readonly message: string
}

interface ErrorFacts {
  readonly name: string
  readonly code: string
  readonly status: number
  /** Made by the HTTP framework about the request, not by a handler or a library below it. */
  readonly fromFramework: boolean
  readonly validation?: readonly Issue[]
  readonly validationContext: string
}

function factsOf(error: unknown): ErrorFacts {
  const member = (name: string): unknown => (error instanceof Error ? Reflect.get(error, name) : undefined)
  const status = member('statusCode')
  const code = member('code')
  const name = member('name')
  const validation = member('validation')
  const context = member('validationContext')
  const text = typeof code === 'string' ? code : ''
  return {
    name: typeof name === 'string' ? name : '',
    code: text,
    status: typeof status === 'number' ? status : 500,
    // The framework's JSON reader marks its own SyntaxError with a status and gives it no code.
    fromFramework: text.startsWith('FST_') || (text === '' && error instanceof SyntaxError),
    ...(Array.isArray(validation) ? { validation: validation.filter(isIssue) } : {}),
    validationContext: typeof context === 'string' ? context : 'request',
  }
}

function isIssue(value: unknown): value is Issue {
  if (typeof value !== 'object' || value === null) return false
  return 'instancePath' in value && typeof value.instancePath === 'string' && 'message' in value
}

/** `body/claims/0: Invalid input: expected string` for each field, as far as twenty. */
function validationError({ validation = [], validationContext }: ErrorFacts): WireError {
  const listed = validation.slice(0, MAX_ISSUES).map((issue) => {
    const path = `${validationContext}${issue.instancePath === '/' ? '' : issue.instancePath}`
    return `${path.slice(0, 200)}: ${issue.message.slice(0, 200)}`
  })
  const more = validation.length - listed.length
  const message = [...listed, ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
  return { status: 400, message, refusal: 'request_invalid' }
}

/** RFC 9110 §15.5.14. `limit`: of the route, in bytes. */
export function bodyTooLarge(limit: number): WireError {
  return {
    status: 413,
    message: `The body is too large, limit ${limit} bytes`,
    refusal: 'body_too_large',
  }
}

/** Only who sends a large body hears of it: there is no room for one more at the moment. */
export const largeBodiesFull: WireError = {
  status: 503,
  code: 'temporarily_unavailable',
  message: 'There are too many large bodies at the moment; try again',
  refusal: 'large_bodies_full',
  headers: { 'retry-after': '2' },
}

export const requestLate: WireError = {
  status: 408,
  message: 'The request took too long',
  refusal: 'request_late',
}

export const addressUnknown: WireError = {
  status: 404,
  message: 'There is nothing at this address',
  refusal: 'address_unknown',
}

export const requestUnreadable: WireError = {
  status: 400,
  message: 'The request could not be read',
  refusal: 'request_unreadable',
}

/** Characters of a part of the path that is a parameter. */
export const MAX_PATH_PARAMETER = 2048

const FRAMEWORK_ERRORS: Readonly<Record<number, WireError>> = {
  400: requestUnreadable,
  404: addressUnknown,
  408: requestLate,
  414: {
    status: 414,
    message: `The address is too long, limit ${MAX_PATH_PARAMETER} characters of a parameter`,
    refusal: 'address_too_long',
  },
  415: { status: 415, message: 'The content type is not supported here', refusal: 'content_type_wrong' },
  431: {
    status: 431,
    message: `The headers are too large, limit ${maxHeaderSize} bytes`,
    refusal: 'headers_too_large',
  },
}

function frameworkError({ status }: ErrorFacts, bodyLimit: number): WireError {
  if (status === 413) return bodyTooLarge(bodyLimit)
  const other = { status, message: 'The request is not acceptable', refusal: 'request_unacceptable' }
  return FRAMEWORK_ERRORS[status] ?? other
}

const managementIds: Readonly<Record<number, string>> = {
  400: 'BadRequestException',
  401: 'UnauthorizedException',
  403: 'ForbiddenException',
  404: 'NotFoundException',
  405: 'MethodNotAllowedException',
  409: 'ConflictException',
  413: 'PayloadTooLargeException',
  415: 'UnsupportedMediaTypeException',
  429: 'TooManyRequestsException',
  503: 'ServiceUnavailableException',
}

function managementBody(
  { status, code, message }: WireError,
  correlationId: string,
): Record<string, unknown> {
  return {
    exception: true,
    id: managementIds[status] ?? (status < 500 ? 'WebException' : 'InternalServerErrorException'),
    status: STATUS_CODES[status] ?? 'Error',
    // A string in this shape, and scripts compare it as one.
    code: String(status),
    message,
    error: code,
    correlationId,
  }
}

const oauthCodes: Readonly<Record<number, string>> = {
  401: 'invalid_token',
  403: 'access_denied',
  429: 'temporarily_unavailable',
  500: 'server_error',
  503: 'temporarily_unavailable',
}

function oauthBody({ status, code, message }: WireError): Record<string, unknown> {
  const error = code ?? oauthCodes[status] ?? 'invalid_request'
  // RFC 6749 §5.2: %x20-21 / %x23-5B / %x5D-7E.
  return { error, error_description: message.replace(/["\\]/g, "'").replace(/[^\x20-\x7e]/g, '?') }
}

/** RFC 6585 §4. */
export function tooManyRequests(retryAfterSeconds: number): WireError {
  return {
    status: 429,
    code: 'temporarily_unavailable',
    message: 'Too many requests from this address; try again later',
    refusal: 'sender_limited',
    headers: { 'retry-after': String(retryAfterSeconds) },
  }
}
