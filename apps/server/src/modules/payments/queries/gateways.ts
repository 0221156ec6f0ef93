import type { gatewayConfigView } from '@quanshu/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { type GatewayRow, notifyUrlOf } from '../accounts.ts'
import { gateways } from '../gateways/registry.ts'

export type GatewayView = z.output<typeof gatewayConfigView>
export type PaymentMethod = {
  readonly gateway: string
  readonly name: string
  readonly nameEn: string
  readonly needsMember: boolean
}

/** Every gateway there is, with this shop's account at it. */
export async function listGateways(tx: ReadTx, publicUrl: string): Promise<readonly GatewayView[]> {
  const { rows: shops } = await sql<{ slug: string }>`
    select slug from tenancy.tenants where id = ${tx.ctx.tenantId}
  `.execute(tx.db)
  const { rows } = await sql<Omit<GatewayRow, 'slug'> & { readonly gateway: string }>`
    select gateway, enabled, base_url, merchant_id, secret_sealed, updated_at
    from payments.gateways
    where tenant_id = ${tx.ctx.tenantId}
  `.execute(tx.db)
  return [...gateways.values()].map(({ id, name }) => {
    const row = rows.find((candidate) => candidate.gateway === id)
    return {
      gateway: id,
      name: tx.ctx.locale === 'en' ? name.en : name.zh,
      enabled: row?.enabled ?? false,
      baseUrl: row?.base_url ?? '',
      merchantId: row?.merchant_id ?? '',
      hasSecret: Boolean(row?.secret_sealed),
      notifyUrl: notifyUrlOf(publicUrl, shops[0]?.slug ?? '', id),
      updatedAt: row?.updated_at.toISOString() ?? null,
    }
  })
}

/** What a shopper may choose: the shop's enabled gateways, then the member's balance. */
export async function paymentMethods(tx: ReadTx): Promise<readonly PaymentMethod[]> {
  const { rows } = await sql<{ gateway: string }>`
    select gateway
    from payments.gateways
    where tenant_id = ${tx.ctx.tenantId}
      and enabled
      and secret_sealed is not null
    order by gateway
  `.execute(tx.db)
  const offered = rows.flatMap(({ gateway }) => gateways.get(gateway) ?? [])
  return [
    ...offered.map(({ id, name }) => ({ gateway: id, name: name.zh, nameEn: name.en, needsMember: false })),
    { gateway: 'balance', name: '余额支付', nameEn: 'Balance', needsMember: true },
  ]
}
