/** Values that several of the services' own messages have, each with its one schema. Knows no message. */
import { z } from 'zod'

/** ISO 8601, in UTC. */
export const isoTime = z.string().meta({ format: 'date-time', examples: ['2026-11-29T09:30:00Z'] })

/** A query has text alone; a flag that is not there is false. */
export const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true')
