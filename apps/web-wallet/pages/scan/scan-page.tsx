/** W4: one entry for everything: camera, picture, paste. What it is not is said by name. */
import { Button } from '@countersign/ui/elements/button'
import { picture } from '@countersign/ui/elements/icons'
import { Notice, TechnicalDetails } from '@countersign/ui/elements/notice'
import { Sheet } from '@countersign/ui/elements/sheet'
import { TextField } from '@countersign/ui/forms/field'
import type { CallFailure } from '@countersign/ui/http/fetch-json'
import { Heading } from '@countersign/ui/page/heading'
import { supportText } from '@countersign/ui/page/problem'
import { LiveLine } from '@countersign/ui/page/steps'
import { filled } from '@countersign/ui/text/sentence-parts'
import { ui } from '@countersign/ui/text/ui-texts'
import { useRef, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { WithNetwork } from '../offline/with-network.tsx'
import { wallet } from '../texts/wallet-texts.ts'
import { Asking } from './asking.tsx'
import { Camera, type CameraTrouble } from './camera.tsx'
import { openCode } from './open-code.ts'
import { pictureReader } from './read-picture.ts'
import { type ScannedCode, scannedCode } from './scanned-code.ts'

type State =
  | { readonly doing: 'nothing' | 'reading' | 'opening' }
  | { readonly doing: 'wrong'; readonly sentence: string; readonly failure?: CallFailure }

export function ScanPage({ walletId }: { readonly walletId: string }) {
  const t = wallet.value.scanPage
  const { query, route } = useLocation()
  const isPresenting = query['for'] === 'presenting'
  const [state, setState] = useState<State>({ doing: 'nothing' })
  const [text, setText] = useState('')
  const [pasting, setPasting] = useState(false)

  async function take(input: string) {
    const code = scannedCode(input)
    if (code.kind !== 'offer' && code.kind !== 'request') {
      setState({ doing: 'wrong', sentence: wrongSentence(code) })
      return
    }
    setState({ doing: 'opening' })
    const answer = await openCode(walletId, code)
    if (answer.ok) route(answer.value)
    else
      setState({ doing: 'wrong', sentence: refusedSentence(code.kind, answer.error), failure: answer.error })
  }

  async function readFile(file: File) {
    setState({ doing: 'reading' })
    const found = await codeIn(file)
    if (found === undefined) setState({ doing: 'wrong', sentence: t.pictureEmpty })
    else await take(found)
  }

  function pasteInstead(trouble: CameraTrouble) {
    setPasting(true)
    setState({ doing: 'wrong', sentence: t.camera[trouble] })
  }

  return (
    <div class="column stack" data-gap="l">
      <div class="stack" data-gap="s">
        <Heading title={isPresenting ? t.presentTitle : t.title} product={wallet.value.product} />
        <p class="lede">{isPresenting ? t.presentLede : t.lede}</p>
      </div>
      <Said state={state} />
      <WithNetwork>
        <Sheet parts>
          <div class="stack" data-gap="m">
            <Camera onCode={(code) => void take(code)} onTrouble={pasteInstead} />
            <PictureChoice onFile={(file) => void readFile(file)} />
          </div>
          <div class="stack" data-gap="m">
            <TextField
              label={t.paste}
              hint={t.pasteHint}
              value={text}
              onInput={setText}
              multiline
              focused={pasting}
            />
            <div class="actions" data-fill>
              <Button busy={state.doing === 'opening'} onPress={() => void take(text)}>
                {t.look}
              </Button>
            </div>
          </div>
        </Sheet>
      </WithNetwork>
    </div>
  )
}

function Said({ state }: { readonly state: State }) {
  const t = wallet.value.scanPage
  if (state.doing === 'reading') return <LiveLine>{t.reading}</LiveLine>
  if (state.doing === 'opening') return <Asking />
  if (state.doing !== 'wrong') return null
  return (
    <div class="stack" data-gap="s">
      <Notice tone="warn" announced>
        <p>{state.sentence}</p>
      </Notice>
      {state.failure !== undefined && (
        <TechnicalDetails summary={ui.value.technicalDetails} text={supportText(state.failure)} />
      )}
    </div>
  )
}

function PictureChoice({ onFile }: { readonly onFile: (file: File) => void }) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <div class="actions" data-fill>
      <input
        class="file-input"
        ref={input}
        type="file"
        accept="image/*"
        tabIndex={-1}
        aria-hidden="true"
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0]
          currentTarget.value = ''
          if (file !== undefined) onFile(file)
        }}
      />
      <Button icon={picture} onPress={() => input.current?.click()}>
        {wallet.value.scanPage.picture}
      </Button>
    </div>
  )
}

async function codeIn(file: File): Promise<string | undefined> {
  const bitmap = await createImageBitmap(file).catch(() => undefined)
  if (bitmap === undefined) return undefined
  try {
    return await (await pictureReader())(bitmap)
  } finally {
    bitmap.close()
  }
}

export function wrongSentence(code: ScannedCode): string {
  const { wrong } = wallet.value.scanPage
  if (code.kind === 'web') return filled(wrong.web, { host: code.host })
  return code.kind === 'offer' || code.kind === 'request' ? '' : wrong[code.kind]
}

export function refusedSentence(kind: 'offer' | 'request', { code, status }: CallFailure): string {
  const { refused } = wallet.value.scanPage
  if (status === 0 || status === 429 || status >= 500) return refused.away
  return code === 'invalid_transaction_data' ? refused.unknownConfirmation : refused[kind]
}
