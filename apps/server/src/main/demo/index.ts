export { type SeededSku, seedCatalog } from './seed-catalog.ts'
