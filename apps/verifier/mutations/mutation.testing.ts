/**
 * What a mutation is: an answer that is right but for one thing, and what has to become of it. Rows of the tables beside this
 * file are made here; `mutated-answers.test.ts` runs them.
 */
import type { JsonObject, JsonValue } from '@countersign/core/json'
import {
  isPostedModeName,
  RESPONSE_MODE_NAMES,
  type ResponseModeName,
} from '@countersign/protocol/openid4vp/response/response-modes'
import type { Held } from '@countersign/testing/client/protocol-wallet'
import {
  boundByKeyBinding,
  boundByPresentation,
  type Kind,
  kinds,
  mdocKind,
} from '@countersign/testing/forging/credential-kinds'
import type { Asking, Sent } from '../testing/response-ways.testing.ts'
import { type Asked, answerOf, issued, shown } from '../testing/two-instances.testing.ts'

/**
 * `refused`: 4xx, nothing is written. `attempt`: not accepted, noted, the session stays open. `decides`: bound to this request and signed
 * by a believed issuer, so that what is wrong is wrong for good. `waits`: taken, and never verified.
 */
export type Ends = 'refused' | 'attempt' | 'decides' | 'waits'

export interface Mutation {
  readonly what: string
  readonly kinds: readonly Kind[]
  readonly modes: readonly ResponseModeName[]
  readonly ends: Ends
  /** A code that the answer or the result names; of each format or way to secure a credential, where they differ. */
  readonly by: By
  readonly asking?: (kind: Kind, request: Pick<Asked, 'stage'>) => Asking
  send(request: Asked): Promise<Sent>
  /** The answer in good order to the same request. */
  honest(request: Asked): Promise<JsonObject>
}

/** By the name of a format, or of the way in which it is secured. */
type By = string | Readonly<Record<string, string>>

export function codeFor({ by, what }: Mutation, { codec }: Kind): string {
  const code = typeof by === 'string' ? by : (by[codec.id] ?? by[codec.securedBy])
  // An empty one would be in every text.
  if (!code) throw new Error(`no code for ${codec.id} with ${what}`)
  return code
}

export const SD_JWTS = boundByKeyBinding
export const JWTS = boundByPresentation
export const JOSE = [...boundByKeyBinding, ...boundByPresentation]
export const MDOCS = [mdocKind]

/** OpenID4VP 1.0 §8.3: the modes whose names say so. */
const isEncrypted = (name: ResponseModeName) => name.endsWith('.jwt')
export const ENCRYPTED_MODES = RESPONSE_MODE_NAMES.filter(isEncrypted)
export const CLEAR_MODES = RESPONSE_MODE_NAMES.filter((name) => !isEncrypted(name))
/** Appendix A: a page brings the answer. */
export const BROUGHT_MODES: readonly ResponseModeName[] = RESPONSE_MODE_NAMES.filter(
  (name) => !isPostedModeName(name),
)
export const POSTED_MODES: readonly ResponseModeName[] = RESPONSE_MODE_NAMES.filter(isPostedModeName)

type Row = Pick<Mutation, 'what' | 'ends' | 'by'> &
  Partial<Pick<Mutation, 'kinds' | 'modes' | 'asking' | 'honest'>>

async function inGoodOrder(request: Asked): Promise<JsonObject> {
  return answerOf(request, await shown(request))
}

function withDefaults(row: Row, send: Mutation['send']): Mutation {
  return { kinds, modes: RESPONSE_MODE_NAMES, honest: inGoodOrder, ...row, send }
}

/** Of the presentation, which is sent as it should be. */
export function ofPresentation(
  row: Row,
  make: (request: Asked, held: Held) => Promise<JsonValue> | JsonValue,
): Mutation {
  return withDefaults(row, async (request) => {
    const held = await issued(request)
    return written(request, answerOf(request, await make(request, held)))
  })
}

/** Of the parameters; `answer` is in good order. */
export function ofAnswer(
  row: Row,
  change: (answer: JsonObject, request: Asked) => Promise<JsonObject> | JsonObject,
): Mutation {
  return withDefaults(row, async (request) =>
    written(request, await change(await inGoodOrder(request), request)),
  )
}

/** Of what is posted; the form is in good order. */
export function ofBody(
  row: Row,
  change: (form: Readonly<Record<string, string>>, request: Asked) => Promise<Sent> | Sent,
): Mutation {
  return withDefaults(row, async (request) =>
    change(await request.write(await inGoodOrder(request)), request),
  )
}

export async function written(request: Asked, answer: JsonObject): Promise<Sent> {
  return request.body(await request.write(answer))
}
