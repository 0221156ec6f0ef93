import { commonErrors } from '@quanshu/contract'
import type { FastifyRequest } from 'fastify'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Keeps other sites from acting with a visitor's cookies. Three lines of defence: the browser's own word about where
 * the request comes from (Sec-Fetch-Site, Origin), SameSite=Lax on the cookies, and a header that no form or simple
 * cross-site request can carry. Callers without cookies (servers, gateways' notices) have nothing to abuse.
 */
export function refuseCrossSite(request: FastifyRequest): void {
  if (SAFE.has(request.method)) return
  const { headers } = request
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw commonErrors.crossSite()
  if (site === undefined && headers.origin !== undefined && !sameHost(headers.origin, request.host)) {
    throw commonErrors.crossSite()
  }
  if (headers.cookie?.includes('qs_') && headers['x-quanshu-client'] === undefined) throw commonErrors.crossSite()
}

function sameHost(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === host
}
