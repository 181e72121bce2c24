/**
 * The response modes that are spoken. One more is a file beside this one, a member of `AnswerMode` and an entry of the
 * list: the compiler names what is missing. Whoever has an answer mode finds the code for it here and branches nowhere.
 */
import { type AskedDcApi, type DcApi, dcApi } from './dc-api.ts'
import { type AskedDcApiJwt, type DcApiJwt, dcApiJwt } from './dc-api-jwt.ts'
import { type DirectPost, directPost } from './direct-post.ts'
import { type AskedDirectPostJwt, type DirectPostJwt, directPostJwt } from './direct-post-jwt.ts'
import type { ResponseMode } from './response-mode.ts'

/** How the answer of a session travels, and what the verifier keeps for that. */
export type AnswerMode = DirectPost | DirectPostJwt | BrowserAnswerMode

/** Of an answer that a page brings from its browser. */
export type BrowserAnswerMode = DcApi | DcApiJwt

/** The same as a wallet reads it in a request. */
type AskedAnswerMode = AskedPostedMode | AskedDcApi | AskedDcApiJwt

/** Of a request that came by a link: the wallet posts the answer. */
export type AskedPostedMode = DirectPost | AskedDirectPostJwt

export type ResponseModeName = AnswerMode['mode']

type Named<Mode, Name> = Extract<Mode, { readonly mode: Name }>

const MODES: {
  readonly [Name in ResponseModeName]: ResponseMode<Named<AnswerMode, Name>, Named<AskedAnswerMode, Name>>
} = {
  direct_post: directPost,
  'direct_post.jwt': directPostJwt,
  dc_api: dcApi,
  'dc_api.jwt': dcApiJwt,
}

export const RESPONSE_MODE_NAMES = Object.keys(MODES) as readonly ResponseModeName[]

export type BrowserModeName = BrowserAnswerMode['mode']
export type PostedModeName = Exclude<ResponseModeName, BrowserModeName>

/** Those in which a wallet posts its answer itself: a link or a QR code is enough to ask for one. */
export const POSTED_MODE_NAMES = RESPONSE_MODE_NAMES.filter(isPostedModeName)

export function isPostedModeName(value: unknown): value is PostedModeName {
  return isResponseModeName(value) && MODES[value].channel === 'post'
}

export function isBrowserMode(mode: AnswerMode): mode is BrowserAnswerMode {
  return MODES[mode.mode].channel === 'browser'
}

export function isResponseModeName(value: unknown): value is ResponseModeName {
  return typeof value === 'string' && Object.hasOwn(MODES, value)
}

/** Of a mode that is not known more closely: whatever an entry keeps or reads, it is handed back to the same entry. */
export type AnyResponseMode = ResponseMode<AnswerMode, AskedAnswerMode>

export function responseModeNamed(name: ResponseModeName): AnyResponseMode {
  // The entry under a mode's name takes what is kept under that name; the compiler does not follow that through the lookup.
  return MODES[name] as unknown as AnyResponseMode
}

/** The same for a wallet that was called by a link. */
export function postedModeNamed(
  name: PostedModeName,
): ResponseMode<DirectPost | DirectPostJwt, AskedPostedMode> {
  return MODES[name] as unknown as ResponseMode<DirectPost | DirectPostJwt, AskedPostedMode>
}

/** The code for what a session kept, or a request asked for. */
export function responseModeOf({ mode }: AnswerMode | AskedAnswerMode): AnyResponseMode {
  return responseModeNamed(mode)
}
