/**
 * `regex`: the whole text of a claim is as an expression says. Where the path selects several values each has to be; a value that is no
 * text, number or truth is not.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { selectClaims } from '@countersign/protocol/openid4vp/dcql/claims-path-pointer'
import { claimsPathOf } from '@countersign/protocol/openid4vp/dcql/plain-json-path'
import {
  type ForeignPattern,
  PATTERN_OPTIONS,
  type PatternOption,
  patternCompiler,
} from '@countersign/service/types/foreign-pattern'
import type { JudgedPolicy } from './policy.ts'

export const regexPolicy: JudgedPolicy = {
  name: 'regex',
  description: 'The claim at args.path is, as a whole, as args.regex says.',
  argumentsExpected: async (args) =>
    (await rulesOf(args)) === undefined
      ? `{path, regex}: path as $.member.member, regex as RE2 has it (without look-around and back references), at most 500 characters; and, where wanted, regex_options, a list of ${PATTERN_OPTIONS.join(', ')}, and allowNull, which lets a claim be absent,`
      : undefined,
  judge: async ({ args, credentials }) => {
    const rules = await rulesOf(args)
    const isMet = rules !== undefined && credentials.every(({ claims }) => isMetBy(claims, rules))
    return isMet ? { outcome: 'passed' } : { outcome: 'failed', detail: 'value_not_matched' }
  },
}

interface Rules {
  readonly path: readonly string[]
  readonly pattern: ForeignPattern
  readonly allowNull: boolean
}

async function rulesOf(args: unknown): Promise<Rules | undefined> {
  if (!isJsonObject(args)) return undefined
  const { allowNull = false, path: jsonPath, regex, regex_options: options = [], ...others } = args
  const named = optionsOf(options)
  if (typeof jsonPath !== 'string' || typeof regex !== 'string' || named === undefined) return undefined
  if (typeof allowNull !== 'boolean' || Object.keys(others).length > 0) return undefined
  const path = claimsPathOf(jsonPath)
  const pattern = (await patternCompiler())(regex, named)
  return path && pattern && { path, pattern, allowNull }
}

function optionsOf(options: JsonValue): readonly PatternOption[] | undefined {
  const names: JsonValue = typeof options === 'string' ? [options] : options
  if (!isJsonArray(names)) return undefined
  const known = names.flatMap((name) => PATTERN_OPTIONS.filter((option) => option === name))
  return known.length === names.length ? known : undefined
}

function isMetBy(claims: JsonObject, { allowNull, path, pattern }: Rules): boolean {
  const found = selectClaims(claims, path)
  if (!found.ok) return allowNull && found.error.code === 'nothing_selected'
  return found.value.values.every((value) =>
    value === null ? allowNull : isText(value) && pattern.is(String(value)),
  )
}

function isText(value: JsonValue): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}
