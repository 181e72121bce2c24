/**
 * The response modes that are spoken. One more is a file beside this one, a member of `AnswerMode` and an entry of the
 * list: the compiler names what is missing. Whoever has an answer mode finds the code for it here and branches nowhere.
 */
import { type DirectPost, directPost } from './direct-post.ts'
import type { ResponseMode } from './response-mode.ts'

/** How the answer of a session travels, and what the verifier keeps for that. */
export type AnswerMode = DirectPost

export type ResponseModeName = AnswerMode['mode']

const MODES: {
  readonly [Name in ResponseModeName]: ResponseMode<Extract<AnswerMode, { readonly mode: Name }>>
} = {
  direct_post: directPost,
}

export const RESPONSE_MODE_NAMES = Object.keys(MODES) as readonly ResponseModeName[]

export function isResponseModeName(value: unknown): value is ResponseModeName {
  return typeof value === 'string' && Object.hasOwn(MODES, value)
}

export function responseModeNamed<Name extends ResponseModeName>(
  name: Name,
): ResponseMode<Extract<AnswerMode, { readonly mode: Name }>> {
  return MODES[name]
}

/** The code for what a session kept. */
export function responseModeOf<Answer extends AnswerMode>(answer: Answer): ResponseMode<Answer> {
  // The entry under a mode's name takes what is kept under that name; the compiler does not follow that through the lookup.
  return MODES[answer.mode] as ResponseMode<Answer>
}
