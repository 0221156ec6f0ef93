export { drawArt } from './card-art.ts'
export { type CodeStyle, type DemoGoods, demoCategories, demoGoods, demoTags } from './goods.ts'
export { type SeededSku, seedCatalog } from './seed-catalog.ts'
