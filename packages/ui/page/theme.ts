/** Light, dark, or as the device has it: every colour is stated for both, so one property of the page decides. */
import { type Signal, signal } from '@preact/signals'

export const THEMES = ['device', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const KEPT_UNDER = 'countersign.theme'

export const chosenTheme: Signal<Theme> = signal('device')

/** Before the first page. */
export function startTheme(): void {
  show(kept())
}

export function chooseTheme(theme: Theme): void {
  show(theme)
  try {
    localStorage.setItem(KEPT_UNDER, theme)
  } catch {
    // Without storage the choice holds for this page.
  }
}

function show(theme: Theme): void {
  chosenTheme.value = theme
  document.documentElement.style.colorScheme = theme === 'device' ? '' : theme
}

function kept(): Theme {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem(KEPT_UNDER)) ?? 'device'
  } catch {
    return 'device'
  }
}
