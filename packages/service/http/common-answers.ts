/**
 * What routes answer without saying so themselves, because the service answers before or around their handlers: who is
 * not let in at the door or asks too often, what cannot be read, bodies that are too large or of another kind, too much to
 * do, and a store that is away. For the OpenAPI document; the texts are those that are sent.
 */
import type { ManagementScope } from '@countersign/api/scopes'
import { foreignPage, insufficientScope, noManagementKey } from './access.ts'
import { type DescribedAnswers, errorAnswer } from './answers/described-answers.ts'
import {
  bodyTooLarge,
  type ErrorShape,
  requestUnreadable,
  storeUnavailable,
  tooManyRequests,
} from './answers/wire-errors.ts'
import { overloaded } from './answers-by-hand.ts'
import { type BodyKind, jsonInvalid, parameterRepeated, wrongContentType } from './request-bodies.ts'

export interface RouteFacts {
  readonly management: boolean
  /** The management door is opened by a key. */
  readonly keyed: boolean
  /** What that key has to be for. */
  readonly scope?: ManagementScope | undefined
  readonly shape: ErrorShape
  /** Calls count for the bucket of their sender. */
  readonly limited: boolean
  /** Kinds of body that are let in, also where the route reads none of it; none: the method carries no body. */
  readonly bodies: readonly BodyKind[]
  /** In bytes. */
  readonly bodyLimit: number
  /** Names in its path stand for something, or it refuses what its query names. */
  readonly hasParameters: boolean
}

export function commonAnswers(route: RouteFacts): DescribedAnswers {
  const tooMuch = errorAnswer('There is too much to do at the moment', overloaded, route.shape)
  return {
    ...doorAnswers(route),
    ...limitAnswers(route),
    ...unreadable(route),
    ...bodyAnswers(route),
    503: tooMuch,
  }
}

function doorAnswers({ management, keyed, scope }: RouteFacts): DescribedAnswers {
  if (!management) return {}
  return keyed
    ? {
        401: errorAnswer('No management credential, or a wrong one', noManagementKey),
        403: errorAnswer('The credential is for something else', insufficientScope(scope ?? 'none')),
        429: errorAnswer('Too many wrong credentials come from this address', tooManyRequests(1)),
      }
    : { 403: errorAnswer('The request comes from a page of another site', foreignPage) }
}

function limitAnswers({ limited, shape }: RouteFacts): DescribedAnswers {
  if (!limited) return {}
  return {
    429: errorAnswer(
      'The sender asks too often; `Retry-After` says when to ask again',
      tooManyRequests(1),
      shape,
    ),
  }
}

function unreadable({ bodies, hasParameters, shape }: RouteFacts): DescribedAnswers {
  if (bodies.includes('json')) return { 400: errorAnswer('The request cannot be read', jsonInvalid, shape) }
  const repeated = parameterRepeated('a')
  if (bodies.includes('form')) return { 400: errorAnswer('The request cannot be read', repeated, shape) }
  return hasParameters ? { 400: errorAnswer('The request cannot be read', requestUnreadable, shape) } : {}
}

function bodyAnswers({ bodies, bodyLimit, shape }: RouteFacts): DescribedAnswers {
  if (bodies.length === 0) return {}
  return {
    413: errorAnswer('The body is too large', bodyTooLarge(bodyLimit), shape),
    415: errorAnswer('The body is of a kind that is not read here', wrongContentType(bodies), shape),
  }
}

/** For routes that read or write a session. */
export function storeAnswers(shape: ErrorShape = 'management'): DescribedAnswers {
  return { 503: errorAnswer('The session store is away for the moment', storeUnavailable, shape) }
}
