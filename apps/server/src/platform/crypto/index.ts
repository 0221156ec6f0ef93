import { randomBytes } from 'node:crypto'
import type { Clock, TenantId } from '@quanshu/kernel'
import { systemClock } from '@quanshu/kernel'
import type { Database } from '../db/index.ts'
import type { Log } from '../log/index.ts'
import { openFileKeyManager } from './file-key-manager.ts'
import { KeyFileError, type KeyManager } from './key-manager.ts'
import { createKeyrings, type Keyring } from './keyring.ts'
import { hashPassword, verifyPassword } from './password.ts'
import { keyIdOf, open, seal, type Where } from './seal.ts'

export { openFileKeyManager } from './file-key-manager.ts'
export { KeyFileError, type KeyManager } from './key-manager.ts'
export { reencryptColumn } from './reencrypt.ts'
export type { Where } from './seal.ts'

/** A cipher with one tenant's keys at hand, for bulk work: nothing waits. Do not keep it longer than one task. */
export type Sealer = {
  readonly keyId: number
  readonly seal: (where: Where, plain: string) => Buffer
  /** Knows the keys there were when the sealer was made; what others may have sealed since goes through `decryptMany`. */
  readonly open: (where: Where, sealed: Buffer) => string
  readonly fingerprint: (purpose: string, value: string) => Buffer
}

/**
 * Secrets at rest. What is read back by id is sealed; what is looked up by value is fingerprinted; what is both, both.
 * Keys that are not in memory are fetched on a connection of their own: inside a transaction, get a `sealer` beforehand.
 */
export type Crypto = {
  /** AES-256-GCM under the tenant's current data key, bound to tenant, table, column and row. */
  readonly encrypt: (tenantId: TenantId, where: Where, plain: string) => Promise<Buffer>
  /** @throws cryptoErrors.unreadable when the value was altered, or moved from another place */
  readonly decrypt: (tenantId: TenantId, where: Where, sealed: Buffer) => Promise<string>
  /** As `decrypt` for many values, in their order. */
  readonly decryptMany: (
    tenantId: TenantId,
    values: readonly { readonly where: Where; readonly sealed: Buffer }[],
  ) => Promise<readonly string[]>
  readonly sealer: (tenantId: TenantId) => Promise<Sealer>
  /** HMAC-SHA256 under a secret of the tenant and `purpose`, for look-up by value; rotation does not change it. */
  readonly fingerprint: (tenantId: TenantId, purpose: string, value: string) => Promise<Buffer>
  /** Argon2id as a PHC string, off the main thread. @throws commonErrors.busy when too many wait */
  readonly hashPassword: (plain: string) => Promise<string>
  readonly verifyPassword: (plain: string, phc: string) => Promise<boolean>
  /** New values are sealed under a new data key from now on; old ones still open (see `reencryptColumn`). */
  readonly rotateDataKey: (tenantId: TenantId) => Promise<void>
  /** Makes a new master key and re-wraps every tenant's keys with it. Nothing stops meanwhile. @returns how many were re-wrapped */
  readonly rotateMasterKey: () => Promise<number>
}

/** Keys that are re-wrapped in one transaction. */
const REWRAP_CHUNK = 200

