/**
 * JSON whose members another specification or a credential type defines: kept as it is, and described by nobody here. The
 * schema says what is looked at: that it is an object. What lies in it came through a strict JSON reader, and a second walk
 * by the schema library would cost a hundred times that reader.
 */
import { isJsonObject, type JsonObject } from '@countersign/core/json'
import { z } from 'zod'

export const jsonObject = z
  .custom<JsonObject>(isJsonObject, {
    error: ({ input }) => `Invalid input: expected object, received ${kindOf(input)}`,
  })
  .meta({ type: 'object', additionalProperties: true })

function kindOf(input: unknown): string {
  if (input === null) return 'null'
  return Array.isArray(input) ? 'array' : typeof input
}
