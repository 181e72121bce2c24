/** A credential, or what was shown of one, as an entry of the history keeps it: names in all languages, and values apart. */
import type { ClaimPath } from '@countersign/credential/contract/format'
import {
  claimLabels,
  type TypeLook,
  type ViewClaim,
  type Viewed,
} from '@countersign/credential/display/credential-view'
import { VALUE_LANGUAGES } from '@countersign/credential/display/display-value'
import { readableName } from '@countersign/credential/display/readable-name'
import { seenClaims } from '@countersign/credential/display/seen-claims'
import type { Wallet } from '../wallet.ts'
import type { EventCredential, EventValues, LocalText } from './event.ts'

export interface Describable {
  readonly id?: string | undefined
  readonly format: string
  readonly type: string
  readonly look?: TypeLook | undefined
  readonly issuer?: string | undefined
}

export interface ToDescribe extends Pick<Describable, 'id' | 'look' | 'issuer'> {
  /** With the claims that it is about. */
  readonly credential: Viewed
  readonly queryId?: string | undefined
  /** Paths that somebody asked for: these come first, as they were asked for. */
  readonly asked?: readonly ClaimPath[] | undefined
}

export interface Described {
  readonly credential: EventCredential
  readonly values: EventValues[number]
}

const MAX_CLAIMS = 200
const MAX_LANGUAGES = 20
const MAX_TEXT = 200

/** By its name alone. */
export function describeType({ format, id, issuer, look, type }: Describable): EventCredential {
  const titles = look?.displays.map(({ locale, name }) => ({ text: name, locale })) ?? []
  return {
    id,
    format,
    type,
    titles: titles.length > 0 ? boundedTexts(titles) : [{ text: readableName(type) }],
    issuer: issuer?.slice(0, MAX_TEXT),
    claims: [],
    moreClaims: 0,
  }
}

export function describeCredential(
  { formats }: Pick<Wallet, 'formats'>,
  { asked = [], credential, look, queryId, ...about }: ToDescribe,
): Described {
  const { format, type } = credential
  const told = VALUE_LANGUAGES.map((locale) => ({
    locale,
    claims: seenClaims(credential, formats.spoken(format), asked, look, [locale]),
  }))
  const claims = told[0]?.claims ?? []
  const named = claims.slice(0, MAX_CLAIMS)
  return {
    credential: {
      ...describeType({ ...about, format, type, look }),
      queryId,
      claims: named.map((claim) => ({ path: claim.path, labels: labelsOf(claim, look) })),
      moreClaims: claims.length - named.length,
    },
    values: named.map((_, at) =>
      inOneOrAll(told.map(({ claims: its, locale }) => ({ text: its[at]?.value ?? '', locale }))),
    ),
  }
}

/** What others call something, as far as it is kept. */
export function boundedTexts(texts: readonly LocalText[]): readonly LocalText[] {
  return texts
    .slice(0, MAX_LANGUAGES)
    .map(({ locale, text }) => ({ text: text.slice(0, MAX_TEXT), locale: locale?.slice(0, 35) }))
}

function labelsOf({ label, path }: ViewClaim, look: TypeLook | undefined): readonly LocalText[] {
  const labels = claimLabels(path, look)
  return labels.length === 0
    ? [{ text: label }]
    : boundedTexts(labels.map((one) => ({ text: one.label, locale: one.locale })))
}

/** Most values are the same in every language. */
function inOneOrAll(texts: readonly LocalText[]): readonly LocalText[] {
  const distinct = new Set(texts.map(({ text }) => text))
  return distinct.size > 1 ? texts : [...distinct].map((text) => ({ text }))
}
