/** Encrypts and decrypts for tests of what is pure, as the services do. */
export { coreHpke as hpkeEngine } from '@countersign/keys/engines/hpke'
