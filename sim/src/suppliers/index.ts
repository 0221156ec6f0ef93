import { startFulu } from '../fulu/index.ts'
import { startKasushou } from '../kasushou/index.ts'
import { startKayixin } from '../kayixin/index.ts'
import { startTremendous } from '../tremendous/index.ts'
import type { Credentials } from './books.ts'
import { type Street, startStreet } from './ports.ts'
import type { SupplierStandIn } from './supplier.ts'

const STARTS = { fulu: startFulu, kasushou: startKasushou, kayixin: startKayixin, tremendous: startTremendous }
export type Suppliers = Awaited<ReturnType<typeof startStreet<typeof STARTS>>> & { readonly close: () => Promise<void> }

/** Where a supplier is, and what a shop fills in to buy from him. */
export type SupplierAddress = {
  readonly supplier: string
  readonly url: string
  readonly controlUrl: string
  readonly credentials: Credentials
}

/**
 * Starts a stand-in for each supplier. 福禄 and Tremendous do not learn from an order where their callbacks go: tell it
 * to their control (`setCallbackUrl`), Tremendous also by its own `POST /webhooks`.
 * @param options.dataDir secrets, books and ports are kept here, so that a restart finds them
 */
export async function startSuppliers(options: Street): Promise<Suppliers> {
  const suppliers = await startStreet(STARTS, 'supplier-ports.json', options)
  return { ...suppliers, close: () => closeAll(suppliers) }
}

export async function closeAll(suppliers: Readonly<Record<string, SupplierStandIn<Credentials>>>): Promise<void> {
  await Promise.all(Object.values(suppliers).map((one) => one.close()))
}

/** The suppliers as data, for another process. */
export const supplierAddresses = (
  suppliers: Readonly<Record<string, SupplierStandIn<Credentials> | (() => Promise<void>)>>,
): readonly SupplierAddress[] =>
  Object.entries(suppliers).flatMap(([supplier, standIn]) => {
    if (typeof standIn === 'function') return []
    const { url, controlUrl, credentials } = standIn
    return [{ supplier, url, controlUrl, credentials }]
  })
