/** What the pages say of how a request is made, travels and is answered, and of what is authorised beside. */
export const en = {
  how: 'How it is asked',
  asSetUp: 'As the verifier is set up',
  answer: 'How the wallet answers',
  answers: {
    direct_post: 'In the clear',
    'direct_post.jwt': 'Encrypted',
    dc_api: 'Through this browser',
    'dc_api.jwt': 'Through this browser, encrypted',
  },
  answerHints: {
    direct_post: 'Whatever ends TLS before the verifier can read it.',
    'direct_post.jwt': 'Whatever lies between the wallet and the verifier cannot read it.',
    dc_api: 'Without a code: this browser finds a wallet. The page can read the answer.',
    'dc_api.jwt': 'Without a code: this browser finds a wallet, on this device or on a phone nearby.',
  },
  who: 'Who asks, to the wallet',
  prefixes: {
    x509_hash: 'Its certificate (x509_hash)',
    x509_san_dns: 'The host in its certificate (x509_san_dns)',
    decentralized_identifier: 'Its DID (decentralized_identifier)',
    verifier_attestation: 'Who attests it (verifier_attestation)',
    'pre-registered': 'A name that wallets were told (pre-registered)',
    redirect_uri: 'An address, unsigned (redirect_uri)',
  },
  whoHint: 'What the verifier cannot show, it refuses, and says what it can.',
  unsigned:
    'Nobody signs the request: it stands in the link, and wallets say that they do not know who asks.',
  where: 'Where the request is',
  places: { by_reference: 'The wallet fetches it', by_value: 'It stands in the link' },
  placeHints: {
    by_reference: 'The link is short, and its code easy to scan.',
    by_value: 'The link is long. What no code can hold is copied, or opened in the wallet.',
  },
  facts: {
    answers: {
      dc_api: 'Through the browser, not encrypted by itself',
      'dc_api.jwt': 'Through the browser, encrypted for this request',
    },
    asksAs: 'Asks as',
    request: 'Request',
    places: {
      by_reference: 'Fetched by the wallet',
      by_value: 'In the link',
      browser: 'Handed over by the browser',
    },
  },
  waitLink: 'The request stands in the link. We hear of a wallet when it answers.',
  nobodyAnswered: 'No wallet answered.',
  browser: {
    title: 'Ask here: {what}',
    why: 'This browser finds a wallet, on this device or on a phone nearby.',
    ask: 'Ask with this browser',
    asking: 'Your browser asks for a wallet',
    another: 'Make the request again',
    wait: 'Nobody is asked before you press the button.',
    elsewhere: 'Only the window in which the request was made can ask.',
    cannot: 'This browser cannot ask wallets. Change the request, and show a code.',
    nothing: 'Nothing was shared',
    nothingWhy: 'Somebody said no, or there was no wallet. You can ask again.',
    failed: 'The browser could not ask',
    failedWhy: 'It says: {name}. You can try again, or change the request and show a code.',
    notTaken: 'The verifier does not accept the answer',
  },
  transactions: {
    authorised: 'What they authorised',
    asked: 'What they were to authorise',
    by: 'Authorised with: {type}',
    notAuthorised: 'Not authorised.',
  },
}

export type AskingTexts = typeof en
