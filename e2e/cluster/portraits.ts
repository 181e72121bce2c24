/** The formats' cases with a portrait of 900 kB: what a camera makes, and nothing of it can be compressed. */
import { randomBytes } from 'node:crypto'
import type { JsonObject } from '@countersign/core/json'
import { type FormatCase, formatCases } from '@countersign/testing/client/formats'

const PORTRAIT = randomBytes(900_000)

/** Where the claims of an order stand, and where the portrait among them. */
const PLACES: Readonly<Record<FormatCase['family'], readonly [member: string, within: string | undefined]>> =
  {
    sdjwt: ['credentialData', undefined],
    jwt: ['credentialData', 'credentialSubject'],
    mdoc: ['mdocData', 'org.iso.18013.5.1'],
  }

export interface PortraitCase extends FormatCase {
  /** As it stands among the claims. */
  readonly portrait: string
}

/** The portrait is all that is asked for. */
export const portraitCases: readonly PortraitCase[] = formatCases.map((one) => {
  const [member, within] = PLACES[one.family]
  const portrait =
    one.family === 'mdoc'
      ? PORTRAIT.toString('base64url')
      : `data:image/jpeg;base64,${PORTRAIT.toString('base64')}`
  const at = (rest: JsonObject) =>
    within === undefined ? { ...rest, portrait } : { [within]: { ...rest, portrait } }
  const claims = one.order[member] as JsonObject
  const others = within === undefined ? claims : (claims[within] as JsonObject)
  return {
    ...one,
    order: { ...one.order, [member]: { ...claims, ...at(others) } },
    query: { ...one.query, claims: [{ path: within === undefined ? ['portrait'] : [within, 'portrait'] }] },
    portrait,
  }
})
