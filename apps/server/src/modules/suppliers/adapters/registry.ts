import type { SupplierAdapter } from '../supplier.ts'
import { declarativeAdapter } from './declarative/index.ts'
import { shippedProfiles } from './declarative/profiles.ts'
import { fulu } from './fulu/index.ts'
import { quanshu } from './quanshu/index.ts'
import { reloadlyGiftCards } from './reloadly/gift-cards.ts'
import { reloadlyTopUps } from './reloadly/top-ups.ts'
import { tremendous } from './tremendous/index.ts'

/** Every kind of supplier that is spoken to, by id. A shop's own profiles come on top, by `declarativeAdapter`. */
export const supplierAdapters: ReadonlyMap<string, SupplierAdapter> = new Map(
  [fulu, ...shippedProfiles.map(declarativeAdapter), quanshu, tremendous, reloadlyGiftCards, reloadlyTopUps].map(
    (adapter) => [adapter.id, adapter],
  ),
)
