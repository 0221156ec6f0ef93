import type { RouteSpec } from '@quanshu/contract'
import * as contract from '@quanshu/contract'

/** A route and where the contract keeps it: `ordersRoutes.place` is group `ordersRoutes`, key `place`. */
export type ContractRoute = { readonly route: RouteSpec; readonly group: string; readonly key: string }

/** All routes of the contract, by id. Groups are the exports whose name ends in `Routes`. */
export function contractRoutes(): readonly ContractRoute[] {
  const groups = Object.entries(contract as Readonly<Record<string, unknown>>).filter(([name]) =>
    name.endsWith('Routes'),
  )
  return groups
    .flatMap(([group, routes]) =>
      Object.entries(routes as Readonly<Record<string, RouteSpec>>).map(([key, route]) => ({ route, group, key })),
    )
    .toSorted((a, b) => (a.route.id < b.route.id ? -1 : 1))
}
