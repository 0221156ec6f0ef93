import type { Module, Platform } from '../../platform/module.ts'
import { mallRoutes } from './mall-routes.ts'
import { createMemory } from './memory.ts'
import { consoleRoutes } from './routes.ts'

export { createCategory } from './commands/create-category.ts'
export { createGoods } from './commands/create-goods.ts'
export { createTag } from './commands/create-tag.ts'
export { planPriceChange } from './commands/plan-price-change.ts'
export { setShelf } from './commands/set-shelf.ts'
export { storePicture } from './commands/store-picture.ts'
export { updateGoods } from './commands/update-goods.ts'

/** Stock in words may be this old on a page; what is sold is decided by the ledger when the order is placed. */
const MALL_TTL_MS = 1_000
const MALL_ENTRIES_MAX = 1_000

export function catalogModule(platform: Platform): Module {
  const memory = createMemory(MALL_TTL_MS, MALL_ENTRIES_MAX)
  return { name: 'catalog', routes: [...consoleRoutes(platform), ...mallRoutes(platform, memory)] }
}
