/** Branded identifiers: a `SkuId` can never be passed where a `MemberId` is meant. All are PostgreSQL bigint. */
declare const brand: unique symbol
export type Brand<T, Name extends string> = T & { readonly [brand]: Name }

export type TenantId = Brand<number, 'TenantId'>
export type StaffId = Brand<number, 'StaffId'>
export type MemberId = Brand<number, 'MemberId'>
export type GoodsId = Brand<number, 'GoodsId'>
export type SkuId = Brand<number, 'SkuId'>
export type BatchId = Brand<number, 'BatchId'>
export type CardId = Brand<number, 'CardId'>
export type GrantId = Brand<number, 'GrantId'>
/** 16 digits: yyMMdd of the shop's day, then 10 random digits. Below 2^53, so it is a JSON number's safe integer. */
export type OrderNo = Brand<number, 'OrderNo'>

/** The application's idea of who acts. It travels in `Ctx` and lands in every audit line and event. */
export type Actor =
  | { readonly kind: 'staff'; readonly id: StaffId; readonly name: string }
  | { readonly kind: 'member'; readonly id: MemberId }
  | { readonly kind: 'guest' }
  | { readonly kind: 'system'; readonly name: string }
