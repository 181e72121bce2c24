/** What the authorization page says, in the languages that there are. */

export interface PageTexts {
  readonly title: (what: string) => string
  readonly issuedBy: string
  readonly app: string
  readonly backTo: string
  readonly gets: string
  readonly unproven: string
  readonly approve: string
  readonly deny: string
  readonly refused: string
  readonly nothingHappened: string
  readonly and: (parts: readonly string[]) => string
}

const EN: PageTexts = {
  title: (what) => `Add ${what} to your wallet?`,
  issuedBy: 'Who issues it',
  app: 'Wallet that asks',
  backTo: 'Then you return to',
  gets: 'What it gets',
  unproven: 'Any app can call itself that. Go on only if you came from your own wallet just now.',
  approve: 'Add it',
  deny: 'Do not add it',
  refused: 'Authorization request refused',
  nothingHappened: 'Nothing was issued. Go back to your wallet and begin again.',
  and: (parts) => joined(parts, 'and'),
}

const DE: PageTexts = {
  title: (what) => `${what} in Ihre Wallet aufnehmen?`,
  issuedBy: 'Wer ausstellt',
  app: 'Wallet, die fragt',
  backTo: 'Danach kehren Sie zurück zu',
  gets: 'Was sie bekommt',
  unproven:
    'So kann sich jede App nennen. Machen Sie nur weiter, wenn Sie eben aus Ihrer eigenen Wallet kamen.',
  approve: 'Aufnehmen',
  deny: 'Nicht aufnehmen',
  refused: 'Anfrage abgelehnt',
  nothingHappened: 'Es wurde nichts ausgestellt. Gehen Sie zurück zu Ihrer Wallet und beginnen Sie von vorn.',
  and: (parts) => joined(parts, 'und'),
}

export const PAGE_LANGUAGES = ['en', 'de'] as const
export type PageLanguage = (typeof PAGE_LANGUAGES)[number]

export const PAGE_TEXTS: Readonly<Record<PageLanguage, PageTexts>> = { en: EN, de: DE }

function joined(parts: readonly string[], and: string): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} ${and} ${parts.at(-1)}`
}
