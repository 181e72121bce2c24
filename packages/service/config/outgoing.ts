/** Configuration of services that send requests to addresses which others name. */
import { z } from 'zod'
import type { Mode } from './schema.ts'

export const outgoingShape = {
  /** Plain http towards others; default: in development. */
  allowHttp: z.boolean().optional(),
  /** Others on loopback and in private networks; default: in development. */
  allowPrivateAddresses: z.boolean().optional(),
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
