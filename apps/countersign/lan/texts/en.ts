/** What the page says from which a phone gets the certificate. A value stands in braces. */
export const en = {
  title: 'Let this phone trust {name}',
  lede: 'A Countersign for development runs at {name} in this network. A phone opens it without a warning when it trusts this certificate. Do that with a stack of your own, and with nobody else’s.',
  otherLanguage: 'Deutsch',
  download: '1. Download it',
  downloadButton: 'Download the certificate',
  compare: '2. Compare it',
  compareWhy:
    'This page came without encryption, so somebody in this network could have exchanged it. When the phone shows the certificate before it installs it, this has to be its SHA-256 fingerprint, and the terminal has to say the same:',
  install: '3. Install it',
  iphone: 'iPhone and iPad',
  iphoneSteps: [
    'Open this page in Safari, download, and allow the profile.',
    'Settings › General › VPN & Device Management: install the profile that was downloaded.',
    'Settings › General › About › Certificate Trust Settings: switch on “{authority}”.',
  ],
  android: 'Android',
  androidSteps: [
    'Open the settings and search for “CA certificate”. On many phones it is Security › More security settings › Encryption & credentials › Install a certificate › CA certificate.',
    'The phone warns that others could read along. That is true of a certificate that counts for every site; this one counts for {name} alone. Choose the file that was downloaded.',
    'Chrome trusts it from now on. Other apps decide for themselves, and most do not.',
  ],
  open: '4. Open the wallet',
  openButton: 'Open the wallet',
  noPasskeys:
    'Passkeys are for names, and this stack has an address only. Take a password in the wallet; everything else works, the camera too.',
  what: 'What is installed',
  whatItIs: [
    'A certificate authority called “{authority}”. What signs below it may name {name} and no other host, and phones refuse whatever else it would sign. The key of the authority itself was forgotten when it was made.',
    'Whoever has the data folder of this stack can pretend to be {name}. Credentials are signed by other keys, under other authorities: for them this one counts nothing.',
    'It ends on {ends}.',
  ],
  remove: 'How it is removed',
  removeSteps: [
    'iPhone and iPad: Settings › General › VPN & Device Management, choose the profile, remove it.',
    'Android: search the settings for “trusted credentials” or “user certificates”, choose “{authority}”, remove it.',
  ],
} as const

type Texts<T> = { readonly [Key in keyof T]: T[Key] extends string ? string : readonly string[] }

export type PageTexts = Texts<typeof en>
