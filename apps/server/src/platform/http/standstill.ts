import { commonErrors, type RouteSpec } from '@quanshu/contract'
import type { FastifyRequest, onRequestHookHandler } from 'fastify'
import type { Standstill } from '../standstill/index.ts'

export type NowStanding = () => Standstill | undefined

export const STANDSTILL = 'common.standstill'
/** Gateways and suppliers tell again by themselves; a page asks again after that time. */
const RETRY_AFTER_SECONDS = 30

/** Staff look and mend while everything stands still; pictures change nothing. */
export const mayPass = ({ path }: RouteSpec): boolean => path.startsWith('/api/console/') || path.startsWith('/files/')

/** Before the body is read and the shop is looked up: what is refused here has not begun. */
export function closedWhile(standing: NowStanding = () => undefined): onRequestHookHandler {
  return (_request, _reply, done) => {
    if (standing() === undefined) done()
    else done(commonErrors.standstill({ retryAfterSeconds: RETRY_AFTER_SECONDS }))
  }
}

/** A person's browser goes there, instead of a program that asks. */
export const isPageCall = ({ method, headers }: FastifyRequest): boolean =>
  method === 'GET' && headers.accept?.includes('text/html') === true
