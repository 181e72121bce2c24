/** The look of a type as its metadata has it, in the form that every format's view is made of. */
import type { TypeLook, ViewImage } from '../display/credential-view.ts'
import type { ResolvedType } from './resolve.ts'
import type { ImageReference } from './type-metadata.ts'

export function typeLookOf({ claims, display }: Pick<ResolvedType, 'claims' | 'display'>): TypeLook {
  return {
    displays: display.map(({ description, locale, name, simple }) => ({
      locale,
      name,
      description,
      backgroundColor: simple?.backgroundColor,
      textColor: simple?.textColor,
      logo: simple?.logo && imageOf(simple.logo),
      backgroundImage: simple?.backgroundImage && imageOf(simple.backgroundImage),
    })),
    claims: claims.map((claim) => ({ path: claim.path, labels: claim.display })),
  }
}

function imageOf({ altText, uri }: ImageReference): ViewImage {
  return { uri, altText }
}
