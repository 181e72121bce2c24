/**
 * What a claim tells of somebody and what it is usually asked for, so that a wallet can say that a question is unusual
 * without asking anybody. By the claim's own type where the catalogue has it, otherwise by the claim's name, as far as many
 * types have it. It judges no question: who asks, and why, it does not know.
 */
import type { ClaimPath } from '@countersign/credential/contract/format'
import { catalogue } from './catalogue.ts'
import type { CatalogueType } from './catalogue-type.ts'
import { type ClaimUse, sharedClaims } from './vocabulary.ts'

/**
 * `type`: what the credential's format calls it, `path`: in that format. What is within a claim counts as the claim, unless it
 * has a use of its own. Undefined: the catalogue knows nothing of it.
 */
export function claimUse(type: string, path: ClaimPath): ClaimUse | undefined {
  const own = typeCalled(type)?.claims
  for (const name of path.toReversed()) {
    if (typeof name !== 'string') continue
    const described = own?.find((claim) => claim.path[0] === name)?.use ?? useCalled(name)
    if (described !== undefined) return described
  }
  return undefined
}

let typesByName: ReadonlyMap<string, CatalogueType> | undefined

function typeCalled(name: string): CatalogueType | undefined {
  typesByName ??= new Map(
    catalogue.flatMap((type) => Object.values(type.formats).map((called) => [called, type])),
  )
  return typesByName.get(name)
}

let usesByName: ReadonlyMap<string, ClaimUse> | undefined

function useCalled(name: string): ClaimUse | undefined {
  usesByName ??= new Map(
    [...sharedClaims].flatMap(([kind, { also = [], instead = [], purposes, sensitivity }]) =>
      [kind, ...also].map((called) => [called, { kind, sensitivity, purposes, instead }]),
    ),
  )
  const plain = plainName(name)
  return usesByName.get(/^(?:is_|age_)?over_?\d+$/.test(plain) ? 'age_over_18' : plain)
}

/** `givenName` and `given_name` are one name. */
function plainName(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase()
}
