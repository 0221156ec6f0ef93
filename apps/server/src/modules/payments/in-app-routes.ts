import { randomBytes } from 'node:crypto'
import { paymentErrors, paymentRoutes } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import { type BoundRoute, handle, shopUrlOf } from '../../platform/http/index.ts'
import type { Platform } from '../../platform/module.ts'
import type { Outbound } from '../../platform/outbound/index.ts'
import { type Accounts, gatewayNamed } from './accounts.ts'

/** Binds the way back to the browser that left: somebody else's code is not taken. */
const STATE_COOKIE = 'qs_in_app'
const STATE_MAX_AGE_SECONDS = 10 * 60
const PERSON_MAX_AGE_SECONDS = 30 * 24 * 60 * 60

/** Where a browser keeps who its person is at a gateway. Worth nothing to others: the gateway lets nobody else pay with it. */
export const personCookie = (gateway: string): string => `qs_person_${gateway}`

const ELSEWHERE = { content: '', contentType: 'text/plain', inline: true } as const

/** The way through the gateway's app that tells who the person is. Every way out of it leads back to the order's payment. */
export function inAppRoutes(platform: Platform, outbound: Outbound, accounts: Accounts): readonly BoundRoute[] {
  /** @throws paymentErrors.gatewayUnknown when the shop does not offer paying inside the app */
  const open = async (tenantId: TenantId, gateway: string) => {
    const { inApp } = gatewayNamed(gateway)
    const account = await accounts.find(tenantId, gateway)
    if (!inApp || !account?.enabled || !inApp.isReady(account)) throw paymentErrors.gatewayUnknown({ gateway })
    return { inApp, account }
  }
  return [
    handle(paymentRoutes.enter, async ({ tenant, params: { gateway }, query, prefix, raw, cookies, reply }) => {
      const { inApp, account } = await open(tenant.tenantId, gateway)
      const state = randomBytes(16).toString('hex')
      cookies.set(STATE_COOKIE, state, { maxAgeSeconds: STATE_MAX_AGE_SECONDS })
      const shopUrl = shopUrlOf(platform.config.publicUrl, raw.host, prefix)
      const redirectUrl = `${shopUrl}/api/pay/${gateway}/person?no=${query.no}`
      reply.code(303).header('location', inApp.authorizeUrl(account, { redirectUrl, state }))
      return ELSEWHERE
    }),
    handle(paymentRoutes.person, async ({ tenant, params: { gateway }, query, prefix, cookies, reply }) => {
      const { inApp, account } = await open(tenant.tenantId, gateway)
      const expected = cookies.get(STATE_COOKIE)
      cookies.clear(STATE_COOKIE)
      const isOurs = expected !== undefined && expected !== '' && query.state === expected
      const found = isOurs && query.code ? await inApp.personOf(outbound, account, query.code) : undefined
      if (found?.kind === 'done') {
        cookies.set(personCookie(gateway), found.openId, { maxAgeSeconds: PERSON_MAX_AGE_SECONDS })
      } else if (found)
        platform.log.warn({ tenantId: tenant.tenantId, gateway, found }, 'the app did not say who it is')
      // Only with a person does the page go on by itself; else it stands still and offers every way.
      reply.code(303).header('location', `${prefix}/pay/${query.no}${found?.kind === 'done' ? `?with=${gateway}` : ''}`)
      return ELSEWHERE
    }),
  ]
}
