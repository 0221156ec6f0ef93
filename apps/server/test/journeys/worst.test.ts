import { codesMatrix, PAIRS } from './codes-matrix.ts'
import { openMatrix, PATIENCE_MS, WORST } from './matrix.ts'
import { hurriedAdapters } from './real-suppliers.ts'
import { openHouse } from './shop.ts'
import { PROFILE_PAIRS, topUpsMatrix } from './top-ups-matrix.ts'

/** One pair of each adapter with the worst that may happen; all of it is in codes-matrix and top-ups-matrix, which take longer. */

const house = await openHouse({ supplierAdapters: hurriedAdapters(PATIENCE_MS), env: { QUANSHU_POOL_SIZE: '12' } })
const matrix = await openMatrix(house, WORST)
// What the others are like is gone through with their top-ups, in supply-matrix.
await codesMatrix(
  house,
  matrix,
  PAIRS.filter(([first]) => first === 'tremendous' || first === 'kakayun'),
)
topUpsMatrix(house, matrix, PROFILE_PAIRS)
