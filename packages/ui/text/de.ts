/** Was die gemeinsamen Teile der Seiten sagen. */

import type { UiTexts } from './en.ts'
import { plural } from './format.ts'
import type { TextsLike } from './texts.ts'

const counted = (count: number, one: string, other: string) => plural(count, 'de', { one, other })

export const de: TextsLike<UiTexts> = {
  skip: 'Zum Inhalt',
  mainMenu: 'Hauptmenü',
  help: 'Hilfe',
  loading: 'Einen Augenblick…',
  technicalDetails: 'Technische Einzelheiten',
  detailsForSupport: 'Angaben für die Betreuung',
  close: 'Schließen',
  copy: 'Kopieren',
  copied: 'Kopiert.',
  notGiven: 'nicht angegeben',
  notThere: 'Unter dieser Adresse ist nichts',
  notThereWhy: 'Die Adresse ist vielleicht vertippt, oder was hier war, ist zu Ende.',
  notAllowed: 'Das dürfen Sie nicht sehen',
  notAllowedWhy: 'Es gehört jemand anderem, oder Sie sind nicht mehr angemeldet.',
  broken: 'Bei uns ist etwas schiefgegangen',
  brokenWhy: 'Es wurde nichts geteilt.',
  noAnswer: 'Der Dienst antwortet nicht',
  noAnswerWhy:
    'Es wurde nichts geteilt, und nichts ging verloren. Was offen ist, geht dort weiter, wo es war.',
  tryNow: 'Jetzt versuchen',
  tryAgain: 'Noch einmal versuchen',
  tryingAgain: (seconds) =>
    `Wir versuchen es von selbst wieder in ${counted(seconds, '1 Sekunde', `${seconds} Sekunden`)}.`,
  toStart: 'Zur ersten Seite',
  timeLeft: 'noch {time}',
  minutesLeft: (count) => counted(count, 'Noch eine Minute.', `Noch ${count} Minuten.`),
  timeOver: 'Die Zeit ist um.',
  now: 'Jetzt:',
  problems: (count) =>
    counted(count, 'Eine Angabe braucht noch einen Blick', `${count} Angaben brauchen noch einen Blick`),
  required: 'Das wird gebraucht.',
  yes: 'Ja',
  no: 'Nein',
  unset: 'nicht gesetzt',
  add: 'Hinzufügen',
  remove: 'Entfernen',
  entry: (count) => `Eintrag ${count}`,
  form: {
    number: 'Das muss eine Zahl sein.',
    wholeNumber: 'Das muss eine ganze Zahl sein.',
    date: 'Das muss ein Datum sein.',
    tooShort: (least) => `Mindestens ${least} Zeichen.`,
    tooLong: (most) => `Höchstens ${most} Zeichen.`,
    tooSmall: (least) => `Mindestens ${least}.`,
    tooLarge: (most) => `Höchstens ${most}.`,
    pattern: 'Das hat nicht die Form, die verlangt ist.',
    json: 'Das ist kein JSON: {problem}',
  },
}
