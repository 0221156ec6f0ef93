import type {
  auditRoutes,
  boardRoutes,
  catalogRoutes,
  identityRoutes,
  jobRoutes,
  ledgerRoutes,
  memberRoutes,
  notifyRoutes,
  orderRoutes,
  paymentRoutes,
  setupRoutes,
  stockRoutes,
  tenancyRoutes,
  vaultRoutes,
} from '@quanshu/contract'
import type { z } from 'zod'

/** The routes the console calls, by their id, with what goes in and what comes out. Types only: no Zod in the page. */

type Values<T> = T extends unknown ? T[keyof T] : never
type AnyRoute = Values<
  | typeof auditRoutes
  | typeof boardRoutes
  | typeof catalogRoutes
  | typeof identityRoutes
  | typeof jobRoutes
  | typeof ledgerRoutes
  | typeof memberRoutes
  | typeof notifyRoutes
  | typeof orderRoutes
  | typeof paymentRoutes
  | typeof setupRoutes
  | typeof stockRoutes
  | typeof tenancyRoutes
  | typeof vaultRoutes
>

export type RouteId = AnyRoute['id']
export type RouteOf<Id extends RouteId> = Extract<AnyRoute, { readonly id: Id }>

type Part<Id extends RouteId, Name extends 'params' | 'query' | 'body'> =
  RouteOf<Id> extends { readonly [K in Name]: infer Schema extends z.ZodType } ? z.input<Schema> : undefined

/** Query values go as text anyway, so a reader of the address bar may pass what it found there. */
type Loose<T> = { readonly [K in keyof T]?: T[K] | string | number | boolean | undefined }
type Params<T> = { readonly [K in keyof T]: string | number }

export type Input<Id extends RouteId> = (Part<Id, 'params'> extends undefined
  ? { readonly params?: undefined }
  : { readonly params: Params<Part<Id, 'params'>> }) & {
  readonly query?: Loose<Part<Id, 'query'>>
} & (Part<Id, 'body'> extends undefined ? { readonly body?: undefined } : { readonly body: Part<Id, 'body'> })

export type Output<Id extends RouteId> = z.output<RouteOf<Id>['response']>

/** Routes that answer one page of a list. */
export type ListRouteId = {
  [Id in RouteId]: Output<Id> extends { items: readonly unknown[]; total: number; page: number } ? Id : never
}[RouteId]
export type Row<Id extends ListRouteId> = Output<Id> extends { items: readonly (infer Item)[] } ? Item : never

/** Routes that answer a file. */
export type FileRouteId = {
  [Id in RouteId]: RouteOf<Id> extends { readonly responseKind: 'file' } ? Id : never
}[RouteId]
