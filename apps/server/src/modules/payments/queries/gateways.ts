import type { gatewayConfigView } from '@quanshu/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { type GatewayRow, notifyUrlOf } from '../accounts.ts'
import { buyersFee, sceneFor } from '../commands/open-cashier.ts'
import { gateways } from '../gateways/registry.ts'

export type GatewayView = z.output<typeof gatewayConfigView>
export type PaymentMethod = {
  readonly gateway: string
  readonly name: string
  readonly nameEn: string
  readonly needsMember: boolean
  /** On top of the amount that was asked about. */
  readonly feeFen: number
  /** The least it takes; with the fee on top, less than that cannot be paid so. */
  readonly minFen: number
  readonly scansOnDesktop: boolean
}

/** Every gateway there is, with this shop's account at it. */
export async function listGateways(
  tx: ReadTx,
  publicUrl: string,
  storedSecrets: (gateway: string, sealed: Buffer) => Promise<Readonly<Record<string, string>>>,
): Promise<readonly GatewayView[]> {
  const { rows: shops } = await sql<{ slug: string }>`
    select slug from tenancy.tenants where id = ${tx.ctx.tenantId}
  `.execute(tx.db)
  const { rows } = await sql<Omit<GatewayRow, 'slug'> & { readonly gateway: string }>`
    select gateway, enabled, base_url, merchant_id, settings, secret_sealed, fee_bp, fee_payer, min_fen, position, updated_at
    from payments.gateways
    where tenant_id = ${tx.ctx.tenantId}
  `.execute(tx.db)
  const views = [...gateways.values()].map(async (kind): Promise<GatewayView> => {
    const row = rows.find((candidate) => candidate.gateway === kind.id)
    const secrets = row?.secret_sealed ? await storedSecrets(kind.id, row.secret_sealed) : {}
    return {
      gateway: kind.id,
      name: tx.ctx.locale === 'en' ? kind.name.en : kind.name.zh,
      isSetUp: row !== undefined,
      enabled: row?.enabled ?? false,
      baseUrl: row?.base_url ?? '',
      defaultBaseUrl: kind.baseUrl,
      merchantId: row?.merchant_id ?? '',
      merchantIdName: kind.merchantIdName,
      fields: kind.fields.map((field) => ({
        key: field.key,
        name: field.name,
        hint: field.hint ?? null,
        secret: field.secret,
        required: field.required,
        multiline: field.multiline ?? false,
        choices: [...(field.choices ?? [])],
        value: field.secret ? '' : (row?.settings[field.key] ?? ''),
        isStored: field.secret ? field.key in secrets : field.key in (row?.settings ?? {}),
      })),
      feeBp: row?.fee_bp ?? 0,
      feePayer: row?.fee_payer ?? 'shop',
      minFen: row?.min_fen ?? kind.minFen ?? 0,
      position: row?.position ?? 0,
      notifyUrl: notifyUrlOf(publicUrl, shops[0]?.slug ?? '', kind.id),
      updatedAt: row?.updated_at.toISOString() ?? null,
    }
  })
  return await Promise.all(views)
}

/** What a shopper may choose for this amount: the shop's enabled gateways, then the member's balance. */
export async function paymentMethods(tx: ReadTx, amountFen = 0): Promise<readonly PaymentMethod[]> {
  const { rows } = await sql<Pick<GatewayRow, 'fee_bp' | 'fee_payer' | 'min_fen'> & { readonly gateway: string }>`
    select gateway, fee_bp, fee_payer, min_fen
    from payments.gateways
    where tenant_id = ${tx.ctx.tenantId}
      and enabled
      and secret_sealed is not null
    order by position, gateway
  `.execute(tx.db)
  const offered = rows.flatMap((row): readonly PaymentMethod[] => {
    const kind = gateways.get(row.gateway)
    if (!kind) return []
    const feeFen = buyersFee({ feeBp: row.fee_bp, feePayer: row.fee_payer }, amountFen)
    const scansOnDesktop = sceneFor(kind, 'desktop') === 'qr'
    const { zh: name, en: nameEn } = kind.name
    return [{ gateway: kind.id, name, nameEn, needsMember: false, feeFen, minFen: row.min_fen, scansOnDesktop }]
  })
  return [
    ...offered,
    {
      gateway: 'balance',
      name: '余额支付',
      nameEn: 'Balance',
      needsMember: true,
      feeFen: 0,
      minFen: 0,
      scansOnDesktop: false,
    },
  ]
}
