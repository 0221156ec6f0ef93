import { openMatrix, PATIENCE_MS } from './matrix.ts'
import { profilesMatrix } from './profiles-matrix.ts'
import { hurriedAdapters } from './real-suppliers.ts'
import { openHouse } from './shop.ts'

/** All that a supplier may do that is joined by a profile. `QUANSHU_MATRIX=1` prints the table. */

const house = await openHouse({ supplierAdapters: hurriedAdapters(PATIENCE_MS), env: { QUANSHU_POOL_SIZE: '12' } })
profilesMatrix(house, await openMatrix(house))
