/**
 * The response modes that are spoken. One more is a file beside this one, a member of `AnswerMode` and an entry of the
 * list: the compiler names what is missing. Whoever has an answer mode finds the code for it here and branches nowhere.
 */
import { type DirectPost, directPost } from './direct-post.ts'
import { type AskedDirectPostJwt, type DirectPostJwt, directPostJwt } from './direct-post-jwt.ts'
import type { ResponseMode } from './response-mode.ts'

/** How the answer of a session travels, and what the verifier keeps for that. */
export type AnswerMode = DirectPost | DirectPostJwt

/** The same as a wallet reads it in a request. */
export type AskedAnswerMode = DirectPost | AskedDirectPostJwt

export type ResponseModeName = AnswerMode['mode']

type Named<Mode, Name> = Extract<Mode, { readonly mode: Name }>

const MODES: {
  readonly [Name in ResponseModeName]: ResponseMode<Named<AnswerMode, Name>, Named<AskedAnswerMode, Name>>
} = {
  direct_post: directPost,
  'direct_post.jwt': directPostJwt,
}

export const RESPONSE_MODE_NAMES = Object.keys(MODES) as readonly ResponseModeName[]

export function isResponseModeName(value: unknown): value is ResponseModeName {
  return typeof value === 'string' && Object.hasOwn(MODES, value)
}

/** Of a mode that is not known more closely: whatever an entry keeps or reads, it is handed back to the same entry. */
export type AnyResponseMode = ResponseMode<AnswerMode, AskedAnswerMode>

export function responseModeNamed(name: ResponseModeName): AnyResponseMode {
  // The entry under a mode's name takes what is kept under that name; the compiler does not follow that through the lookup.
  return MODES[name] as unknown as AnyResponseMode
}

/** The code for what a session kept, or a request asked for. */
export function responseModeOf({ mode }: AnswerMode | AskedAnswerMode): AnyResponseMode {
  return responseModeNamed(mode)
}
