import { type ClientOf, type ClientOptions, clientOf } from './client.ts'
import { CONSOLE_ROUTES, MALL_ROUTES } from './routes.gen.ts'
import type { RouteId } from './types.ts'

export type { CallOptions, ClientOptions, Content, StreamOptions, UploadOptions } from './client.ts'
export { type FieldError, isProblem, ProblemError } from './problem.ts'
export type { InputOf, OutputOf, RouteId } from './types.ts'

export type Client = ClientOf<RouteId>

/** A client for every route. The mall's pages take the smaller one of `@quanshu/client/mall`. */
export const createClient = (options: ClientOptions): Client => clientOf({ ...MALL_ROUTES, ...CONSOLE_ROUTES }, options)
