/**
 * Who is there and what was done, at the management door of every service that has sessions or shares their store. A service
 * that may start without a management credential has this door closed then, but in development on loopback.
 */
import { type ClusterCounts, clusterCounts } from '@countersign/api/cluster/counts'
import { type ClusterInstances, clusterInstances } from '@countersign/api/cluster/instances'
import { storeAnswers } from '../http/common-answers.ts'
import type { ServiceApp } from '../http/service-app.ts'

export interface ClusterReader {
  instances(): Promise<ClusterInstances>
  counts(): Promise<ClusterCounts>
}

const door = { door: 'management', scope: 'operation:read', closedWithoutKey: true } as const
const tags = ['cluster']

export function clusterRoutes(app: ServiceApp, cluster: ClusterReader): void {
  app.get(
    '/cluster/instances',
    {
      schema: { summary: 'The instances of the deployment, as they tell of themselves', tags },
      config: {
        ...door,
        answers: {
          200: { description: 'Who was heard, and who is gone', schema: clusterInstances },
          ...storeAnswers(),
        },
      },
    },
    async () => cluster.instances(),
  )

  app.get(
    '/cluster/counts',
    {
      schema: { summary: 'What these instances did, added up', tags },
      config: {
        ...door,
        answers: { 200: { description: 'The sums', schema: clusterCounts }, ...storeAnswers() },
      },
    },
    async () => cluster.counts(),
  )
}
