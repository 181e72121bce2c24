/**
 * The page from which a phone gets the certificate that it has to trust, as HTML: what is installed, how it is compared, and how
 * it is removed. It has no script and asks nobody. Every value in it is a host name, a fingerprint or a date of ours.
 */
import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { de } from './texts/de.ts'
import { en, type PageTexts } from './texts/en.ts'

export interface AnchorFacts {
  /** Name or address in every link. */
  readonly name: string
  /** What a phone calls the certificate. */
  readonly authority: string
  /** SHA-256, `AB:CD:…`. */
  readonly fingerprint: string
  readonly ends: Date
  readonly walletUrl: string
}

export const CERTIFICATE_PATH = '/countersign.crt'
export const STYLE_PATH = '/style.css'

const LANGUAGES = {
  en: { texts: en, other: '/de', path: '/' },
  de: { texts: de, other: '/', path: '/de' },
} as const
type Language = keyof typeof LANGUAGES

/** `anchor`: PEM. */
export function anchorFacts(anchor: string, name: string, walletUrl: string): AnchorFacts {
  const certificate = new X509Certificate(anchor)
  const authority = /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? name
  const { fingerprint256: fingerprint, validToDate: ends } = certificate
  return { name, authority, fingerprint, ends, walletUrl }
}

/** By path. */
export function anchorPages(facts: AnchorFacts): ReadonlyMap<string, string> {
  const languages = Object.keys(LANGUAGES) as Language[]
  return new Map(languages.map((language) => [LANGUAGES[language].path, page(language, facts)]))
}

function page(language: Language, facts: AnchorFacts): string {
  const { other, texts } = LANGUAGES[language]
  const ends = facts.ends.toLocaleDateString(language, { dateStyle: 'long', timeZone: 'UTC' })
  const say = (text: string) =>
    text
      .replaceAll('{name}', facts.name)
      .replaceAll('{authority}', facts.authority)
      .replaceAll('{ends}', ends)
  const otherLanguage = language === 'en' ? 'de' : 'en'
  return `<!doctype html>
<html lang="${language}" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${say(texts.title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${STYLE_PATH}">
</head>
<body>
<main><div class="wrap"><div class="column stack" data-gap="l">
${body(texts, facts, say)}
<p><a href="${other}" lang="${otherLanguage}" hreflang="${otherLanguage}">${texts.otherLanguage}</a></p>
</div></div></main>
</body>
</html>
`
}

function body(
  t: PageTexts,
  { fingerprint, name, walletUrl }: AnchorFacts,
  say: (text: string) => string,
): string {
  const items = (texts: readonly string[]) => texts.map((text) => `<li>${say(text)}</li>`).join('\n')
  return `<div class="stack" data-gap="s"><h1>${say(t.title)}</h1><p class="lede">${say(t.lede)}</p></div>
<section class="stack" data-gap="s"><h2>${t.download}</h2>
<p class="actions"><a class="button" data-kind="primary" href="${CERTIFICATE_PATH}">${t.downloadButton}</a></p></section>
<section class="stack" data-gap="s"><h2>${t.compare}</h2><p>${t.compareWhy}</p>
<p class="codebox"><code>${fingerprint}</code></p></section>
<section class="stack" data-gap="s"><h2>${t.install}</h2>
<h3>${t.iphone}</h3><ol>${items(t.iphoneSteps)}</ol>
<h3>${t.android}</h3><ol>${items(t.androidSteps)}</ol></section>
<section class="stack" data-gap="s"><h2>${t.open}</h2>
<p class="actions"><a class="button" href="${walletUrl}">${t.openButton}</a></p>
${isIP(name) === 0 ? '' : `<p class="muted">${t.noPasskeys}</p>`}</section>
<section class="stack" data-gap="s"><h2>${t.what}</h2>${t.whatItIs.map((text) => `<p>${say(text)}</p>`).join('\n')}</section>
<section class="stack" data-gap="s"><h2>${t.remove}</h2><ul>${items(t.removeSteps)}</ul></section>`
}
