/** One of several, by the browser's own list. */
import { Field } from './field.tsx'

export interface SelectProps {
  readonly label: string
  readonly hint?: string
  readonly value: string
  readonly options: readonly { readonly value: string; readonly label: string }[]
  readonly onChange: (value: string) => void
}

export function Select({ value, options, onChange, ...field }: SelectProps) {
  return (
    <Field {...field}>
      {(names) => (
        <select
          {...names}
          class="input"
          value={value}
          onChange={({ currentTarget }) => onChange(currentTarget.value)}
        >
          {options.map((one) => (
            <option key={one.value} value={one.value}>
              {one.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}
