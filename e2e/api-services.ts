/** The services with an API that is described, which the tables of calls are for. Pages are looked at in a browser. */
import { SERVICE_NAMES, type ServiceName, serviceNamed } from '@countersign/countersign/services'

export type ApiServiceName = Exclude<ServiceName, 'web-wallet' | 'portal'>

export const API_SERVICE_NAMES: readonly ApiServiceName[] = SERVICE_NAMES.filter(
  (name): name is ApiServiceName => serviceNamed(name).serves === 'api',
)
