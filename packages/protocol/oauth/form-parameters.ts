/**
 * Parameters of a request that travels as a form or in the query of a URL (RFC 6749 appendix B): the one reader of them.
 * Knows no request: each entry of a list names its parameters and their limits. The HTTP layer refuses a form in which a
 * parameter is repeated (RFC 6749 §3.2) before it becomes a record.
 */
import { ok, type Result, refuse } from '@countersign/core/result'

export type Form = Readonly<Record<string, string>>

export interface ParameterRefusal {
  readonly code: 'invalid_request'
  /** The parameter that is missing or longer than its limit. */
  readonly parameter: string
}

/**
 * Those of a URL's parameters that are named. One that stands there twice is refused, with a value or without (RFC 6749
 * §3.1): two readers would take different ones.
 */
export function queryParameters(
  query: URLSearchParams,
  names: readonly string[],
): Result<Form, { readonly code: 'parameter_repeated'; readonly parameter: string }> {
  const form: Record<string, string> = {}
  for (const name of names) {
    const [value, ...more] = query.getAll(name)
    if (more.length > 0) return refuse({ code: 'parameter_repeated', parameter: name })
    if (value !== undefined) form[name] = value
  }
  return ok(form)
}

/** A parameter without a value counts as left out (RFC 6749 §3.1, §3.2). */
export function parameter(form: Form, name: string): string | undefined {
  const value = Object.hasOwn(form, name) ? form[name] : undefined
  return value === '' ? undefined : value
}

/** `maxLength` in UTF-16 units. */
export function requiredParameter(
  form: Form,
  name: string,
  maxLength: number,
): Result<string, ParameterRefusal> {
  const value = parameter(form, name)
  const fits = value !== undefined && value.length <= maxLength
  return fits ? ok(value) : refuse({ code: 'invalid_request', parameter: name })
}

/** `maxLength` in UTF-16 units. */
export function optionalParameter(
  form: Form,
  name: string,
  maxLength: number,
): Result<string | undefined, ParameterRefusal> {
  const value = parameter(form, name)
  const exceeds = value !== undefined && value.length > maxLength
  return exceeds ? refuse({ code: 'invalid_request', parameter: name }) : ok(value)
}
