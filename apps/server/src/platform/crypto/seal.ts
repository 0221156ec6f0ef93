import { createCipheriv, createDecipheriv, type KeyObject, randomFillSync } from 'node:crypto'
import { cryptoErrors } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'

/** Where a sealed value lives. It is bound in, so a value that is moved to another row, column, table or tenant no longer opens. */
export type Where = {
  readonly table: string
  readonly column: string
  readonly row: string | number
}

const VERSION = 1
const NONCE_BYTES = 12
const TAG_BYTES = 16
const NONCE_AT = 5
const TAG_AT = NONCE_AT + NONCE_BYTES
const TEXT_AT = TAG_AT + TAG_BYTES

/**
 * AES-256-GCM. Layout: version (1 byte), key id (4, big-endian), nonce (12), tag (16), cipher text.
 * Nonces are random; one key must not seal more than 2^32 values (NIST SP 800-38D, 8.3), which rotation sees to.
 */
export function seal(key: KeyObject, keyId: number, tenantId: TenantId, where: Where, plain: string): Buffer {
  const nonce = nextNonce()
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(bindingOf(tenantId, where))
  const body = cipher.update(plain, 'utf8')
  cipher.final()
  const sealed = Buffer.allocUnsafe(TEXT_AT + body.length)
  sealed[0] = VERSION
  sealed.writeUInt32BE(keyId, 1)
  nonce.copy(sealed, NONCE_AT)
  cipher.getAuthTag().copy(sealed, TAG_AT)
  body.copy(sealed, TEXT_AT)
  return sealed
}

/**
 * The inverse of `seal`.
 * @throws cryptoErrors.unreadable when the value was altered, moved or sealed under another key
 */
export function open(key: KeyObject, tenantId: TenantId, where: Where, sealed: Buffer): string {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(NONCE_AT, TAG_AT), { authTagLength: TAG_BYTES })
  decipher.setAAD(bindingOf(tenantId, where))
  decipher.setAuthTag(sealed.subarray(TAG_AT, TEXT_AT))
  const plain = decipher.update(sealed.subarray(TEXT_AT))
  try {
    decipher.final()
  } catch {
    throw cryptoErrors.unreadable({ table: where.table, row: where.row })
  }
  return plain.toString('utf8')
}

/**
 * The id of the data key that a value was sealed under.
 * @throws cryptoErrors.unreadable when the bytes are no sealed value at all
 */
export function keyIdOf(where: Where, sealed: Buffer): number {
  if (sealed.length < TEXT_AT || sealed[0] !== VERSION)
    throw cryptoErrors.unreadable({ table: where.table, row: where.row })
  return sealed.readUInt32BE(1)
}

/** JSON keeps the four parts apart whatever characters they hold. */
function bindingOf(tenantId: TenantId, where: Where): Buffer {
  return Buffer.from(JSON.stringify([tenantId, where.table, where.column, String(where.row)]), 'utf8')
}

/** Random bytes are drawn for a thousand nonces at once: one system call a nonce was a third of the cost of sealing. */
const noncePool = Buffer.alloc(NONCE_BYTES * 1024)
let nonceOffset = noncePool.length

function nextNonce(): Buffer {
  if (nonceOffset >= noncePool.length) {
    randomFillSync(noncePool)
    nonceOffset = 0
  }
  const nonce = Buffer.from(noncePool.subarray(nonceOffset, nonceOffset + NONCE_BYTES))
  nonceOffset += NONCE_BYTES
  return nonce
}
