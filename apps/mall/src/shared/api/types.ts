import type {
  mallGoodsRoutes,
  mallOrderRoutes,
  memberRoutes,
  notifyRoutes,
  OrderView,
  paymentRoutes,
  RedeemFace,
  RightList,
  RightView,
  RouteSpec,
  rightsRoutes,
  tenancyRoutes,
} from '@quanshu/contract'

type Answer<R extends RouteSpec> = R['response']['_zod']['output']

export type Shop = Answer<(typeof tenancyRoutes)['getShop']>
export type Shelves = Answer<(typeof mallGoodsRoutes)['shelves']>
export type Category = Shelves['categories'][number]
export type GoodsPage = Answer<(typeof mallGoodsRoutes)['listGoods']>
export type GoodsCard = GoodsPage['items'][number]
export type Goods = Answer<(typeof mallGoodsRoutes)['getGoods']>
export type Sku = Goods['skus'][number]
export type MallBundle = NonNullable<Sku['bundle']>
export type Stock = GoodsCard['stock']
export type Picture = Goods['pictures'][number]
export type FormField = Goods['formFields'][number]
export type Quote = Answer<(typeof mallOrderRoutes)['quote']>
export type Order = OrderView
export type OrderLine = Order['lines'][number]
export type OrderBundle = Order['bundles'][number]
export type OrderState = Order['state']
export type Complaint = Order['complaints'][number]
export type Recall = Order['recalls'][number]
export type Code = NonNullable<OrderLine['codes']>[number]
export type OrderPage = Answer<(typeof mallOrderRoutes)['mine']>
export type OrderRow = OrderPage['items'][number]
export type RechargeOffer = Answer<(typeof mallOrderRoutes)['rechargeOffer']>
export type Movement = Answer<(typeof memberRoutes)['listMyMovements']>['items'][number]
export type Message = Answer<(typeof notifyRoutes)['listMyMessages']>['items'][number]
export type PaymentMethod = Answer<(typeof paymentRoutes)['methods']>['items'][number]
export type { RedeemFace, RightList }
export type Right = RightView
export type RightsPage = Answer<(typeof rightsRoutes)['mine']>
export type Me = Answer<(typeof memberRoutes)['getMe']>
export type Session = Answer<(typeof memberRoutes)['listMySessions']>['items'][number]
