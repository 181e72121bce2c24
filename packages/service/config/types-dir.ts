/** Configuration of services that know credential types. */
import { z } from 'zod'

export const typesShape = {
  typesDir: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Folder with credential types of your own, a JSON file each; the issuer and the repository read it at their start',
    ),
} as const
