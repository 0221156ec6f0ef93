import type { SupplierAdapter } from '../supplier.ts'

/** Every kind of supplier that is spoken to, by id. */
export const supplierAdapters: ReadonlyMap<string, SupplierAdapter> = new Map()
