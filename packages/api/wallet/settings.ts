/** What a wallet's owner wants it to be like: kept for pages, which alone know what is in it. */
import { z } from 'zod'
import { jsonObject } from '../json.ts'
import { strict } from '../strict.ts'

export const settingsRequest = strict({ settings: jsonObject }).meta({
  examples: [{ settings: { language: 'de' } }],
})

export type SettingsRequest = z.input<typeof settingsRequest>

export const settingsAnswer = z
  .object({ settings: jsonObject })
  .meta({ examples: [{ settings: { language: 'de' } }] })

export type SettingsAnswer = z.infer<typeof settingsAnswer>
