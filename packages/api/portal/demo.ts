/** Instances of a demonstration on one machine, which a page may stop and start. Names of our own alone. */
import { z } from 'zod'
import { strict } from '../strict.ts'

export const demoInstances = z
  .object({
    instances: z
      .array(
        z.object({
          name: z.string(),
          service: z.string(),
          state: z.enum(['running', 'starting', 'stopping', 'stopped']),
        }),
      )
      .readonly(),
  })
  .meta({
    examples: [
      {
        instances: [
          { name: 'verifier1', service: 'verifier', state: 'stopped' },
          { name: 'verifier2', service: 'verifier', state: 'running' },
        ],
      },
    ],
  })

export const demoChange = strict({
  action: z.enum(['stop', 'start']),
  instance: z
    .string()
    .regex(/^[a-z]{1,20}(-[a-z]{1,20})?[1-9]$/, 'Invalid input: expected a name such as verifier2'),
}).meta({ examples: [{ action: 'stop', instance: 'verifier1' }] })

export type DemoInstances = z.infer<typeof demoInstances>
export type DemoInstance = DemoInstances['instances'][number]
export type DemoChange = z.infer<typeof demoChange>
