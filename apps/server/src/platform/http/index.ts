export {
  type AuthenticateRequest,
  type BoundRoute,
  type Cookies,
  type EventStream,
  type FileReply,
  handle,
  type Idempotency,
  type Ports,
  type RequestOf,
  type ResponseOf,
  type Session,
  type SignedIn,
  type Tenant,
  type Upload,
} from './bind.ts'
export { contractRoutes } from './contract-routes.ts'
export { openApiDocument } from './openapi.ts'
export { InvalidInput } from './problem.ts'
export { callerNetwork, createRateLimiter } from './rate-limit.ts'
export { buildHttpServer, type HttpOptions, type HttpServer } from './server.ts'
export { SESSIONS_CHANGED, sessionsOf } from './sessions.ts'
export { sharedAnswer } from './shared-answers.ts'
export { shopUrlOf } from './shop-url.ts'
export { faultsOf } from './validate.ts'
