/**
 * A type of transaction data (OpenID4VP 1.0 §8.4): what an entry of it says, and what people are shown of that. Nothing that a
 * type does not name is taken, so there is nothing in an entry that its holder does not see.
 */
import { isFullDate } from '@countersign/core/date-time'
import type { JsonValue } from '@countersign/core/json'

/** By language (`en`, `de`); the first where nothing fits. */
export type LocalTexts = Readonly<Record<string, string>>

export interface TransactionType {
  /** `type` of its entries. */
  readonly type: string
  readonly displayName: LocalTexts
  readonly fields: readonly TransactionField[]
}

export type TransactionField = ValueField | GroupField

interface FieldBase {
  /** Of the member. */
  readonly name: string
  readonly label: LocalTexts
  /** Within the object that it is a member of. */
  readonly required: boolean
}

export interface ValueField extends FieldBase {
  readonly kind: ValueKind
}

/** An object with members of its own, or a list of such. */
export interface GroupField extends FieldBase {
  readonly kind: GroupKind
  readonly fields: readonly TransactionField[]
}

export const GROUP_KINDS = ['object', 'list'] as const
export type GroupKind = (typeof GROUP_KINDS)[number]

export type ValueKind = (typeof VALUE_KINDS)[number]

/** The last: a text, a number, or true or false. */
export const VALUE_KINDS = ['text', 'number', 'boolean', 'date', 'currency', 'amount', 'value'] as const

/** Characters of a text, so that all of it can be shown. */
const MAX_TEXT = 2000

const isText = (value: JsonValue) => typeof value === 'string' && value !== '' && value.length <= MAX_TEXT
const isNumber = (value: JsonValue) => typeof value === 'number' && Number.isFinite(value)
const isBoolean = (value: JsonValue) => typeof value === 'boolean'
const matches = (pattern: RegExp) => (value: JsonValue) => typeof value === 'string' && pattern.test(value)

export const ACCEPTS: Readonly<Record<ValueKind, (value: JsonValue) => boolean>> = {
  text: isText,
  number: isNumber,
  boolean: isBoolean,
  date: isFullDate,
  /** ISO 4217. */
  currency: matches(/^[A-Z]{3}$/),
  amount: matches(/^-?\d{1,18}(\.\d{1,12})?$/),
  value: (value) => isText(value) || isNumber(value) || isBoolean(value),
}

export function isGroup(field: TransactionField): field is GroupField {
  return 'fields' in field
}

/** By their `type`. */
export type TransactionTypes = ReadonlyMap<string, TransactionType>
