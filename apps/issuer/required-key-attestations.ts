/** Which of the issuable types are for keys alone of which somebody says how they are kept. */
import { StartRefused } from '@countersign/service/operation/start-refused'
import type { IssuableType } from './types/issuable-types.ts'

export interface RequiredKeyAttestation {
  /** Ids of credential configurations. */
  readonly configurations: readonly string[]
  /** Accepted levels; any where they are absent. */
  readonly keyStorage?: readonly string[] | undefined
  readonly userAuthentication?: readonly string[] | undefined
}

/** Refuses to start for a configuration that nobody issues, and for one that is named twice: somebody relies on what he wrote. */
export function withKeyAttestations(
  types: ReadonlyMap<string, IssuableType>,
  required: readonly RequiredKeyAttestation[],
): ReadonlyMap<string, IssuableType> {
  const marked = new Map(types)
  for (const { configurations, keyStorage, userAuthentication } of required) {
    for (const id of configurations) {
      const type = marked.get(id)
      if (type === undefined) throw new StartRefused(`requiredKeyAttestations: nothing issues ${id}`)
      if (type.configuration.keyAttestation !== undefined)
        throw new StartRefused(`requiredKeyAttestations: ${id} is named twice`)
      const keyAttestation = { keyStorage, userAuthentication }
      marked.set(id, { ...type, configuration: { ...type.configuration, keyAttestation } })
    }
  }
  return marked
}
