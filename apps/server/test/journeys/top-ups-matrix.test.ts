import { EVERY, openMatrix, PATIENCE_MS } from './matrix.ts'
import { hurriedAdapters } from './real-suppliers.ts'
import { openHouse } from './shop.ts'
import { PROFILE_PAIRS, TOP_UP_PAIRS, topUpsMatrix } from './top-ups-matrix.ts'

/** Every supplier of top-ups × all that it may do × all that the next one may do. `npm run matrix` prints the table. */

const house = await openHouse({ supplierAdapters: hurriedAdapters(PATIENCE_MS), env: { QUANSHU_POOL_SIZE: '12' } })
topUpsMatrix(house, await openMatrix(house, EVERY), [...TOP_UP_PAIRS, ...PROFILE_PAIRS])
