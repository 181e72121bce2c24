/** What stands around every page: the way to its content, the header, the footer, and the voice that says what changed. */
import './page.css'
import { signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { Icon, Strokes } from '../elements/icon.tsx'
import { LANGUAGES, type LanguageId } from '../text/languages.ts'
import { chooseLanguage, language } from '../text/texts.ts'
import { ui } from '../text/ui-texts.ts'

export interface NavItem {
  readonly href: string
  readonly label: string
  readonly icon: string
  readonly current: boolean
}

export interface FrameProps {
  /** The product's name beside its mark. */
  readonly name: string
  readonly home: string
  readonly nav: readonly NavItem[]
  /** At the end of the header: who is logged in. */
  readonly account?: ComponentChildren
  /** At the beginning of the footer: the portal says who answered; a wallet says nothing. */
  readonly footer?: ComponentChildren
  readonly children: ComponentChildren
}

const spoken = signal('')

/** Says it to those who listen, and to nobody else. */
export function announce(text: string): void {
  spoken.value = ''
  setTimeout(() => {
    spoken.value = text
  }, 50)
}

export function Frame({ name, home, nav, account, footer, children }: FrameProps) {
  const t = ui.value
  return (
    <div class="page-root">
      <a class="skip" href="#main">
        {t.skip}
      </a>
      <header class="top">
        <div class="wrap">
          <a class="word" href={home}>
            <Strokes />
            <span>{name}</span>
          </a>
          {nav.length > 0 && <Nav items={nav} />}
          {account}
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        <div class="wrap">{children}</div>
      </main>
      <footer class="foot">
        <div class="wrap">
          <span class="by">{footer}</span>
          <LanguageChoice />
        </div>
      </footer>
      <div class="visually-hidden" role="status">
        {spoken.value}
      </div>
    </div>
  )
}

function Nav({ items }: { readonly items: readonly NavItem[] }) {
  return (
    <nav class="nav" aria-label={ui.value.mainMenu}>
      <ul role="list">
        {items.map(({ href, label, icon, current }) => (
          <li key={href}>
            <a href={href} aria-current={current ? 'page' : undefined}>
              <Icon d={icon} />
              {label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

/** Each language in its own words. */
function LanguageChoice() {
  const others = (Object.keys(LANGUAGES) as LanguageId[]).filter(
    (id) => LANGUAGES[id].name !== undefined && id !== language(),
  )
  return (
    <>
      {others.map((id) => (
        <button
          key={id}
          type="button"
          lang={LANGUAGES[id].tag}
          dir={LANGUAGES[id].direction}
          onClick={() => void chooseLanguage(id)}
        >
          {LANGUAGES[id].name}
        </button>
      ))}
    </>
  )
}
