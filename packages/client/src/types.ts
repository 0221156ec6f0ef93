import type { Routes } from './routes.gen.ts'

export type RouteId = keyof Routes

/** What a route takes. Path and query values travel as text, so numbers and booleans are as good as their text. */
export type InputOf<Id extends RouteId> = Inputs[Id]
/** The part of it that is in the address. */
export type AddressOf<Id extends RouteId> = Addresses[Id]

// Looked up, not computed from the id: for the union of all ids a computed intersection multiplies out.
type Inputs = { readonly [Id in RouteId]: Simplify<Addresses[Id] & Need<'body', Input<Routes[Id], 'body'>>> }
type Addresses = {
  readonly [Id in RouteId]: Simplify<
    Need<'params', Wire<Input<Routes[Id], 'params'>>> & Need<'query', WireQuery<Input<Routes[Id], 'query'>>>
  >
}

/** What a route answers; for a stream, what each event holds. */
export type OutputOf<Id extends RouteId> = Outputs[Id]
type Outputs = {
  readonly [Id in RouteId]: Routes[Id] extends { readonly response: { readonly _zod: { readonly output: infer Out } } }
    ? Out
    : never
}

type Input<R, Part extends 'params' | 'query' | 'body'> = R extends {
  readonly [K in Part]: { readonly _zod: { readonly input: infer In } }
}
  ? In
  : undefined

type Text = string | number | boolean
type Wire<T> = T extends object ? { readonly [K in keyof T]: Text } : T
type WireQuery<T> = T extends object ? { readonly [K in keyof T]?: Text | readonly Text[] | null | undefined } : T

/** A part that a route does not have may be left out, and one that has only optional fields too. */
type Need<Part extends string, T> = T extends undefined
  ? { readonly [K in Part]?: undefined }
  : Record<never, never> extends T
    ? { readonly [K in Part]?: T }
    : { readonly [K in Part]: T }

type Simplify<T> = { readonly [K in keyof T]: T[K] }
