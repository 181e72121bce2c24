import type { PageTexts } from './en.ts'

export const de: PageTexts = {
  title: 'Damit dieses Telefon {name} vertraut',
  lede: 'In diesem Netz läuft unter {name} ein Countersign für die Entwicklung. Ein Telefon öffnet es ohne Warnung, wenn es diesem Zertifikat vertraut. Tun Sie das mit Ihrem eigenen und mit keinem fremden.',
  otherLanguage: 'English',
  download: '1. Herunterladen',
  downloadButton: 'Zertifikat herunterladen',
  compare: '2. Vergleichen',
  compareWhy:
    'Diese Seite kam unverschlüsselt, also könnte jemand in diesem Netz sie ausgetauscht haben. Wenn das Telefon das Zertifikat vor dem Installieren zeigt, muss dies sein SHA-256-Fingerabdruck sein, und das Terminal muss denselben nennen:',
  install: '3. Installieren',
  iphone: 'iPhone und iPad',
  iphoneSteps: [
    'Öffnen Sie diese Seite in Safari, laden Sie es herunter und erlauben Sie das Profil.',
    'Einstellungen › Allgemein › VPN und Geräteverwaltung: Installieren Sie das geladene Profil.',
    'Einstellungen › Allgemein › Info › Zertifikatsvertrauenseinstellungen: Schalten Sie „{authority}“ ein.',
  ],
  android: 'Android',
  androidSteps: [
    'Öffnen Sie die Einstellungen und suchen Sie nach „CA-Zertifikat“. Auf vielen Telefonen ist es Sicherheit › Weitere Sicherheitseinstellungen › Verschlüsselung und Anmeldedaten › Zertifikat installieren › CA-Zertifikat.',
    'Das Telefon warnt, dass andere mitlesen könnten. Das stimmt für ein Zertifikat, das für jede Seite gilt; dieses gilt nur für {name}. Wählen Sie die heruntergeladene Datei.',
    'Chrome vertraut ihm von nun an. Andere Apps entscheiden selbst, und die meisten tun es nicht.',
  ],
  open: '4. Die Brieftasche öffnen',
  openButton: 'Brieftasche öffnen',
  noPasskeys:
    'Passkeys gelten für Namen, und hier gibt es nur eine Adresse. Nehmen Sie in der Brieftasche ein Passwort; alles andere geht, auch die Kamera.',
  what: 'Was installiert wird',
  whatItIs: [
    'Eine Zertifizierungsstelle namens „{authority}“. Was unter ihr unterschreibt, darf {name} nennen und keinen anderen Rechner, und Telefone lehnen ab, was es sonst unterschriebe. Der Schlüssel der Stelle selbst wurde vergessen, als sie gemacht war.',
    'Wer den Datenordner dieses Countersign hat, kann sich als {name} ausgeben. Nachweise unterschreiben andere Schlüssel unter anderen Stellen: Für sie gilt diese nichts.',
    'Sie endet am {ends}.',
  ],
  remove: 'Wie man es entfernt',
  removeSteps: [
    'iPhone und iPad: Einstellungen › Allgemein › VPN und Geräteverwaltung, das Profil wählen und entfernen.',
    'Android: In den Einstellungen nach „Vertrauenswürdige Anmeldedaten“ oder „Nutzerzertifikate“ suchen, „{authority}“ wählen und entfernen.',
  ],
}