export function createCrypto(deps: {
  readonly db: Pick<Database, 'call' | 'callGlobal'>
  readonly keys: KeyManager
  readonly clock?: Clock
}): Crypto {
  const { db, keys } = deps
  const rings = createKeyrings({ db, keys, clock: deps.clock ?? systemClock })
  const sealers = new WeakMap<Keyring, Sealer>()

  return {
    async encrypt(tenantId, where, plain) {
      const ring = await rings.get(tenantId)
      return seal(ring.current, ring.currentId, tenantId, where, plain)
    },
    async decrypt(tenantId, where, sealed) {
      const keyId = keyIdOf(where, sealed)
      const ring = await rings.holding(tenantId, [keyId])
      return open(ring.byId(keyId), tenantId, where, sealed)
    },
    async decryptMany(tenantId, values) {
      const keyIds = values.map((value) => keyIdOf(value.where, value.sealed))
      const ring = await rings.holding(tenantId, keyIds)
      return values.map(({ where, sealed }, index) => open(ring.byId(keyIds[index] as number), tenantId, where, sealed))
    },
    async sealer(tenantId) {
      const ring = await rings.get(tenantId)
      const known = sealers.get(ring)
      if (known) return known
      const sealer: Sealer = {
        keyId: ring.currentId,
        seal: (where, plain) => seal(ring.current, ring.currentId, tenantId, where, plain),
        open: (where, sealed) => open(ring.byId(keyIdOf(where, sealed)), tenantId, where, sealed),
        fingerprint: ring.fingerprint,
      }
      sealers.set(ring, sealer)
      return sealer
    },
    async fingerprint(tenantId, purpose, value) {
      return (await rings.get(tenantId)).fingerprint(purpose, value)
    },
    hashPassword: (plain) => hashPassword(plain),
    verifyPassword,
    async rotateDataKey(tenantId) {
      await rings.get(tenantId)
      const { keyId, wrapped } = await keys.wrap(randomBytes(32))
      await db.call(tenantId, 'crypto.rotate_data_key', wrapped.toString('base64'), keyId)
      rings.forget(tenantId)
    },
    async rotateMasterKey() {
      await keys.rotate()
      return rewrapAll(db, keys)
    },
  }
}

/**
 * Opens the house's cryptography at start: finds or makes the key file and checks that it opens what is stored.
 * @throws KeyFileError with one sentence for the operator
 */
export async function openCrypto(options: {
  readonly db: Pick<Database, 'call' | 'callGlobal'>
  readonly keyFile: string
  readonly log: Pick<Log, 'info'>
  readonly clock?: Clock
}): Promise<Crypto> {
  const used = await options.db.callGlobal<readonly WrappedKey[]>('crypto.one_key_per_master')
  const keys = await openFileKeyManager({ path: options.keyFile, mustExist: used.length > 0 })
  for (const key of used) {
    const plain = await keys.unwrap(key.masterKeyId, Buffer.from(key.wrapped, 'base64'))
    plain.fill(0)
  }
  if (used.length === 0)
    options.log.info(
      { keyFile: options.keyFile },
      'master keys are in this file; keep a copy of it apart from the database',
    )
  return createCrypto({ db: options.db, keys, ...(options.clock && { clock: options.clock }) })
}

type WrappedKey = {
  readonly tenantId: TenantId
  readonly id: number
  readonly masterKeyId: string
  readonly wrapped: string
}

/** Re-wraps whatever a master key other than the current one wraps; run again after a crash, it goes on where it stopped. */
async function rewrapAll(db: Pick<Database, 'callGlobal'>, keys: KeyManager): Promise<number> {
  const currentId = await keys.currentKeyId()
  for (let total = 0; ; ) {
    const old = await db.callGlobal<readonly WrappedKey[]>('crypto.keys_to_rewrap', currentId, REWRAP_CHUNK)
    if (old.length === 0) return total
    const renewed = await Promise.all(
      old.map(async (key) => {
        const plain = await keys.unwrap(key.masterKeyId, Buffer.from(key.wrapped, 'base64'))
        const { keyId, wrapped } = await keys.wrap(plain)
        plain.fill(0)
        if (keyId !== currentId)
          throw new KeyFileError('The master key was rotated by someone else meanwhile; run the rotation again.')
        return {
          tenantId: key.tenantId,
          id: key.id,
          oldMasterKeyId: key.masterKeyId,
          masterKeyId: keyId,
          wrapped: wrapped.toString('base64'),
        }
      }),
    )
    await db.callGlobal('crypto.rewrap_keys', renewed)
    total += renewed.length
  }
}
