/** Was die Brieftasche sagt. */
import { list, plural } from '@countersign/ui/text/format'
import type { TextsLike } from '@countersign/ui/text/texts'
import type { WalletTexts } from './en.ts'

const counted = (count: number, one: string, other: string) => plural(count, 'de', { one, other })
const quoted = (labels: readonly string[]) => list(labels.map((label) => `„${label}“`))
const details = (count: number) => counted(count, '1 Angabe', `${count} Angaben`)

export const de: TextsLike<WalletTexts> = {
  product: 'Countersign-Brieftasche',
  cards: 'Karten',
  scan: 'Code scannen',
  scanShort: 'Scannen',
  logOut: 'Abmelden',
  history: 'Verlauf',
  settings: 'Einstellungen',
  waitsForNetwork: 'Sie sind offline. Das wartet, bis es wieder ein Netz gibt.',

  welcome: {
    title: 'Ihre Brieftasche',
    lede: 'Alle Karten an einem Ort, und Sie sehen, was Sie teilen, bevor Sie es teilen.',
    passkey: 'Mit Passkey anmelden',
    passkeyWhy:
      'Ihr Gerät kennt Sie: am Finger, am Gesicht oder an seinem Code. Sie müssen sich nichts merken.',
    createPasskey: 'Brieftasche mit Passkey anlegen',
    noPasskeys: 'Dieser Browser hat keine Passkeys. Nehmen Sie hier ein Passwort.',
    noPasskeysHere: 'Dieser Browser hat keine Passkeys.',
    noWay:
      'Dieser Browser hat keine Passkeys, und Passwörter gibt es hier nicht. Öffnen Sie Ihre Brieftasche in einem anderen Browser.',
    noPasskeysAtAddress:
      'Passkeys brauchen einen Namen, und diese Brieftasche ist unter einer Adresse geöffnet. Nehmen Sie hier ein Passwort.',
    noWayAtAddress:
      'Passkeys brauchen einen Namen, und diese Brieftasche ist unter einer Adresse geöffnet. Passwörter gibt es hier nicht: Öffnen Sie sie unter ihrem Namen.',
    passkeysWantName:
      'Passkeys brauchen einen Namen, und diese Brieftasche ist unter einer Adresse geöffnet.',
    passkeyUnknown: 'Diese Brieftasche kennt den Passkey nicht. Er wurde hier vielleicht entfernt.',
    passkeyFailed: 'Es wurde kein Passkey benutzt. Nichts hat sich geändert.',
    or: 'Mit einem Passwort',
    passwordsOff: 'Hier gibt es keine Passwörter. Nehmen Sie einen Passkey.',
    name: 'Ihr Name',
    nameHint: 'Damit Sie diese Brieftasche von einer anderen unterscheiden. Jeder Name geht.',
    email: 'E-Mail',
    password: 'Passwort',
    logIn: 'Anmelden',
    create: 'Brieftasche anlegen',
    createInstead: 'Ich habe noch keine Brieftasche',
    logInInstead: 'Ich habe schon eine Brieftasche',
    wrong: 'E-Mail oder Passwort stimmen nicht.',
    tooMany: 'Zu viele Versuche. Warten Sie eine Minute und versuchen Sie es dann wieder.',
    exists:
      'Zu dieser E-Mail gibt es schon eine Brieftasche. Melden Sie sich an, oder nehmen Sie eine andere Adresse.',
    unfit: 'Die Adresse ist vertippt, oder das Passwort ist zu kurz. Es wurde nichts angelegt.',
    failed: 'Das hat nicht geklappt. Nichts hat sich geändert.',
    noAnswer: 'Es kam keine Antwort. Sehen Sie nach, ob es geschehen ist.',
    deleted: 'Ihre Brieftasche ist gelöscht. Hier ist nichts mehr von ihr.',
    waiting: 'Ihr Gerät ist an der Reihe…',
    custody:
      'Der Dienst verwahrt die Schlüssel Ihrer Karten und benutzt sie, wenn Sie sich entscheiden zu teilen.',
  },

  home: {
    title: 'Ihre Karten',
    count: (count) => counted(count, 'Eine Karte.', `${count} Karten.`),
    ended: (count) => counted(count, 'Eine davon gilt nicht mehr.', `${count} davon gelten nicht mehr.`),
    search: 'Karten durchsuchen',
    found: (count) => counted(count, '1 Karte gefunden', `${count} Karten gefunden`),
    emptyTitle: 'Hier kommt Ihre erste Karte hin',
    empty:
      'Wer Karten ausstellt, zeigt Ihnen einen Code. Scannen Sie ihn, lesen Sie, was Sie bekämen, und entscheiden Sie.',
    fetching: 'Ihre Karten werden vom Dienst Ihrer Brieftasche geholt…',
    issuedBy: 'ausgestellt von',
    until: 'bis {day}',
    endedOn: 'endete {day}',
    expired: 'Abgelaufen',
    revoked: 'Vom Aussteller widerrufen',
    suspended: 'Vom Aussteller ausgesetzt',
    expires: (days) => counted(days, 'Läuft morgen ab', `Läuft in ${days} Tagen ab`),
    unread: 'Diese Karte kann nicht gezeigt werden.',
    category: 'Kategorie',
    everyCategory: 'Alle',
    wallet: 'Brieftasche',
  },

  card: {
    added: 'In dieser Brieftasche seit {day}.',
    addedFrom: 'Ausgestellt von {name}, in dieser Brieftasche seit {day}.',
    onIt: 'Auf dieser Karte',
    unshown: (count) =>
      counted(
        count,
        'Eine weitere Angabe lässt sich nicht zeigen.',
        `${count} weitere Angaben lassen sich nicht zeigen.`,
      ),
    asking: 'Wir fragen, ob sie noch gilt…',
    askedAt: 'gefragt um {time}',
    askAgain: 'Noch einmal fragen',
    standing: {
      valid: 'Gültig',
      unlisted: 'Gültig',
      ended: 'Abgelaufen',
      revoked: 'Widerrufen',
      suspended: 'Ausgesetzt',
      unknown: 'Nicht prüfbar',
    },
    why: 'Warum andere sich darauf verlassen können',
    signed: 'Unverändert, seit sie unterschrieben wurde.',
    signedBy: 'Unverändert, seit {name} sie unterschrieben hat.',
    vouched: 'Für die Unterschrift bürgt {anchor}.',
    notVouched: 'Niemand, den diese Brieftasche kennt, bürgt für die Unterschrift.',
    bound: 'An diese Brieftasche gebunden. Eine Kopie anderswo ist nichts wert.',
    unbound: 'Nicht an diese Brieftasche gebunden: Wer eine Kopie hat, kann sie zeigen.',
    copies: (unused, total) =>
      unused === 0
        ? 'Jedes ihrer Exemplare hat schon jemand gesehen: Wird sie wieder gezeigt, ist sie wiederzuerkennen.'
        : `${unused} ihrer ${total} Exemplare hat noch niemand gesehen.`,
    categories: 'Kategorien',
    newCategory: 'Neue Kategorie',
    newCategoryHint: 'Ein Wort von Ihnen, unter dem Sie die Karte wiederfinden.',
    makeCategory: 'Dort einordnen',
    categoryEmpty: 'Geben Sie der Kategorie zuerst einen Namen.',
    categoryFull: 'Für eine weitere Kategorie ist kein Platz.',
    putInto: 'Sie ist unter „{category}“.',
    takenOut: 'Sie ist nicht mehr unter „{category}“.',
    history: 'Was mit dieser Karte geschah',
    remove: 'Aus der Brieftasche entfernen',
    removeSure: '„{title}“ entfernen?',
    removeWhy: 'Sie wird endgültig gelöscht. Um sie wieder zu haben, muss sie neu ausgestellt werden.',
    removeIt: 'Entfernen',
    keep: 'Behalten',
    removeFailed: 'Sie ließ sich nicht entfernen. Sie ist noch in Ihrer Brieftasche.',
    removed: 'Die Karte ist entfernt',
    removedWhy: 'In dieser Brieftasche ist nichts mehr von ihr.',
    gone: 'Diese Karte gibt es nicht',
    goneWhy: 'Sie wurde entfernt oder ist in einer anderen Brieftasche.',
  },

  scanPage: {
    title: 'Code scannen',
    lede: 'Von jemandem, der Ihnen eine Karte gibt oder etwas aus einer Karte wissen will.',
    presentTitle: 'Etwas aus einer Karte zeigen',
    presentLede: 'Scannen Sie den Code dessen, der fragt. Sie sehen, was er will, bevor etwas geteilt wird.',
    useCamera: 'Kamera benutzen',
    cameraStops: 'Kamera anhalten',
    looking: 'Halten Sie den Code vor die Kamera.',
    nothingSeen:
      'Es war kein Code zu sehen. Halten Sie ihn näher, heller, oder fügen Sie unten seinen Link ein.',
    camera: {
      denied: 'Die Kamera ist hier nicht erlaubt. Fügen Sie stattdessen unten den Link ein.',
      missing: 'Hier gibt es keine Kamera. Fügen Sie stattdessen unten den Link ein.',
      broken: 'Die Kamera lässt sich hier nicht lesen. Fügen Sie stattdessen unten den Link ein.',
    },
    picture: 'Bild eines Codes wählen',
    pictureEmpty: 'In diesem Bild ist kein Code.',
    reading: 'Das Bild wird gelesen…',
    paste: 'Oder den Link einfügen',
    pasteHint: 'Er beginnt mit openid-credential-offer: oder openid4vp:',
    look: 'Ansehen',
    opening: 'Wir fragen nach, was es ist…',
    openingSlow:
      'Wer diesen Code gemacht hat, antwortet langsam. Nach einer halben Minute geben wir auf und sagen es.',
    wrong: {
      empty: 'Noch ist nichts zum Ansehen da. Fügen Sie zuerst einen Link ein.',
      text: 'Das ist Text, kein Link. Kopieren Sie den ganzen Link und fügen Sie ihn hier ein.',
      web: 'Das ist eine Webadresse, kein Angebot und keine Anfrage: {host}.',
      other: 'Dieser Code ist für etwas anderes: einen Kontakt, ein Netz oder eine andere App.',
      offerDamaged:
        'Das ist ein Angebot für eine Karte, aber ein Teil davon fehlt. Kopieren Sie den ganzen Link.',
      requestDamaged:
        'Das ist eine Anfrage nach Angaben, aber ein Teil davon fehlt. Kopieren Sie den ganzen Link.',
      tooLong: 'Das ist zu lang für einen Code.',
    },
    refused: {
      offer:
        'Dieses Angebot lässt sich nicht öffnen. Es wurde benutzt, ist zu Ende oder enthält nicht, was es sollte.',
      request:
        'Diese Anfrage lässt sich nicht öffnen. Sie wurde beantwortet, ist zu Ende oder enthält nicht, was sie sollte.',
      unknownConfirmation:
        'Sie sollen etwas bestätigen, das diese Wallet nicht versteht. Geteilt wurde nichts, und die Gegenseite weiß es.',
      away: 'Wer diesen Code gemacht hat, antwortet gerade nicht. Es wurde nichts geteilt.',
      unreadable: 'Die Brieftasche kann diesen Code nicht lesen.',
    },
  },

  open: {
    title: 'Jemand hat Sie hierher geschickt',
    offer: 'Ihnen wird eine Karte angeboten.',
    request: 'Sie werden nach etwas aus Ihren Karten gefragt.',
    nothing: 'In dem Link ist nichts, was diese Brieftasche öffnen kann.',
    saysFrom: 'Der Link nennt',
    nothingYet: 'Es wurde nichts geteilt, und noch wurde niemand etwas gefragt.',
    look: 'Ansehen',
    leave: 'Nicht jetzt',
  },

  offer: {
    title: '„{title}“ in die Brieftasche legen?',
    titleMany: (count) => `${count} Karten in die Brieftasche legen?`,
    who: 'Wer sie ausstellt',
    nameless: 'Kein Name angegeben',
    unconfirmed: 'Name nicht bestätigt',
    what: 'Was Sie bekämen',
    says: 'Was darauf steht',
    saysNothing: 'Sie sagen nicht, was darauf stehen wird.',
    unusable: 'Diese kann Ihre Brieftasche nicht verwahren. Der Rest des Angebots kommt ohne sie.',
    nothingUsable: 'Was hier angeboten wird, kann Ihre Brieftasche nicht verwahren.',
    verified: 'Bestätigt durch {anchor}.',
    notVerified: 'Nicht bestätigt',
    notVerifiedWhy:
      'Wir konnten nicht bestätigen, wer das ist. Nehmen Sie nur an, wenn Sie selbst hierher kamen und sie kennen.',
    callsItself: 'Sie nennen sich „{name}“.',
    mixed:
      'Dieser Name mischt Buchstaben mehrerer Alphabete. Er sieht vielleicht nur so aus wie einer, den Sie kennen.',
    code: 'Der Code, den man Ihnen geschickt hat',
    codeHint: (length) =>
      length === undefined
        ? 'Er beweist, dass dieses Angebot Ihres ist.'
        : `${length} Zeichen. Er beweist, dass dieses Angebot Ihres ist.`,
    codeHintDigits: (length) =>
      `${counted(length, 'Eine Ziffer', `${length} Ziffern`)}. Er beweist, dass dieses Angebot Ihres ist.`,
    codeSays: 'Sie sagen: {words}',
    codeLeft: (count) => `Noch ${count}`,
    codeFull: 'Vollständig',
    codeMissing: 'Geben Sie zuerst den Code ein.',
    codeWrong: 'Das hat nicht geklappt: {words}',
    add: 'In die Brieftasche legen',
    addAnyway: 'Trotzdem annehmen',
    decline: 'Nicht annehmen',
    adding: 'Ihre Karte wird geholt…',
    keepsNothing: 'Wenn Sie ablehnen, wird nichts gespeichert.',
    declined: 'Nicht angenommen',
    declinedWhy: 'Es wurde nichts gespeichert und nichts geteilt.',
    added: (count) =>
      counted(count, 'Sie ist in Ihrer Brieftasche', `${count} Karten sind in Ihrer Brieftasche`),
    addedAt: 'Angenommen {time}.',
    alreadyAdded: 'Dieses Angebot wurde benutzt.',
    over: 'Dieses Angebot ist zu Ende',
    overWhy: 'Es wurde nichts angenommen. Lassen Sie sich einen neuen Code geben.',
    goneWhy: 'Es wird hier nicht mehr aufbewahrt. Lassen Sie sich einen neuen Code geben.',
    askedElsewhere: 'Bei {host} werden Sie gefragt, ob Sie sie möchten. Von dort kommen Sie hierher zurück.',
    goOnAt: 'Weiter bei {host}',
    goOnAtAnyway: 'Trotzdem weiter bei {host}',
    notBackYet:
      'Sie wurden weggeschickt, um Ja zu sagen, und sind noch nicht zurück. Sie können noch einmal hingehen.',
    cut: 'Die Verbindung brach ab. Noch ist nicht bekannt, ob die Karte kam. Versuchen Sie es wieder: Nichts wird zweimal geholt.',
    failed: 'Die Karte ließ sich nicht holen. Es wurde nichts angenommen.',
    toCards: 'Zu Ihren Karten',
    codeFrom: 'Das Angebot verlangt einen Code.',
    signedBy: 'Unterschrieben von {name}.',
  },

  waiting: {
    title: 'Kommt noch',
    heading: 'Sie wird vorbereitet',
    prepared: 'Wird vorbereitet',
    byItself:
      'Noch ist sie nicht fertig. Ihre Brieftasche fragt nach ihr, und sie kommt von selbst zu Ihren Karten.',
    next: 'Wieder gefragt wird um {time}.',
    askNow: 'Jetzt nach „{card}“ fragen',
    notYet: 'Noch ist sie nicht fertig.',
    unissued: '{card} kommt nicht.',
    theySay: 'Dort heißt es: {words}',
    nothing: 'Sie kommt nicht',
    nothingWhy: 'Es wurde nichts hinzugefügt. Fragen Sie dort nach, warum, oder nach einem neuen Code.',
    why: {
      refused: 'Es wurde abgelehnt.',
      token_over: 'Die Zeit, in der sie zu holen war, ist vorbei.',
      unacceptable: 'Was kam, ließ sich nicht aufbewahren.',
      key_gone: 'Den Schlüssel, für den sie war, gibt es nicht mehr.',
      waited_too_long: 'Es wurde lange genug gewartet.',
    },
  },

  authorized: {
    fetching: 'Ihre Karte wird geholt…',
    nothing: 'Hier gibt es nichts fortzusetzen',
    nothingWhy: 'Auf diese Seite kommen Sie zurück, nachdem Sie anderswo Ja zu einer Karte gesagt haben.',
    foreign:
      'Das kam nicht von dort, wohin Sie geschickt wurden, oder wurde schon benutzt. Es kam nichts dazu.',
    refused: 'Die Karte kam nicht dazu',
    theySay: 'Sie sagen: {words}',
    away: 'Die Verbindung brach ab, oder jemand antwortet langsam. Verloren ist nichts: Versuchen Sie es wieder.',
    failed: 'Die Karte ließ sich nicht holen. Es kam nichts dazu.',
    again: 'Wieder versuchen',
    toOffer: 'Zurück zum Angebot',
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
    knownAs: 'Bekannt als {name}.',
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
    either: 'Jede dieser Karten genügt',
    which: 'Welche Karte',
    alternatives: 'Eines davon genügt',
    and: (titles) => list(titles),
    needed: 'nötig',
    withCard: 'mit der Karte sichtbar',
    choice: 'freiwillig',
    choiceWith: (labels) => `freiwillig, zusammen mit ${list(labels)}`,
    withThat: 'gehört dazu',
    notNeeded: 'Auf diese Karte können sie verzichten.',
    useIt: 'Diese Karte auch teilen',
    notShared: (labels, more) =>
      more === 0
        ? `Nicht geteilt: ${list(labels)}.`
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
    sharing: 'Wird geteilt…',
    declining: 'Wir sagen Nein…',
    sayNothing: 'Ohne Antwort gehen',
    nothingChosen: 'Wählen Sie mindestens eine Karte.',

    missingTitle: 'Sie haben keine passende Karte',
    missing: 'Was fehlt',
    missingNone: 'So eine Karte haben Sie nicht.',
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
    addCard: 'Karte hinzufügen',
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

  recovery: {
    title: 'Mit einem Ersatzcode wieder hinein',
    lede: 'Sie haben ihn verwahrt, als Sie Ihre Brieftasche anlegten.',
    code: 'Ersatzcode',
    codeHint: 'Vier Gruppen zu vier Zeichen. Er gilt einmal.',
    enter: 'Hinein',
    codeWrong: 'Dieser Code stimmt nicht oder wurde schon benutzt.',
    noCodes: 'Ohne Code bitten Sie den Betreiber dieses Dienstes um einen Link.',
    lost: 'Ich komme nicht hinein',
    made: 'Ihre Brieftasche ist da',
    written: 'Ich habe sie verwahrt',
    once: 'Verwahren Sie diese Codes',
    onceWhy:
      'Schreiben Sie sie auf oder sichern Sie sie: Sie werden nie wieder gezeigt. Jeder lässt Sie einmal hinein, wenn Sie alle Passkeys und Ihr Passwort verlieren.',
    copyAll: 'Alle kopieren',
    save: 'Als Datei sichern',
    copyFailed: 'Kopieren ist hier nicht erlaubt. Schreiben Sie sie auf oder sichern Sie sie.',
    resetTitle: 'Zurück in Ihre Brieftasche',
    resetFor: 'Dieser Link öffnet die Brieftasche von {who}.',
    resetWhy:
      'Was sie vorher öffnete, öffnet sie nicht mehr: alte Passkeys, altes Passwort, alte Ersatzcodes.',
    newPasskey: 'Neuen Passkey machen',
    newPassword: 'Neues Passwort setzen',
    resetDone: 'Sie sind drin',
    linkGone:
      'Öffnen Sie den Link noch einmal so, wie Sie ihn bekamen: Diese Seite vergisst ihn, wenn sie neu geladen wird.',
    meansTaken:
      'Das kann Ihre Brieftasche nicht öffnen: Es öffnet schon eine andere. Nichts hat sich geändert.',
    linkUnusable:
      'Dieser Link wurde schon benutzt, ist zu alt oder wurde ersetzt. Bitten Sie um einen neuen.',
  },

  help: {
    title: 'Hilfe',
    lede: 'Nichts verlässt Ihre Brieftasche durch einen Link, einen Scan oder ein Neuladen: nur durch den Knopf, der den Empfänger nennt.',
    names: 'Namen und was sie beweisen',
    namesWhy:
      '„Bestätigt“ sagt, durch wen. Wo „Nicht bestätigt“ steht, ist der Name nur das, wie sie sich nennen: Sehen Sie dann auf die Webadresse.',
  },
}
