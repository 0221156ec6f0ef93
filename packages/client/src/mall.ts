import { type ClientOf, type ClientOptions, clientOf } from './client.ts'
import { MALL_ROUTES } from './routes.gen.ts'

export type { CallOptions, ClientOptions, Content, StreamOptions, UploadOptions } from './client.ts'
export { type FieldError, isProblem, ProblemError } from './problem.ts'
export type { InputOf, OutputOf } from './types.ts'

export type MallRouteId = keyof typeof MALL_ROUTES
export type MallClient = ClientOf<MallRouteId>

/** A client for the routes that shoppers' pages call; nothing of the console comes along. */
export const createMallClient = (options: ClientOptions): MallClient => clientOf(MALL_ROUTES, options)
