/** A key with its DIDs, and what can be done with each. */
import type { ListedDid } from '@countersign/api/wallet/dids'
import type { ListedKey } from '@countersign/api/wallet/keys'
import { Badge } from '@countersign/ui/elements/badge'
import { Button } from '@countersign/ui/elements/button'
import { TechnicalDetails } from '@countersign/ui/elements/notice'
import { plainName } from '@countersign/ui/elements/plain-name'
import { Facts, Part, Sheet } from '@countersign/ui/elements/sheet'
import { CopyLine } from '@countersign/ui/page/copy-line'
import { day } from '@countersign/ui/text/format'
import { filled } from '@countersign/ui/text/sentence-parts'
import { ui } from '@countersign/ui/text/ui-texts'
import { own } from '../texts/own-texts.ts'

/** What somebody wants to do; the page asks, does and tells it. */
export interface KeyDeeds {
  readonly makeDid: (key: ListedKey) => void
  readonly removeKey: (key: ListedKey) => void
  readonly removeDid: (did: ListedDid) => void
  readonly useDid: (did: ListedDid) => void
}

export interface KeySheetProps {
  readonly listed: ListedKey
  readonly dids: readonly ListedDid[]
  readonly deeds: KeyDeeds
}

export function KeySheet({ deeds, dids, listed }: KeySheetProps) {
  const t = own.value.keys
  const { algorithm, credentials, keyId, provesPossession } = listed
  const called = keyName(listed)
  return (
    <Sheet parts>
      <Part label={called}>
        <div class="stack" data-gap="m">
          <Facts
            none={ui.value.notGiven}
            facts={[
              { label: t.kind, value: algorithm },
              { label: t.place, value: t.kept },
              { label: t.use, value: provesPossession ? t.holds : t.signsOnly },
              { label: t.bound, value: t.boundCount(credentials) },
            ]}
          />
          <div class="actions" data-fill>
            <Button onPress={() => deeds.makeDid(listed)} label={`${t.makeDid}: ${called}`}>
              {t.makeDid}
            </Button>
            <Button kind="quiet" onPress={() => deeds.removeKey(listed)} label={`${t.removeKey}: ${called}`}>
              {t.removeKey}
            </Button>
          </div>
          <TechnicalDetails summary={ui.value.technicalDetails} text={`id: ${keyId.id}`} />
        </div>
      </Part>
      {dids.map((did) => (
        <DidPart key={did.did} listed={did} deeds={deeds} />
      ))}
    </Sheet>
  )
}

function DidPart({ deeds, listed }: { readonly listed: ListedDid; readonly deeds: KeyDeeds }) {
  const t = own.value.keys
  const called = didName(listed)
  return (
    <Part label={called}>
      <div class="stack" data-gap="m">
        {listed.default && (
          <div>
            <Badge tone="brand">{t.usual}</Badge>
          </div>
        )}
        <CopyLine text={listed.did} />
        <p class="muted">{filled(t.since, { day: day(listed.createdOn) ?? '' })}</p>
        <div class="actions" data-fill>
          {!listed.default && (
            <Button onPress={() => deeds.useDid(listed)} label={`${t.makeUsual}: ${called}`}>
              {t.makeUsual}
            </Button>
          )}
          <Button kind="quiet" onPress={() => deeds.removeDid(listed)} label={`${t.removeDid}: ${called}`}>
            {t.removeDid}
          </Button>
        </div>
        <TechnicalDetails summary={ui.value.technicalDetails} text={readable(listed.document)} />
      </div>
    </Part>
  )
}

export function keyName({ algorithm, name }: ListedKey): string {
  return name === null || plainName(name) === ''
    ? filled(own.value.keys.keyOf, { kind: algorithm })
    : plainName(name)
}

/** `n/a` is what the service writes where its owner called it nothing. */
export function didName({ alias, did }: ListedDid): string {
  const name = plainName(alias)
  return name === '' || name === 'n/a' ? did.split(':').slice(0, 2).join(':') : name
}

function readable(document: string): string {
  return JSON.stringify(JSON.parse(document), undefined, 2)
}
