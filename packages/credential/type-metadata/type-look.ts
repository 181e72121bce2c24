/** The look of a type as its metadata has it, in the form that every format's view is made of. */
import type { TypeLook, ViewImage } from '../display/credential-view.ts'
import type { ResolvedType } from './resolve.ts'
import type { ImageReference } from './type-metadata.ts'

export function typeLookOf({ claims, display }: Pick<ResolvedType, 'claims' | 'display'>): TypeLook {
  return {
    displays: display.map(({ description, locale, name, simple }) => ({
      locale,
      name,
      ...(description !== undefined && { description }),
      ...(simple?.backgroundColor !== undefined && { backgroundColor: simple.backgroundColor }),
      ...(simple?.textColor !== undefined && { textColor: simple.textColor }),
      ...(simple?.logo && { logo: imageOf(simple.logo) }),
      ...(simple?.backgroundImage && { backgroundImage: imageOf(simple.backgroundImage) }),
    })),
    claims: claims.map((claim) => ({ path: claim.path, labels: claim.display })),
  }
}

function imageOf({ altText, uri }: ImageReference): ViewImage {
  return { uri, ...(altText !== undefined && { altText }) }
}
