export { type Access, accessTo, deviceHash, queryPasswordHash } from './access.ts'
export { refuseBound, type Viewer } from './binding.ts'
export {
  checkedForm,
  createPlacer,
  type PlaceBatch,
  type Placer,
  type PlacingItem,
  type PlacingResult,
  refuseForMembers,
  refuseOtherRepeat,
  STOCK_BATCH,
} from './commands/place-order.ts'
export { placeRecharge } from './commands/place-recharge.ts'
export { drawOrderNo, lineStates, maskContact, normaliseContact, orderStates } from './model.ts'
export { buyerView } from './queries/buyer-view.ts'
export { buyersOf } from './queries/buyers.ts'
export { maskRedeemCode, openCodes, redeemCodeAt } from './queries/open-codes.ts'
export { type OrderDetail, readOrderDetail } from './queries/order-detail.ts'
export { CODES_SHOWN_MAX, readViews, type SealedView, sealedOf } from './queries/sealed-views.ts'
export { hasDeliveredOrder } from './queries/setup-checks.ts'
export { readTimeline } from './queries/timeline.ts'
export { ordersModule } from './routes.ts'
