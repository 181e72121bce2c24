/** Language and theme: on the open page, and for the next visit. */
import { Part } from '@countersign/ui/elements/sheet'
import { chooseTheme, chosenTheme, THEMES } from '@countersign/ui/page/theme'
import { LANGUAGES, type LanguageId } from '@countersign/ui/text/languages'
import { chooseLanguage, language } from '@countersign/ui/text/texts'
import { own } from '../texts/own-texts.ts'

export function LookPart() {
  const t = own.value.settings
  const languages = (Object.keys(LANGUAGES) as LanguageId[]).filter((id) => LANGUAGES[id].name !== undefined)
  return (
    <>
      <Part label={t.language}>
        <fieldset class="choices">
          <legend class="visually-hidden">{t.language}</legend>
          {languages.map((id) => (
            <label key={id} lang={LANGUAGES[id].tag}>
              <input
                class="tick"
                type="radio"
                name="language"
                checked={language() === id}
                onChange={() => void chooseLanguage(id)}
              />
              <span>{LANGUAGES[id].name}</span>
            </label>
          ))}
        </fieldset>
      </Part>
      <Part label={t.theme}>
        <fieldset class="choices">
          <legend class="visually-hidden">{t.theme}</legend>
          {THEMES.map((theme) => (
            <label key={theme}>
              <input
                class="tick"
                type="radio"
                name="theme"
                checked={chosenTheme.value === theme}
                onChange={() => chooseTheme(theme)}
              />
              <span>{t.themes[theme]}</span>
            </label>
          ))}
        </fieldset>
      </Part>
    </>
  )
}
