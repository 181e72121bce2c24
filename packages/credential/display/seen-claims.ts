/**
 * What somebody who asked for some claims gets to see, a row a claim: first what was asked for, as it was asked for, then what
 * goes along unasked because it cannot be withheld. Every claim about the holder is in a row, and in one alone, so that rows
 * can be counted.
 */
import { resolveClaimPath } from '../contract/claim-path.ts'
import type { ClaimPath } from '../contract/format.ts'
import { withoutPlaces } from './claims-apart.ts'
import {
  claimsAt,
  credentialView,
  outermost,
  type TypeLook,
  type ViewClaim,
  type Viewed,
  type ViewedFormat,
} from './credential-view.ts'

export interface SeenClaim extends ViewClaim {
  readonly asked: boolean
}

/** `asked`: paths of the question. What it names is in a row also where people are not shown it otherwise. */
export function seenClaims(
  credential: Viewed,
  format: ViewedFormat,
  asked: readonly ClaimPath[],
  look: TypeLook | undefined,
  locales: readonly string[],
): readonly SeenClaim[] {
  const { claims } = credential
  const paths = outermost(asked)
  const rest = withoutPlaces(
    claims,
    paths.flatMap((path) => resolveClaimPath(claims, path)),
  )
  const sameFormat = { ...format, envelope: () => format.envelope(claims) }
  const along = credentialView({ ...credential, claims: rest }, sameFormat, look, locales).claims
  return [
    ...paths.flatMap((path) => claimsAt(claims, path, look, locales)).map(seen(true)),
    ...along.map(seen(false)),
  ]
}

const seen =
  (asked: boolean) =>
  (claim: ViewClaim): SeenClaim => ({ ...claim, asked })
