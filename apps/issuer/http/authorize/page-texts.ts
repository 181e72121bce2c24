/** What the authorization page says, in the languages that there are. */
import type { ClientProof } from '@countersign/protocol/openid4vci/authorization/authorization'

export interface PageTexts {
  readonly title: (what: string) => string
  readonly issuedBy: string
  readonly app: string
  readonly backTo: string
  readonly gets: string
  /** What is known of the client. */
  readonly clients: Readonly<Record<ClientProof | 'unproven', string>>
  readonly approve: string
  readonly deny: string
  readonly refused: string
  readonly nothingHappened: string
  readonly loggedIn: string
  readonly presented: string
  readonly presentTitle: (what: string) => string
  readonly presentWhy: string
  readonly present: string
  readonly presentThen: string
  readonly shown: string
  readonly again: string
  readonly againTitle: string
  readonly againWhy: string
  readonly and: (parts: readonly string[]) => string
}

const EN: PageTexts = {
  title: (what) => `Add ${what} to your wallet?`,
  issuedBy: 'Who issues it',
  app: 'Wallet that asks',
  backTo: 'Then you return to',
  gets: 'What it gets',
  clients: {
    unproven: 'Any app can call itself that. Go on only if you came from your own wallet just now.',
    attested:
      'The maker of this wallet, whom the issuer trusts, vouches for it. Go on only if you came from it just now.',
    registered:
      'The issuer knows this wallet, and it has shown that it is the one. Go on only if you came from it just now.',
  },
  approve: 'Add it',
  deny: 'Do not add it',
  refused: 'Authorization request refused',
  nothingHappened: 'Nothing was issued. Go back to your wallet and begin again.',
  loggedIn: 'Logged in as',
  presented: 'Presented by',
  presentTitle: (what) => `Show who you are to get ${what}`,
  presentWhy:
    'Your wallet asks you what to show. Open it on this device: what is shown on another one does not count here.',
  present: 'Open your wallet',
  presentThen: 'Your wallet brings you back here, and then you are asked once more.',
  shown: 'You, by what you presented',
  again: 'Try again',
  againTitle: 'It is not known who you are',
  againWhy: 'Nothing was issued and nothing is lost: you can try it again, or leave it.',
  and: (parts) => joined(parts, 'and'),
}

const DE: PageTexts = {
  title: (what) => `${what} in Ihre Wallet aufnehmen?`,
  issuedBy: 'Wer ausstellt',
  app: 'Wallet, die fragt',
  backTo: 'Danach kehren Sie zurück zu',
  gets: 'Was sie bekommt',
  clients: {
    unproven:
      'So kann sich jede App nennen. Machen Sie nur weiter, wenn Sie eben aus Ihrer eigenen Wallet kamen.',
    attested:
      'Der Hersteller dieser Wallet, dem der Aussteller vertraut, bürgt für sie. Machen Sie nur weiter, wenn Sie eben aus ihr kamen.',
    registered:
      'Der Aussteller kennt diese Wallet, und sie hat gezeigt, dass sie es ist. Machen Sie nur weiter, wenn Sie eben aus ihr kamen.',
  },
  approve: 'Aufnehmen',
  deny: 'Nicht aufnehmen',
  refused: 'Anfrage abgelehnt',
  nothingHappened: 'Es wurde nichts ausgestellt. Gehen Sie zurück zu Ihrer Wallet und beginnen Sie von vorn.',
  loggedIn: 'Angemeldet als',
  presented: 'Vorgezeigt von',
  presentTitle: (what) => `Zeigen Sie, wer Sie sind: Sie bekommen ${what}`,
  presentWhy:
    'Ihre Wallet fragt Sie, was Sie zeigen wollen. Öffnen Sie sie auf diesem Gerät: Was ein anderes zeigt, zählt hier nicht.',
  present: 'Wallet öffnen',
  presentThen: 'Ihre Wallet bringt Sie hierher zurück, und dann werden Sie noch einmal gefragt.',
  shown: 'Sie, nach dem was Sie vorgezeigt haben',
  again: 'Noch einmal versuchen',
  againTitle: 'Es ist nicht bekannt, wer Sie sind',
  againWhy:
    'Es wurde nichts ausgestellt, und nichts ist verloren: Sie können es noch einmal versuchen oder es lassen.',
  and: (parts) => joined(parts, 'und'),
}

export const PAGE_LANGUAGES = ['en', 'de'] as const
export type PageLanguage = (typeof PAGE_LANGUAGES)[number]

export const PAGE_TEXTS: Readonly<Record<PageLanguage, PageTexts>> = { en: EN, de: DE }

function joined(parts: readonly string[], and: string): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} ${and} ${parts.at(-1)}`
}
