/** W9: keys and the names that others know them by. Exact words stand here, since only who looks for them comes here. */
import type { ListedDid } from '@countersign/api/wallet/dids'
import type { ListedKey } from '@countersign/api/wallet/keys'
import { Badge } from '@countersign/ui/elements/badge'
import { LinkButton } from '@countersign/ui/elements/button'
import { TechnicalDetails } from '@countersign/ui/elements/notice'
import { Facts, Part, Said, Sheet } from '@countersign/ui/elements/sheet'
import { CopyLine } from '@countersign/ui/page/copy-line'
import { Heading } from '@countersign/ui/page/heading'
import { day } from '@countersign/ui/text/format'
import { ui } from '@countersign/ui/text/ui-texts'
import { useList } from '../account/use-list.ts'
import { own } from '../texts/own-texts.ts'
import { wallet } from '../texts/wallet-texts.ts'

export function KeysPage({ walletId }: { readonly walletId: string }) {
  const t = own.value.keys
  const keys = useList<readonly ListedKey[]>(`/wallet/${walletId}/keys`)
  const dids = useList<readonly ListedDid[]>(`/wallet/${walletId}/dids`)
  return (
    <div class="column stack" data-gap="l">
      <div class="stack" data-gap="s">
        <Heading title={t.title} product={wallet.value.product} />
        <p class="lede">{t.lede}</p>
      </div>
      {(keys.failed || dids.failed) && <Said tone="bad">{own.value.settings.failed}</Said>}
      {keys.value?.map(({ algorithm, keyId, name, provesPossession }) => (
        <Sheet key={keyId.id} parts>
          <Part label={name ?? t.key}>
            <Facts
              none={ui.value.notGiven}
              facts={[
                { label: t.kind, value: algorithm },
                { label: t.place, value: t.kept },
                { label: t.use, value: provesPossession ? t.holds : t.signsOnly },
              ]}
            />
          </Part>
          {dids.value
            ?.filter((did) => did.keyId === keyId.id)
            .map((did) => (
              <Part key={did.did} label={did.alias}>
                <div class="stack" data-gap="m">
                  {did.default && <Badge tone="brand">{t.usual}</Badge>}
                  <CopyLine text={did.did} />
                  <p class="muted">{t.since.replace('{day}', day(did.createdOn) ?? '')}</p>
                  <TechnicalDetails summary={ui.value.technicalDetails} text={readable(did.document)} />
                </div>
              </Part>
            ))}
        </Sheet>
      ))}
      <div class="actions">
        <LinkButton href="/settings">{own.value.settings.title}</LinkButton>
      </div>
    </div>
  )
}

function readable(document: string): string {
  return JSON.stringify(JSON.parse(document), undefined, 2)
}
