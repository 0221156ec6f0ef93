import { codesMatrix } from './codes-matrix.ts'
import { openMatrix, PATIENCE_MS } from './matrix.ts'
import { hurriedAdapters } from './real-suppliers.ts'
import { openHouse } from './shop.ts'

/** All that a supplier of codes may do. `npm run matrix` prints the table. */

const house = await openHouse({ supplierAdapters: hurriedAdapters(PATIENCE_MS), env: { QUANSHU_POOL_SIZE: '12' } })
await codesMatrix(house, await openMatrix(house))
