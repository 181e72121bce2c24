/** Keys that only the web wallet knows, beside those that every service has. */
import { z } from 'zod'

export const webWalletShape = {
  walletUrl: z
    .url({ protocol: /^https?$/ })
    .default('http://localhost:7001')
    .describe('Where the wallet API answers, for this server alone: an address without a path'),
} as const
