/** What has to be so before people come: looked at through the portal's server, which knows the internal and the public addresses. */
import { z } from 'zod'

const checkedService = z.object({
  service: z.enum(['issuer', 'verifier']),
  answers: z
    .enum(['yes', 'silent', 'key_refused'])
    .describe('By its internal address; `key_refused`: the key that the portal holds is another'),
  keys: z
    .array(
      z.object({
        purpose: z.string(),
        algorithm: z.string(),
        endsAt: z.int().optional().describe('Epoch seconds: when the first certificate of its chain ends'),
      }),
    )
    .readonly()
    .optional(),
  trust: z
    .object({
      sources: z.int().describe('Files, lists, DIDs and addresses by which it believes'),
      failing: z.int().describe('Those by which nobody is believed now, or whose last look failed'),
      endsAt: z.int().optional().describe('Epoch seconds: the first next update of a list'),
    })
    .optional()
    .describe('Absent for a service that believes nobody'),
  sessions: z
    .object({
      shared: z.boolean(),
      processes: z
        .int()
        .describe('With a shared store all of the deployment; else those of this service that answered'),
    })
    .optional(),
  address: z
    .object({
      url: z.string().describe('The public one'),
      reached: z.boolean().describe('From where the portal runs'),
      ms: z.int().optional().describe('How long that took'),
    })
    .optional(),
})

export const checklist = z.object({ services: z.array(checkedService).readonly() }).meta({
  examples: [
    {
      services: [
        {
          service: 'issuer',
          answers: 'yes',
          keys: [{ purpose: 'credential-issuer', algorithm: 'ES256', endsAt: 1_821_536_000 }],
          sessions: { shared: true, processes: 7 },
          address: { url: 'https://issuer.example', reached: true, ms: 38 },
        },
        {
          service: 'verifier',
          answers: 'yes',
          keys: [{ purpose: 'verifier-request', algorithm: 'ES256' }],
          trust: { sources: 2, failing: 1, endsAt: 1_800_036_400 },
          sessions: { shared: true, processes: 7 },
          address: { url: 'https://verifier.example', reached: false },
        },
      ],
    },
  ],
})

export type Checklist = z.infer<typeof checklist>
export type CheckedService = Checklist['services'][number]
