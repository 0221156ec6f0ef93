import type { InputOf, OutputOf, RouteId } from '@quanshu/client'

/** The routes by their id, with what goes in and what comes out. Types only: no schema library in the page. */
export type { RouteId }
export type Input<Id extends RouteId> = InputOf<Id>
export type Output<Id extends RouteId> = OutputOf<Id>

/** Routes that answer one page of a list. */
export type ListRouteId = {
  [Id in RouteId]: Output<Id> extends { items: readonly unknown[]; total: number; page: number } ? Id : never
}[RouteId]
export type Row<Id extends ListRouteId> = Output<Id> extends { items: readonly (infer Item)[] } ? Item : never

/** Routes that answer a file for the desk. */
export type FileRouteId = Extract<RouteId, `${string}.export${string}` | 'vault.importReportFile'>
