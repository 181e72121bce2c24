/**
 * Where others of the network reach a service over TLS, on the port that it has on loopback (`countersign up --lan`). No key of a
 * configuration: certificates of a deployment are its balancer's business.
 */
export interface SecureAddress {
  /** Address to listen on, beside `webHost`. */
  readonly host: string
  /** PEM. */
  readonly key: string
  /** PEM, leaf first. */
  readonly certificates: string
}
