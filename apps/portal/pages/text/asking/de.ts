/** Was die Seiten darüber sagen, wie eine Anfrage entsteht, reist und beantwortet wird, und was dabei genehmigt wird. */
import type { TextsLike } from '@countersign/ui/text/texts'
import type { AskingTexts } from './en.ts'

export const de: TextsLike<AskingTexts> = {
  how: 'Wie gefragt wird',
  asSetUp: 'Wie der Prüfer eingerichtet ist',
  answer: 'Wie die Brieftasche antwortet',
  answers: {
    direct_post: 'Unverschlüsselt',
    'direct_post.jwt': 'Verschlüsselt',
    dc_api: 'Durch diesen Browser',
    'dc_api.jwt': 'Durch diesen Browser, verschlüsselt',
  },
  answerHints: {
    direct_post: 'Was vor dem Prüfer TLS beendet, kann sie lesen.',
    'direct_post.jwt': 'Was zwischen Brieftasche und Prüfer liegt, kann sie nicht lesen.',
    dc_api: 'Ohne Code: Dieser Browser findet eine Brieftasche. Die Seite kann die Antwort lesen.',
    'dc_api.jwt':
      'Ohne Code: Dieser Browser findet eine Brieftasche, auf diesem Gerät oder auf einem Telefon in der Nähe.',
  },
  who: 'Wer fragt, für die Brieftasche',
  prefixes: {
    x509_hash: 'Sein Zertifikat (x509_hash)',
    x509_san_dns: 'Der Host in seinem Zertifikat (x509_san_dns)',
    decentralized_identifier: 'Seine DID (decentralized_identifier)',
    verifier_attestation: 'Wer ihn bestätigt (verifier_attestation)',
    'pre-registered': 'Ein Name, den Brieftaschen kennen (pre-registered)',
    redirect_uri: 'Eine Adresse, ohne Unterschrift (redirect_uri)',
  },
  whoHint: 'Was der Prüfer nicht vorweisen kann, lehnt er ab und sagt, was er kann.',
  unsigned:
    'Niemand unterschreibt die Anfrage: Sie steht im Link, und Brieftaschen sagen, dass sie nicht wissen, wer fragt.',
  where: 'Wo die Anfrage steht',
  places: { by_reference: 'Die Brieftasche holt sie ab', by_value: 'Sie steht im Link' },
  placeHints: {
    by_reference: 'Der Link ist kurz, und sein Code leicht zu scannen.',
    by_value: 'Der Link ist lang. Was in keinen Code passt, wird kopiert oder in der Brieftasche geöffnet.',
  },
  facts: {
    answers: {
      dc_api: 'Durch den Browser, selbst nicht verschlüsselt',
      'dc_api.jwt': 'Durch den Browser, verschlüsselt für diese Anfrage',
    },
    asksAs: 'Fragt als',
    request: 'Anfrage',
    places: {
      by_reference: 'Von der Brieftasche abgeholt',
      by_value: 'Im Link',
      browser: 'Vom Browser übergeben',
    },
  },
  waitLink: 'Die Anfrage steht im Link. Von einer Brieftasche hören wir, wenn sie antwortet.',
  nobodyAnswered: 'Keine Brieftasche hat geantwortet.',
  browser: {
    title: 'Hier fragen: {what}',
    why: 'Dieser Browser findet eine Brieftasche, auf diesem Gerät oder auf einem Telefon in der Nähe.',
    ask: 'Mit diesem Browser fragen',
    asking: 'Ihr Browser fragt nach einer Brieftasche',
    another: 'Die Anfrage noch einmal machen',
    wait: 'Niemand wird gefragt, bevor Sie den Knopf drücken.',
    elsewhere: 'Nur das Fenster, in dem die Anfrage gemacht wurde, kann fragen.',
    cannot:
      'Dieser Browser kann keine Brieftaschen fragen. Ändern Sie die Anfrage, und zeigen Sie einen Code.',
    nothing: 'Nichts wurde geteilt',
    nothingWhy: 'Jemand hat Nein gesagt, oder es gab keine Brieftasche. Sie können noch einmal fragen.',
    failed: 'Der Browser konnte nicht fragen',
    failedWhy:
      'Er sagt: {name}. Versuchen Sie es noch einmal, oder ändern Sie die Anfrage und zeigen einen Code.',
    notTaken: 'Der Prüfer nimmt die Antwort nicht an',
  },
  transactions: {
    authorised: 'Was genehmigt wurde',
    asked: 'Was zu genehmigen war',
    by: 'Genehmigt mit: {type}',
    notAuthorised: 'Nicht genehmigt.',
  },
}
