export { seedDemandPrice } from './prices.ts'
export { type SeededSku, seedCatalog } from './seed-catalog.ts'
export { seedSupply } from './supply.ts'
