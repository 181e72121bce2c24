/** Was die Seiten ohne Skript sagen: wo eine mit Skript dasselbe sagt, in denselben Worten. */
import type { PlainTexts } from './en.ts'
import { list, plural } from './words.ts'

const counted = (count: number, one: string, other: string) => plural(count, 'de', one, other)
const details = (count: number) => counted(count, '1 Angabe', `${count} Angaben`)
const and = (labels: readonly string[]) => list(labels, 'de')
const quoted = (labels: readonly string[]) => and(labels.map((label) => `„${label}“`))

export const de: PlainTexts = {
  frame: {
    product: 'Countersign-Brieftasche',
    skip: 'Zum Inhalt',
    help: 'Hilfe',
    notGiven: 'nicht angegeben',
    technicalDetails: 'Technische Einzelheiten',
  },

  open: {
    title: 'Jemand hat Sie hierher geschickt',
    request: 'Sie werden nach etwas aus Ihren Karten gefragt.',
    nothing: 'In dem Link ist nichts, was diese Brieftasche öffnen kann.',
    saysFrom: 'Der Link nennt',
    nothingYet: 'Es wurde nichts geteilt, und noch wurde niemand etwas gefragt.',
    look: 'Ansehen',
    leave: 'Nicht jetzt',
  },

  refused: {
    request:
      'Diese Anfrage lässt sich nicht öffnen. Sie wurde beantwortet, ist zu Ende oder enthält nicht, was sie sollte.',
    unknownConfirmation:
      'Sie sollen etwas bestätigen, das diese Wallet nicht versteht. Geteilt wurde nichts, und die Gegenseite weiß es.',
    away: 'Wer diesen Code gemacht hat, antwortet gerade nicht. Es wurde nichts geteilt.',
  },

  welcome: {
    title: 'Ihre Brieftasche',
    passwordsOff: 'Hier gibt es keine Passwörter. Nehmen Sie einen Passkey.',
    email: 'E-Mail',
    password: 'Passwort',
    logIn: 'Anmelden',
    wrong: 'E-Mail oder Passwort stimmen nicht.',
    tooMany: 'Zu viele Versuche. Warten Sie eine Minute und versuchen Sie es dann wieder.',
    failed: 'Das hat nicht geklappt. Nichts hat sich geändert.',
  },

  plain: {
    cannot: 'Diese Anfrage lässt sich nicht beantworten',
    logInFirst: 'Melden Sie sich an, um zu sehen, wer wonach fragt.',
    withScript:
      'Passkeys brauchen JavaScript: Öffnen Sie die Anfrage in den anderen Seiten dieser Brieftasche.',
    whichWallet: 'Welche Brieftasche',
    goOn: 'Weiter',
    chooseTitle: 'Wählen Sie, was Sie teilen würden',
    chooseWhy: 'Noch wird nichts geteilt. Die nächste Seite sagt genau, was es wäre, und fragt.',
    chooseAgain: 'Anders wählen',
  },

  request: {
    title: (count) => `${details(count)} mit {who} teilen?`,
    confirmTitle: (count) => `„{what}“ bestätigen und ${details(count)} mit {who} teilen?`,
    confirmWhat: 'Was Sie bestätigen würden',
    confirmedWith: 'Unterschrieben mit Ihrer Karte {card}.',
    confirmAndShare: (count) => `Bestätigen und ${details(count)} teilen`,
    confirmAnyway: 'Trotzdem bestätigen und teilen',
    confirmed: 'Sie haben bestätigt: {what}',
    who: 'Wer fragt',
    nameless: 'Kein Name angegeben',
    unconfirmed: 'Name nicht bestätigt',
    verified: 'Bestätigt durch {anchor}.',
    notVerified: 'Nicht bestätigt',
    notVerifiedWhy:
      'Wir konnten nicht bestätigen, wer das ist. Teilen Sie nur, wenn Sie selbst hierher kamen und sie kennen.',
    unsignedWhy:
      'Niemand hat diese Anfrage unterschrieben: Jeder kann sie gemacht haben. Sicher ist nur, wohin Ihre Antwort ginge. Teilen Sie nur, wenn Sie selbst hierher kamen und sie kennen.',
    callsItself: 'Sie nennen sich „{name}“.',
    mixed:
      'Dieser Name mischt Buchstaben mehrerer Alphabete. Er sieht vielleicht nur so aus wie einer, den Sie kennen.',
    why: 'Warum, in deren Worten',
    whyLabel: 'Warum',
    noReason: 'Sie haben keinen Grund genannt. Seien Sie vorsichtig.',
    what: 'Was Sie teilen würden',
    which: 'Welche Karte',
    alternatives: 'Eines davon genügt',
    and,
    needed: 'nötig',
    withCard: 'mit der Karte sichtbar',
    choice: 'freiwillig',
    choiceWith: (labels) => `freiwillig, zusammen mit ${and(labels)}`,
    withThat: 'gehört dazu',
    notNeeded: 'Auf diese Karte können sie verzichten.',
    useIt: 'Diese Karte auch teilen',
    notShared: (labels, more) =>
      more === 0
        ? `Nicht geteilt: ${and(labels)}.`
        : `Nicht geteilt: ${labels.join(', ')} und ${more} weitere.`,
    nothingElse: 'Sonst steht nichts auf der Karte.',
    reused: 'Jedes Exemplar dieser Karte hat schon jemand gesehen, der sie jetzt wiedererkennen kann.',
    otherWay: 'Oder stattdessen zeigen',
    goodToKnow: 'Gut zu wissen',
    youMayDecline: 'Sie können Nein sagen. Sie erfahren nur, dass Sie abgelehnt haben.',
    cautions: {
      identifier: (labels) =>
        `Nur wenige brauchen ${quoted(labels)}. Solche Nummern sind überall gleich und gehören nur Ihnen.`,
      portrait: (labels) =>
        `Nur wenige brauchen ${quoted(labels)}. An einem Bild können andere Sie erkennen.`,
      age_would_do: (labels) =>
        `Nur wenige brauchen ${quoted(labels)}. Diese Karte kann sagen, dass Sie alt genug sind.`,
      sensitive: (labels) =>
        `Nur wenige brauchen ${quoted(labels)}. In falschen Händen kann es Ihnen schaden.`,
    },
    firstTime: 'Sie haben mit ihnen noch nie etwas geteilt.',
    sharedSame: (count) => `Dieselben ${details(count)} haben Sie am {day} mit ihnen geteilt.`,
    sharedBefore: 'Sie haben mit ihnen schon etwas geteilt, zuletzt am {day}.',
    otherCertificate: 'Sie weisen sich durch ein anderes Zertifikat aus als am {day}.',
    muchAsked: (count) => `Sie fragen nach ${details(count)}. Teilen Sie nur, was nötig ist.`,
    share: (count) => `${details(count)} teilen`,
    shareAnyway: 'Trotzdem teilen',
    shareAnywayCount: (count) => `Sie würden ${details(count)} teilen.`,
    decline: 'Nicht teilen',
    sayNothing: 'Ohne Antwort gehen',
    nothingChosen: 'Wählen Sie mindestens eine Karte.',
    missingTitle: 'Sie haben keine passende Karte',
    missing: 'Was fehlt',
    missingNothing: 'Es wurde nichts geteilt. Sie wissen nicht, welche Karten Sie haben.',
    near: 'Sie haben {card}, aber:',
    reasons: {
      none_held: 'So eine Karte haben Sie nicht.',
      format: 'sie liegt in anderer Form vor, als verlangt wird.',
      type: 'es ist eine andere Art von Karte.',
      holder_binding: 'sie ist nicht an diese Brieftasche gebunden, und das wird verlangt.',
      issuer: 'sie ist von jemandem, den sie nicht anerkennen.',
      claim_missing: '„{claim}“ steht nicht darauf.',
      value_differs: '„{claim}“ ist darauf anders, als verlangt wird.',
      expired: 'sie ist abgelaufen.',
    },
    tellNo: 'Ihnen Nein sagen',
    shared: 'Mit {who} geteilt',
    sharedAt: 'Sie haben es bestätigt. {time}.',
    theyReceived: 'Sie bekamen',
    nothingElseLeft: 'Sonst hat nichts Ihre Brieftasche verlassen. Diese Anfrage gilt kein zweites Mal.',
    goBack: 'Zurück zu {host}',
    toCards: 'Zu Ihren Karten',
    declined: 'Sie haben nichts geteilt',
    declinedTold: '{who} weiß, dass Sie abgelehnt haben. Sonst hat nichts Ihre Brieftasche verlassen.',
    refused: '{who} hat es nicht angenommen',
    refusedSent:
      'Die Angaben unten haben Ihre Brieftasche verlassen, und sie sagten Nein. Fragen Sie dort, was zu tun ist.',
    refusedNothing: 'Von Ihnen wurde nichts geteilt.',
    theySay: 'Sie sagen: {words}',
    over: 'Diese Anfrage ist zu Ende',
    overWhy: 'Es wurde nichts geteilt. Lassen Sie sich einen neuen Code geben.',
    goneWhy: 'Sie wird hier nicht mehr aufbewahrt. Lassen Sie sich einen neuen Code geben.',
    cut: 'Die Verbindung brach ab. Noch ist nicht bekannt, ob sie es bekamen. Versuchen Sie es wieder: Nichts wird zweimal geteilt.',
    failed: 'Es wurde nichts geteilt.',
    endsAt: 'Die Anfrage endet um {time}.',
    from: 'Von {card}',
  },
}
