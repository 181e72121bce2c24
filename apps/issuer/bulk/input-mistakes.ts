/** What can be wrong with the input of a bulk. */

export type RowMistake =
  | { readonly code: 'line_too_long'; readonly maxBytes: number }
  | { readonly code: 'not_utf8' }
  | { readonly code: 'not_json'; readonly reason: string }
  | { readonly code: 'row_malformed'; readonly problems: readonly string[] }
  | { readonly code: 'fields_differ'; readonly expected: number; readonly found: number }
  | { readonly code: 'field_not_json'; readonly name: string }

/** What follows cannot be told from what was there before. */
export type BrokenInput =
  | { readonly code: 'csv_broken'; readonly reason: string }
  | { readonly code: 'column_unknown'; readonly name: string }
  | { readonly code: 'column_repeated'; readonly name: string }
  | { readonly code: 'not_utf8' }
