/** Was die Brieftasche ohne Netz sagt, und von neueren Fassungen ihrer selbst. */
import type { TextsLike } from '@countersign/ui/text/texts'
import type { OfflineTexts } from './en.ts'

export const de: TextsLike<OfflineTexts> = {
  offline: 'Sie sind offline',
  noAnswer: 'Der Dienst antwortet nicht',
  kept: 'Das sind Ihre Karten, Stand {time}. Alles andere braucht das Netz.',
  keptCard: 'Das ist die Karte, Stand {time}. Alles andere braucht das Netz.',
  goesOn: 'Diese Seite macht von selbst weiter, sobald eine Antwort kommt.',
  notKept: 'Was darauf steht, wird auf diesem Gerät nicht aufbewahrt.',
  needsTitle: 'Das braucht das Netz',
  needs: 'Es wurde nichts geteilt, und nichts ist verloren.',
  needsLink: 'Der Link, dem Sie gefolgt sind, bleibt bis dahin in dieser Seite.',
  cardGone: 'Diese Karte ist nicht unter denen, die auf diesem Gerät aufbewahrt werden.',
  newer: 'Es gibt eine neuere Fassung dieser Brieftasche.',
  useNewer: 'Jetzt benutzen',
}
