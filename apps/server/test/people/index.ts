import { randomBytes, randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import type { RouteSpec } from '@quanshu/contract'
import { identityRoutes, PERMISSIONS } from '@quanshu/contract'
import type { Clock, StaffId, TenantId } from '@quanshu/kernel'
import { afterAll } from 'vitest'
import type { z } from 'zod'
import { auditModule } from '../../src/modules/audit/index.ts'
import {
  authenticate,
  createStaff,
  identityModule,
  layBuiltInRoles,
  SESSION_COOKIES,
} from '../../src/modules/identity/index.ts'
import { membersModule, noteMemberSeen } from '../../src/modules/members/index.ts'
import { layMerchantNode } from '../../src/modules/organizations/index.ts'
import { createTenant, resolveTenant, tenancyModule } from '../../src/modules/tenancy/index.ts'
import type { Ctx } from '../../src/platform/db/index.ts'
import { buildHttpServer } from '../../src/platform/http/index.ts'
import { type TestPlatform, testPlatform } from '../harness/index.ts'

/** Shops with people in them, behind a listening server; the modules of rows 0, 1 and 3 only. */
export type House = {
  readonly platform: TestPlatform
  /** The last code sent to each phone: what the SMS would have said. */
  readonly codes: ReadonlyMap<string, string>
  readonly newShop: () => Promise<Shop>
}

export type Shop = {
  readonly tenantId: TenantId
  readonly slug: string
  readonly ctx: Ctx
  readonly owner: Account
  /** A fresh browser without cookies. */
  readonly browser: () => Browser
  /** An employee with a role of its own that has exactly these permissions. */
  readonly hire: (permissions: readonly (typeof PERMISSIONS)[number][]) => Promise<Account>
  /** A browser in which this employee has signed in. */
  readonly signedIn: (account: Account) => Promise<Browser>
}

export type Account = { readonly id: StaffId; readonly email: string; readonly password: string }

export const PASSWORD = 'correct horse 9 battery'

export async function openShops(options: { readonly clock?: Clock } = {}): Promise<House> {
  // Tests sign in more often than people do; the limits themselves are tested with the http platform.
  const env = { QUANSHU_RATE_LIMIT_FACTOR: '1000' }
  const platform = await testPlatform({ ...options, env })
  const codes = new Map<string, string>()
  const modules = [
    tenancyModule(platform, { setupChecks: {} }),
    identityModule(platform),
    membersModule(platform, {
      sendLoginCode: async (_ctx, { phone, code }) => {
        return async () => void codes.set(phone, code)
      },
    }),
    auditModule(platform),
  ]
  const app = await buildHttpServer(platform, modules, {
    resolveTenant: resolveTenant(platform),
    sessionCookies: SESSION_COOKIES,
    authenticate: authenticate(platform, noteMemberSeen(platform)),
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  afterAll(() => app.close())
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  return { platform, codes, newShop: () => openShop(platform, url) }
}

async function openShop(platform: TestPlatform, url: string): Promise<Shop> {
  const slug = `shop-${randomBytes(5).toString('hex')}`
  const tenantId = await createTenant(platform, { slug, name: '测试店' }, [layMerchantNode, layBuiltInRoles])
  const ctx: Ctx = { tenantId, actor: { kind: 'system', name: 'test' }, requestId: 'test', locale: 'zh-CN' }
  const everything = { staffId: undefined, permissions: new Set(PERMISSIONS) }
  const add = async (roleIds: readonly number[]): Promise<Account> => {
    const email = `${randomBytes(4).toString('hex')}@example.test`
    const staff = { email, name: 'Person', roleIds, password: PASSWORD }
    const { id } = await createStaff(platform, ctx, everything, staff)
    return { id, email, password: PASSWORD }
  }
  const roleId = async (permissions: readonly string[]): Promise<number> => {
    const { rows } = await platform.owner.query<{ id: number }>(
      'insert into identity.roles (tenant_id, name, permissions) values ($1, $2, $3) returning id',
      [tenantId, randomBytes(6).toString('hex'), JSON.stringify(permissions)],
    )
    return rows[0]?.id ?? 0
  }
  const owners = await platform.owner.query<{ id: number }>(
    `select id from identity.roles where tenant_id = $1 and built_in = 'owner'`,
    [tenantId],
  )
  return {
    tenantId,
    slug,
    ctx,
    owner: await add([owners.rows[0]?.id ?? 0]),
    browser: () => newBrowser(`${url}/s/${slug}`),
    hire: async (permissions) => await add([await roleId(permissions)]),
    async signedIn(account) {
      const browser = newBrowser(`${url}/s/${slug}`)
      const { status } = await browser.call(identityRoutes.signIn, {
        body: { email: account.email, password: account.password },
      })
      if (status !== 200) throw new Error(`sign-in answered ${status}`)
      return browser
    },
  }
}

type Input = {
  readonly params?: Readonly<Record<string, string | number>>
  readonly query?: Readonly<Record<string, string | number>>
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}
export type Answer<R extends RouteSpec> = {
  readonly status: number
  readonly body: z.output<R['response']>
  /** The problem's code; undefined when it went well. */
  readonly code: string | undefined
  readonly headers: Headers
  readonly response: Response
}
export type Browser = {
  readonly call: <R extends RouteSpec>(route: R, input?: Input) => Promise<Answer<R>>
  readonly cookies: Map<string, string>
}

/** Keeps cookies as a browser does, and calls as our own front end does. */
function newBrowser(base: string): Browser {
  const cookies = new Map<string, string>()
  return {
    cookies,
    async call(route, input = {}) {
      const path = route.path.replace(/:(\w+)/g, (_, name: string) => String(input.params?.[name]))
      const query = new URLSearchParams()
      for (const [name, value] of Object.entries(input.query ?? {})) query.set(name, String(value))
      const response = await fetch(`${base}${path}?${query}`, {
        method: route.method,
        headers: {
          'x-quanshu-client': 'test',
          cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
          ...(route.idempotency ? { 'idempotency-key': randomUUID() } : {}),
          ...(input.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...input.headers,
        },
        ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
      })
      for (const line of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        if (value === '') cookies.delete(name)
        else cookies.set(name, decodeURIComponent(value))
      }
      const isJson = response.headers.get('content-type')?.includes('json') ?? false
      // Tests say themselves what they expect to find in it.
      const body = (isJson ? await response.clone().json() : undefined) as never
      const code = response.ok ? undefined : (body as { readonly code: string }).code
      return { status: response.status, body, code, headers: response.headers, response }
    },
  }
}
