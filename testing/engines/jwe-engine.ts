/** Encrypts and decrypts for tests of what is pure, as the services do. */
export { joseJwe as jweEngine } from '@countersign/keys/engines/jwe'
