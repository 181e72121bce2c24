/**
 * How an issuer wants its credential to look, as its metadata said when the credential was received (OpenID4VCI 1.0
 * §12.2.4): kept with the credential, so that it is shown without asking the issuer. The one place where the issuer's
 * words become the look that views are made of. It is decoration: what is too large or ends up in style sheets as
 * anything but a colour is left out.
 */
import { defined } from '@countersign/core/json'
import type { LocalDisplay, TypeLook, ViewImage } from '@countersign/credential/display/credential-view'
import type {
  ClaimDescription,
  CredentialDisplay,
} from '@countersign/protocol/openid4vci/metadata/published-metadata'
import type { OfferedConfiguration } from '@countersign/protocol/openid4vci/metadata/read-metadata'

/** Of the look as JSON; pictures within it are data more often than not. */
const MAX_LOOK_LENGTH = 131_072
const MAX_DISPLAYS = 50

/** Undefined where the issuer says nothing of it, or far too much. */
export function issuerDisplay({
  claims,
  display,
}: Pick<OfferedConfiguration, 'claims' | 'display'>): TypeLook | undefined {
  if (display.length === 0 && claims.length === 0) return undefined
  return limitedLook({
    displays: display.slice(0, MAX_DISPLAYS).map(localDisplay),
    claims: claims.map(claimLook),
  })
}

/** As much of a look as is kept: without its pictures where it is too large, and nothing where it is then. */
export function limitedLook(look: TypeLook): TypeLook | undefined {
  return [look, withoutPictures(look)].find((one) => JSON.stringify(one).length <= MAX_LOOK_LENGTH)
}

function localDisplay(display: CredentialDisplay): LocalDisplay {
  const { backgroundImageUri, description, locale, logo, name } = display
  return defined({
    name,
    locale,
    description,
    backgroundColor: color(display.backgroundColor),
    textColor: color(display.textColor),
    logo: logo && image(logo),
    backgroundImage: backgroundImageUri === undefined ? undefined : { uri: backgroundImageUri },
  })
}

function claimLook({ display = [], path }: ClaimDescription): TypeLook['claims'][number] {
  const labels = display.slice(0, MAX_DISPLAYS).map(({ locale, name: label }) => defined({ label, locale }))
  return { path, labels }
}

function image({ altText, uri }: NonNullable<CredentialDisplay['logo']>): ViewImage {
  return defined({ uri, altText })
}

/** A plain RGB value (CSS Color Module Level 3 §4.2.1), or nothing. */
function color(text: string | undefined): string | undefined {
  return text !== undefined && /^#(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i.test(text) ? text : undefined
}

function withoutPictures({ claims, displays }: TypeLook): TypeLook {
  const plain = displays.map(({ backgroundImage: _image, logo: _logo, ...display }) => display)
  return { displays: plain, claims }
}
