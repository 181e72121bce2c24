/** Categories: words of a holder's own, under which credentials are found again. */
import { z } from 'zod'
import { walletId } from './accounts.ts'

export const MAX_CATEGORY_NAME = 100

const name = z
  .string()
  .min(1)
  .max(MAX_CATEGORY_NAME)
  .refine((text) => text.trim() !== '', 'must not be blank')

export const categoriesAnswer = z
  .array(z.object({ name: z.string() }))
  .meta({ examples: [[{ name: 'Travel' }]] })

export type CategoriesAnswer = z.infer<typeof categoriesAnswer>

export const categoryParams = z.object({ wallet: walletId, name })

export const renameCategoryParams = z.object({ wallet: walletId, name, newName: name })

export const categoryNames = z
  .array(name)
  .min(1)
  .max(100)
  .meta({ examples: [['Travel']] })

export const namesAnswer = z.array(z.string()).meta({ examples: [['Travel']] })

export type NamesAnswer = z.infer<typeof namesAnswer>
