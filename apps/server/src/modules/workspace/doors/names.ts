import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { SupplyDoor } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import type { Where } from '../../../platform/crypto/index.ts'

/** Whose door a name belongs to. */
export type Place = { readonly tenantId: TenantId; readonly supplierId: number }

/** 128 bits: nobody comes upon one by trying. */
const SECRET_BYTES = 16
/** Small letters and digits alone: mail programs change the case of an address, and file systems may not tell it apart. */
const NAME = /^([0-9a-z]{1,11})-([0-9a-z]{1,11})-([0-9a-f]{32})$/

/** `<shop>-<supplier>-<secret>`: it says where to look, and the secret whether to open. */
export const newName = ({ tenantId, supplierId }: Place): string =>
  `${Number(tenantId).toString(36)}-${supplierId.toString(36)}-${randomBytes(SECRET_BYTES).toString('hex')}`

/** Undefined when it is no name of a door. Whether there is such a door it does not say. */
export function placeOf(name: string): Place | undefined {
  const [, shop = '', supplier = ''] = NAME.exec(name) ?? []
  const [tenantId, supplierId] = [Number.parseInt(shop, 36), Number.parseInt(supplier, 36)]
  if (!Number.isSafeInteger(tenantId) || !Number.isSafeInteger(supplierId)) return undefined
  return { tenantId: tenantId as TenantId, supplierId }
}

export const hashOf = (name: string): Buffer => createHash('sha256').update(name).digest()

export const isNamed = (hash: Buffer | null, name: string): boolean =>
  hash !== null && timingSafeEqual(hash, hashOf(name))

/** What a sealed name is bound to. */
export const nameSeal = (supplierId: number, door: SupplyDoor): Where => ({
  table: 'suppliers.doors',
  column: door,
  row: String(supplierId),
})

const MAILBOX = 'supply'

export const addressOf = (name: string, domain: string): string => `${MAILBOX}+${name}@${domain}`

/** The name in an address of this installation's; undefined in any other. */
export function nameIn(address: string, domain: string): string | undefined {
  const at = address.lastIndexOf('@')
  if (at < 0 || address.slice(at + 1).toLowerCase() !== domain.toLowerCase()) return undefined
  const [mailbox, name, ...more] = address.slice(0, at).toLowerCase().split('+')
  return mailbox === MAILBOX && more.length === 0 ? name : undefined
}
