/**
 * `schema`: what each credential discloses fits a JSON Schema of the relying party. It sees the claims as the result has them: members
 * that the holder keeps back are not there, and `required` fails for them.
 */
import { isJsonObject, type JsonObject } from '@countersign/core/json'
import { compileForeignSchema } from '@countersign/service/types/foreign-schema'
import type { JudgedPolicy } from './policy.ts'

export const schemaPolicy: JudgedPolicy = {
  name: 'schema',
  description: 'The disclosed claims fit the JSON Schema in args (draft-07 or 2020-12).',
  argumentsExpected: async (args) =>
    isJsonObject(args) && !isWrapped(args) && (await compileForeignSchema(args)) !== undefined
      ? undefined
      : 'a JSON Schema (draft-07 or 2020-12) of at most 20,000 characters that refers to itself alone, with patterns as RE2 has them, and with maxItems beside uniqueItems,',
  judge: async ({ args, credentials }) => {
    const fits = isJsonObject(args) ? await compileForeignSchema(args) : undefined
    const verdicts = credentials.map(({ claims }) => fits?.(claims))
    if (verdicts.includes(false)) return { outcome: 'failed', detail: 'schema_not_met' }
    return verdicts.includes(undefined)
      ? { outcome: 'failed', detail: 'schema_unusable' }
      : { outcome: 'passed' }
  },
}

/** As walt.id's second API has it. JSON Schema knows neither member, so that anything at all would fit. */
function isWrapped({ schema, schemaUrl }: JsonObject): boolean {
  return schema !== undefined || schemaUrl !== undefined
}
