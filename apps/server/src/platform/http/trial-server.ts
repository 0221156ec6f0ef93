import type { AddressInfo } from 'node:net'
import type { MemberId, StaffId } from '@quanshu/kernel'
import { onTestFinished } from 'vitest'
import type { TestPlatform, TestTenant } from '../../../test/harness/index.ts'
import { type BoundRoute, buildHttpServer, type HttpOptions, type HttpServer, type Ports } from './index.ts'
import type { Problem } from './problem.ts'

export type TrialServer = {
  readonly url: string
  readonly app: HttpServer
  /** A call as our own front end makes it. */
  readonly call: (path: string, init?: RequestInit & { readonly json?: unknown }) => Promise<Response>
}

/** A listening server with these routes, for one test. Cookies `qs_member=<id>` and `qs_staff=<id>` sign in. */
export async function trialServer(
  house: TestPlatform,
  shop: TestTenant,
  routes: readonly BoundRoute[],
  options: HttpOptions & { readonly config?: Partial<TestPlatform['config']> } = {},
): Promise<TrialServer> {
  const platform = { ...house, config: { ...house.config, ...options.config } }
  const app = await buildHttpServer(platform, [{ name: 'trial', routes }], portsOf(shop), options)
  await app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(() => app.close())
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  return {
    url,
    app,
    call: (path, { json, ...init } = {}) =>
      fetch(`${url}${path}`, {
        ...init,
        headers: {
          'x-quanshu-client': 'test',
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
          ...(init.headers as Record<string, string> | undefined),
        },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      }),
  }
}

/** The body of a refusal. */
export const problemIn = async (response: Response): Promise<Problem> => (await response.json()) as Problem

function portsOf(shop: TestTenant): Ports {
  return {
    resolveTenant: async (host, slug) =>
      slug === undefined ? (host === '127.0.0.1' ? shop : undefined) : slug === shop.slug ? shop : undefined,
    sessionCookies: { console: 'qs_staff', mall: 'qs_member' },
    authenticate: async ({ area, token }) => {
      if (area === 'mall') {
        const memberId = Number(token) as MemberId
        return memberId ? { kind: 'member', memberId } : undefined
      }
      const staffId = Number(token) as StaffId
      if (!staffId) return undefined
      return { kind: 'staff', staffId, name: 'Li', sessionId: 's', permissions: new Set(['goods.read'] as const) }
    },
  }
}
