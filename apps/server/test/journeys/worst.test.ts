import { codesMatrix, PAIRS } from './codes-matrix.ts'
import { openMatrix, PATIENCE_MS, WORST } from './matrix.ts'
import { profilesMatrix } from './profiles-matrix.ts'
import { hurriedAdapters } from './real-suppliers.ts'
import { openHouse } from './shop.ts'

/** One pair of each adapter with the worst that may happen; all of it is in codes-matrix and profiles-matrix, which take longer. */

const house = await openHouse({ supplierAdapters: hurriedAdapters(PATIENCE_MS), env: { QUANSHU_POOL_SIZE: '12' } })
const matrix = await openMatrix(house, WORST)
// What the others are like is gone through with their top-ups, in supply-matrix.
await codesMatrix(
  house,
  matrix,
  PAIRS.filter(([first]) => first === 'tremendous' || first === 'kakayun'),
)
profilesMatrix(house, matrix)
