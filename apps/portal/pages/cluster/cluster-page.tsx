/**
 * The instances of the deployment as they tell of themselves, what happened to the sessions of all, and which instance served each step
 * of one. In a demonstration instances are stopped and started here: what is open goes on.
 */
import type { ClusterCounts } from '@countersign/api/cluster/counts'
import type { ClusterInstances, GoneInstance, LiveInstance } from '@countersign/api/cluster/instances'
import type { DemoChange, DemoInstances } from '@countersign/api/portal/demo'
import { ok } from '@countersign/core/result'
import { Notice } from '@countersign/ui/elements/notice'
import type { Answer, CallFailure } from '@countersign/ui/http/fetch-json'
import { Heading } from '@countersign/ui/page/heading'
import { clockTime } from '@countersign/ui/text/format'
import { filled } from '@countersign/ui/text/sentence-parts'
import { useCallback, useRef, useState } from 'preact/hooks'
import { Loading, NotLoaded } from '../parts/loading.tsx'
import { isoOf } from '../parts/times.ts'
import { usePolled } from '../parts/use-polled.ts'
import { api, session } from '../session.ts'
import { home } from '../text/home-texts.ts'
import { operation } from '../text/operation-texts.ts'
import { portal } from '../text/portal-texts.ts'
import { InstanceTable } from './instance-table.tsx'
import { type ShownCluster, shownCluster, withHeard } from './instances.ts'
import { SessionCounts } from './session-counts.tsx'
import { SessionInspector } from './session-inspector.tsx'

/** Somebody who is gone is silent for twelve seconds first. */
const EVERY_MS = 2_000

interface Heard {
  readonly cluster: ShownCluster
  readonly live: readonly LiveInstance[]
  readonly verifications: ClusterCounts
  readonly issuances: ClusterCounts
}

export function ClusterPage() {
  const heard = useRef<readonly LiveInstance[]>([])
  const load = useCallback(async () => {
    const answer = await loadCluster(heard.current)
    if (answer.ok) heard.current = answer.value.live
    return answer
  }, [])
  const { value, failure, refresh } = usePolled(load, 'cluster', EVERY_MS)
  if (value === undefined && failure !== undefined) return <NotLoaded failure={failure} retry={refresh} />
  if (value === undefined) return <Loading />
  return <Cluster heard={value} isStale={failure !== undefined} refresh={refresh} />
}

async function loadCluster(before: readonly LiveInstance[]): Promise<Answer<Heard>> {
  const [verifier, issuer, verifications, issuances, demo] = await Promise.all([
    api.get<ClusterInstances>('/verifier/cluster/instances'),
    api.get<ClusterInstances>('/issuer/cluster/instances'),
    api.get<ClusterCounts>('/verifier/cluster/counts'),
    api.get<ClusterCounts>('/issuer/cluster/counts'),
    session.peek()?.demo === true ? api.get<DemoInstances>('/demo/instances') : undefined,
  ])
  if (!verifier.ok) return verifier
  if (!issuer.ok) return issuer
  if (!verifications.ok) return verifications
  if (!issuances.ok) return issuances
  const answers = [verifier.value, issuer.value]
  const live = withHeard(before, answers)
  const controlled = demo?.ok === true ? demo.value.instances : undefined
  return ok({
    cluster: shownCluster(live, answers, controlled),
    live,
    verifications: verifications.value,
    issuances: issuances.value,
  })
}

interface ClusterProps {
  readonly heard: Heard
  readonly isStale: boolean
  readonly refresh: () => void
}

function Cluster({ heard, isStale, refresh }: ClusterProps) {
  const t = operation.value.cluster
  const { cluster, issuances, verifications } = heard
  const { change, busy, failure } = useControl(refresh)
  const all = cluster.groups.flatMap(({ instances }) => instances)
  const up = all.filter(({ state }) => state === 'up').length
  return (
    <div class="stack" data-gap="l">
      <div class="row" data-spread>
        <div class="stack" data-gap="s">
          <Heading title={t.title} product={portal.value.product} />
          <p class="lede">{`${t.up(up, all.length)} ${cluster.shared ? t.shared : t.alone}`}</p>
        </div>
        <p class="muted">{filled(home.value.asOf, { time: clockTime(isoOf(cluster.at)) ?? '' })}</p>
      </div>
      {isStale && (
        <Notice tone="warn" announced>
          <p>{home.value.stale}</p>
        </Notice>
      )}
      <Warnings cluster={cluster} />
      {failure !== undefined && (
        <Notice tone="bad" heading={t.notDone} level={2} announced>
          <p class="foreign">{failure.message}</p>
        </Notice>
      )}
      <SessionInspector gone={cluster.gone} />
      {cluster.groups.map((group) => (
        <InstanceTable key={group.service} group={group} busy={busy} onChange={change} />
      ))}
      <SessionCounts
        verifications={verifications}
        issuances={issuances}
        live={heard.live}
        shared={cluster.shared}
      />
    </div>
  )
}

/** What is asked of the control; what came of it the next answers tell. */
function useControl(refresh: () => void) {
  const [busy, setBusy] = useState<string>()
  const [failure, setFailure] = useState<CallFailure>()
  const change = async (wanted: DemoChange) => {
    setBusy(wanted.instance)
    setFailure(undefined)
    const answer = await api.send<DemoInstances>('POST', '/demo/instances', wanted)
    setBusy(undefined)
    if (!answer.ok) setFailure(answer.error)
    refresh()
  }
  return { change: (wanted: DemoChange) => void change(wanted), busy, failure }
}

/** Of the last minute and a half: what was longer ago stands in the table. */
const LATELY_SECONDS = 90

function Warnings({ cluster }: { readonly cluster: ShownCluster }) {
  const t = operation.value.cluster
  const { at, gone, shared, split, twins } = cluster
  const lately = gone.filter(({ toldAt }) => at - toldAt <= LATELY_SECONDS).slice(0, 1)
  return (
    <>
      {split > 0 && (
        <Notice tone="bad" heading={t.split(split)} level={2} announced>
          <p>{t.splitWhy}</p>
        </Notice>
      )}
      {twins.map((name) => (
        <Notice key={name} tone="warn" heading={filled(t.twins, { name })} level={2}>
          <p>{t.twinsWhy}</p>
        </Notice>
      ))}
      {lately.map((one) => (
        <Notice key={one.process} tone="warn" heading={sinceWhen(one, at)} level={2}>
          <p>{shared ? t.stoppedWhy : t.stoppedAlone}</p>
        </Notice>
      ))}
    </>
  )
}

function sinceWhen({ how, instance, toldAt }: GoneInstance, at: number): string {
  const t = operation.value.cluster
  const seconds = Math.max(1, at - toldAt)
  return how === 'stopped' ? t.stopped(instance, seconds) : t.silent(instance, seconds)
}
