/** Configuration of services that send requests to addresses which others name. */
import { z } from 'zod'
import type { Mode } from './schema.ts'

export const outgoingShape = {
  allowHttp: z
    .boolean()
    .optional()
    .describe('Whether others may be reached over plain http; on in development when absent'),
  allowPrivateAddresses: z
    .boolean()
    .optional()
    .describe(
      'Whether others may be on loopback and in private networks, never on this link or the metadata service of a cloud; on in development when absent',
    ),
} as const

export interface OutgoingValues {
  readonly mode: Mode
  readonly allowHttp?: boolean | undefined
  readonly allowPrivateAddresses?: boolean | undefined
}

export interface OutgoingOptions {
  readonly allowHttp: boolean
  readonly allowPrivateAddresses: boolean
}

export function outgoingOptions({ allowHttp, allowPrivateAddresses, mode }: OutgoingValues): OutgoingOptions {
  const development = mode === 'development'
  return {
    allowHttp: allowHttp ?? development,
    allowPrivateAddresses: allowPrivateAddresses ?? development,
  }
}
