/** What examples call by a name that exists: credential configurations of the issuer, and types of SD-JWT VCs. */

export interface NamedThings {
  readonly configurations: readonly string[]
  readonly vcts: readonly string[]
}

/** By member: a name, or a list of them. */
const CONFIGURATIONS = [
  'credentialConfigurationId',
  'configurationIds',
  'credential_configuration_id',
  'credential_configuration_ids',
]
const VCTS = ['vct', 'vct_values']

export function namesIn(value: unknown): NamedThings {
  if (Array.isArray(value)) return together(value.map(namesIn))
  if (typeof value !== 'object' || value === null) return { configurations: [], vcts: [] }
  return together(
    Object.entries(value).map(([name, inner]) => {
      const texts = [inner].flat().filter((one) => typeof one === 'string')
      if (CONFIGURATIONS.includes(name)) return { configurations: texts, vcts: [] }
      if (VCTS.includes(name)) return { configurations: [], vcts: texts }
      const deeper = namesIn(inner)
      if (name !== 'credential_configurations_supported') return deeper
      return together([{ configurations: Object.keys(inner as object), vcts: [] }, deeper])
    }),
  )
}

function together(all: readonly NamedThings[]): NamedThings {
  return {
    configurations: all.flatMap(({ configurations }) => configurations),
    vcts: all.flatMap(({ vcts }) => vcts),
  }
}
