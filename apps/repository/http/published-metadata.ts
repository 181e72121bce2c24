/**
 * Type metadata as it is published, made when it is first asked for and kept: with the cards in it that is half a megabyte, which
 * a start does not wait for.
 */
import { createHash } from 'node:crypto'
import type { CatalogueType } from '@countersign/catalogue/catalogue-type'
import { typeMetadataText } from '@countersign/catalogue/type-metadata'
import { integrityValue } from '@countersign/credential/type-metadata/integrity'

export interface PublishedTypeMetadata {
  readonly vct: string
  /** The document, byte for byte. */
  readonly text: string
  /** What a credential writes as `vct#integrity` (SD-JWT VC §6). */
  readonly integrity: string
}

const made = new WeakMap<CatalogueType, PublishedTypeMetadata>()

/** Undefined for a type that does not come as an SD-JWT VC. */
export function publishedMetadata(type: CatalogueType): PublishedTypeMetadata | undefined {
  const known = made.get(type)
  if (known !== undefined) return known
  const { 'dc+sd-jwt': vct } = type.formats
  const text = typeMetadataText(type)
  if (vct === undefined || text === undefined) return undefined
  const published = { vct, text, integrity: integrityValue(createHash('sha256').update(text).digest()) }
  made.set(type, published)
  return published
}
