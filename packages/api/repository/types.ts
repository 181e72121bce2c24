/** The catalogue of credential types: what the repository publishes of each, in the shape of each format. */
import { z } from 'zod'
import { jsonObject } from '../json.ts'

export const typeNames = z.array(z.string()).readonly().describe('Names of types')

const typeMetadataReference = z.object({
  vct: z.string(),
  uri: z.string().describe('Where the type metadata is'),
  'vct#integrity': z.string().describe('Hash of the document, as credentials carry it'),
})

export const typeEntry = z.object({
  name: z.string(),
  id: z.string().describe('Stem of its credential configuration ids'),
  topic: z.string().describe('What it is about: `identity`, `travel` …'),
  description: z.string().describe('In the first of its languages'),
  display: z
    .array(z.object({ locale: z.string(), name: z.string(), description: z.string() }))
    .readonly()
    .describe('What people call it, by language'),
  backgroundColor: z.string().describe('Of its cards: `#rrggbb`'),
  textColor: z.string(),
  formats: z.record(z.string(), z.string()).readonly().describe('What the type is called in each format'),
  namespace: z.string().optional().describe('Of the data elements of an mdoc'),
  typeMetadata: typeMetadataReference.optional().describe('For types that come as SD-JWT VCs'),
})

export type TypeEntry = z.infer<typeof typeEntry>

export const typeEntries = z.array(typeEntry).readonly()

/** Claims of an invented person, in the form that an issue call takes them. */
export const credentialExample = jsonObject

/** What an issue call fills in: its data functions by member. */
export const credentialMapping = jsonObject

export const claimLabels = z.object({
  claims: z.record(z.string(), z.string()).readonly().describe('JSONPath of each claim, by its label'),
})

export type ClaimLabels = z.infer<typeof claimLabels>

/** JSON Schema (2020-12). */
export const claimsJsonSchema = jsonObject

/** SD-JWT VC type metadata; its bytes are what `vct#integrity` is the hash of. */
export const typeMetadataDocument = z.looseObject({ vct: z.string() })
