/**
 * The credential types that come with Countersign, a JSON file a topic. The issuer offers these by default and the
 * repository publishes them; neither asks the other.
 */
import type { CatalogueType } from './catalogue-type.ts'
import type { Topic } from './topics.ts'
import age from './types/age.json' with { type: 'json' }
import business from './types/business.json' with { type: 'json' }
import driving from './types/driving.json' with { type: 'json' }
import education from './types/education.json' with { type: 'json' }
import employment from './types/employment.json' with { type: 'json' }
import health from './types/health.json' with { type: 'json' }
import identity from './types/identity.json' with { type: 'json' }
import membership from './types/membership.json' with { type: 'json' }
import payment from './types/payment.json' with { type: 'json' }
import residence from './types/residence.json' with { type: 'json' }
import tickets from './types/tickets.json' with { type: 'json' }
import travel from './types/travel.json' with { type: 'json' }
import { completeType, type WrittenType } from './written-type.ts'

/** As they are written: `written-type.ts` says how. */
const WRITTEN: readonly (readonly [Topic, readonly unknown[]])[] = [
  ['identity', identity],
  ['age', age],
  ['driving', driving],
  ['education', education],
  ['employment', employment],
  ['health', health],
  ['travel', travel],
  ['tickets', tickets],
  ['membership', membership],
  ['payment', payment],
  ['business', business],
  ['residence', residence],
]

export const catalogue: readonly CatalogueType[] = WRITTEN.flatMap(([topic, types]) =>
  types.map((type) => built({ topic, ...(type as WrittenType) })),
)

function built(written: WrittenType): CatalogueType {
  const { mistakes, type } = completeType(written)
  if (mistakes.length === 0) return type
  throw new Error(`${written.name}: ${mistakes.map(({ at, problem }) => `${at}: ${problem}`).join('; ')}`)
}
