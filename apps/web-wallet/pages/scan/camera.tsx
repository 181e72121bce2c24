/** The camera, asked for by a button and looked at until it sees a code, is stopped, or has seen nothing for too long. */
import { Button } from '@countersign/ui/elements/button'
import { scan } from '@countersign/ui/elements/icons'
import { LiveLine } from '@countersign/ui/page/steps'
import { useEffect, useRef, useState } from 'preact/hooks'
import { wallet } from '../texts/wallet-texts.ts'
import { pictureReader } from './read-picture.ts'

/** Then the sentence says what else can be done; the camera goes on looking. */
const NOTHING_SEEN_MS = 10_000
const LOOK_EVERY_MS = 150

/** `broken`: it is there, and cannot be read. */
export type CameraTrouble = 'denied' | 'missing' | 'broken'

export interface CameraProps {
  readonly onCode: (text: string) => void
  readonly onTrouble: (trouble: CameraTrouble) => void
}

export function Camera({ onCode, onTrouble }: CameraProps) {
  const t = wallet.value.scanPage
  const [on, setOn] = useState(false)
  const [slow, setSlow] = useState(false)
  const video = useRef<HTMLVideoElement>(null)

  useEffect(() => {
    if (!on) return undefined
    const ended = new AbortController()
    const timer = setTimeout(() => setSlow(true), NOTHING_SEEN_MS)
    void look(video.current, ended.signal).then((outcome) => {
      if (ended.signal.aborted) return
      setOn(false)
      if (outcome.kind === 'code') onCode(outcome.text)
      else onTrouble(outcome.kind)
    })
    return () => {
      clearTimeout(timer)
      setSlow(false)
      ended.abort()
    }
  }, [on])

  if (!on)
    return (
      <div class="actions" data-fill>
        <Button kind="primary" big icon={scan} onPress={() => setOn(true)}>
          {t.useCamera}
        </Button>
      </div>
    )
  return (
    <div class="stack" data-gap="m">
      <video class="viewfinder" ref={video} muted playsInline />
      <LiveLine>{slow ? t.nothingSeen : t.looking}</LiveLine>
      <div class="actions" data-fill>
        <Button onPress={() => setOn(false)}>{t.cameraStops}</Button>
      </div>
    </div>
  )
}

type Looked = { readonly kind: 'code'; readonly text: string } | { readonly kind: CameraTrouble }

async function look(video: HTMLVideoElement | null, ended: AbortSignal): Promise<Looked> {
  const stream = await opened()
  if (video === null || typeof stream === 'string')
    return { kind: typeof stream === 'string' ? stream : 'missing' }
  const stop = () => {
    for (const track of stream.getTracks()) track.stop()
  }
  ended.addEventListener('abort', stop)
  if (ended.aborted) stop()
  try {
    video.srcObject = stream
    await video.play()
    const text = await firstCode(video, ended)
    return text === undefined ? { kind: 'broken' } : { kind: 'code', text }
  } catch {
    return { kind: 'broken' }
  } finally {
    stop()
  }
}

async function opened(): Promise<MediaStream | CameraTrouble> {
  // Absent on a page without https.
  if (navigator.mediaDevices === undefined) return 'missing'
  try {
    return await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' }, audio: false })
  } catch (error) {
    const name = error instanceof DOMException ? error.name : ''
    if (name === 'NotAllowedError') return 'denied'
    return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'missing' : 'broken'
  }
}

async function firstCode(video: HTMLVideoElement, ended: AbortSignal): Promise<string | undefined> {
  const read = await pictureReader()
  while (!ended.aborted) {
    const frame = await createImageBitmap(video).catch(() => undefined)
    const text = frame === undefined ? undefined : await read(frame)
    frame?.close()
    if (text !== undefined && text !== '') return text
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
  return undefined
}
