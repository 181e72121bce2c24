/** Was die erste Seite und die Listen der Vorgänge sagen, und was um jede Seite steht. */
import { plural } from '@countersign/ui/text/format'
import type { TextsLike } from '@countersign/ui/text/texts'
import type { HomeTexts } from './en.ts'

const counted = (count: number, one: string, other: string) => plural(count, 'de', { one, other })

export const de: TextsLike<HomeTexts> = {
  nav: { sessions: 'Vorgänge', credentials: 'Nachweise', trust: 'Vertrauen', cluster: 'Cluster' },
  asOf: 'Stand {time}',
  stale: 'Zurzeit antwortet niemand. Das ist, was zuletzt zu hören war.',
  ready: {
    heading: 'Bereit',
    keys: 'Signaturschlüssel',
    keysUntil: '{algorithms}, bis {day}',
    keysBare: '{algorithms}, ohne Zertifikate, die enden',
    keysNone: 'Die Dienste haben keine Schlüssel.',
    keysEnding: 'Ein Zertifikat endet am {day}: {purpose}.',
    keysEnded: 'Ein Zertifikat ist am {day} abgelaufen: {purpose}. Niemand glaubt ihm mehr.',
    sessions: 'Gemeinsame Vorgänge',
    sessionsShared: (count) =>
      counted(count, 'Redis, gesehen von 1 Instanz', `Redis, gesehen von ${count} Instanzen`),
    sessionsAlone: 'Im Speicher, für eine einzige Instanz.',
    sessionsSplit: (count) =>
      `${count} Instanzen halten Vorgänge im eigenen Speicher: Was bei einer beginnt, findet die andere nicht.`,
    address: 'Öffentliche Adressen',
    addressReached: (ms) => `erreicht in ${ms} ms`,
    addressLost: '{url} ist von hier nicht erreichbar. Brieftaschen und Browser brauchen die Adresse.',
    trust: 'Vertrauen',
    trustGood: (count) => counted(count, '1 Quelle, in Kraft', `${count} Quellen, alle in Kraft`),
    trustUntil: 'Die nächste Liste ist am {day} fällig.',
    trustNone: 'Keine Quelle sagt, wem zu glauben ist.',
    trustFailing: (count) => counted(count, '1 Quelle ist anzusehen.', `${count} Quellen sind anzusehen.`),
    look: 'Ansehen',
    silent: { issuer: 'Der Aussteller antwortet nicht.', verifier: 'Der Prüfer antwortet nicht.' },
    keyRefused: {
      issuer: 'Der Aussteller weist den Schlüssel des Portals ab.',
      verifier: 'Der Prüfer weist den Schlüssel des Portals ab.',
    },
    good: 'Gut:',
    careful: 'Vorsicht:',
    bad: 'Nicht gut:',
    waiting: 'Wird angesehen …',
  },
  recent: {
    heading: 'Letzte Vorgänge',
    all: 'Alle Vorgänge',
    none: 'Noch hat nichts begonnen.',
  },
  sessions: {
    title: 'Vorgänge',
    lede: 'Was gefragt und angeboten wurde, das Neueste zuerst. Nur Namen von Arten: Wer teilnahm, steht in keiner Liste.',
    which: 'Welche Vorgänge',
    verifications: 'Prüfungen',
    issuances: 'Ausstellungen',
    state: 'Zustand',
    any: 'Jeder Zustand',
    none: 'Einen solchen Vorgang gibt es nicht.',
    verify: 'prüfen',
    issue: 'ausstellen',
    tookPart: (count) => counted(count, '1 Instanz nahm teil', `${count} Instanzen nahmen teil`),
    newer: 'Neuere',
    older: 'Ältere',
    stopped: '1.000 Vorgänge wurden angesehen, keiner älter als {time}.',
    goOn: 'Weiter suchen',
    unnamed: 'Ohne Namen',
  },
  states: {
    created: 'Angefragt',
    requested: 'Geöffnet',
    answered: 'Beantwortet',
    verified: 'Geprüft',
    rejected: 'Nicht bestanden',
    undetermined: 'Nicht prüfbar',
    declined: 'Abgelehnt',
    expired: 'Abgelaufen',
    offered: 'Angeboten',
    token_issued: 'Code benutzt',
    completed: 'Ausgestellt',
    closed: 'Geschlossen',
  },
  purposes: {
    'credential-issuer': 'Nachweise',
    'document-signer': 'Dokumente (mdoc)',
    'status-list': 'Statuslisten',
    'verifier-request': 'Anfragen',
  },
}
