import type { Module, Platform } from '../../platform/module.ts'
import { mallRoutes } from './mall-routes.ts'
import { consoleRoutes } from './routes.ts'

export { createCategory } from './commands/create-category.ts'
export { createGoods } from './commands/create-goods.ts'
export { createTag } from './commands/create-tag.ts'
export { setShelf } from './commands/set-shelf.ts'
export { storePicture } from './commands/store-picture.ts'
export { type PictureFacts, pictureRef } from './pictures/reference.ts'
export { renderPicture } from './pictures/render.ts'
export { type GoodsFace, goodsFaces, type Offer, offersOf } from './queries/offers.ts'

export function catalogModule(platform: Platform): Module {
  return { name: 'catalog', routes: [...consoleRoutes(platform), ...mallRoutes(platform)] }
}
