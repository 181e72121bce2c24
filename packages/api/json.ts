/** JSON whose members another specification or a credential type defines: kept as it is, and described by nobody here. */
import type { JsonObject } from '@countersign/core/json'
import { z } from 'zod'

// The schema says what is looked at: that it is an object. What lies in it came through a JSON reader.
export const jsonObject = z.record(z.string(), z.unknown()) as unknown as z.ZodType<JsonObject, JsonObject>
