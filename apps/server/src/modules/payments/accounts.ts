import { paymentErrors } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx, ReadTx } from '../../platform/db/index.ts'
import type { Platform } from '../../platform/module.ts'
import type { GatewayAccount, PaymentGateway } from './gateway.ts'
import { gateways } from './gateways/registry.ts'

/** How long a process believes what it read: every notice needs the account, and settings change rarely. */
const REMEMBERED_MS = 5_000
const REMEMBERED_MAX = 10_000

export type OpenAccount = GatewayAccount & {
  readonly enabled: boolean
  readonly shopSlug: string
  readonly feeBp: number
  readonly feePayer: FeePayer
  /** The least the gateway takes, what the buyer pays for its service included. */
  readonly minFen: number
}
/** Who pays what the gateway takes for its service. */
export type FeePayer = 'shop' | 'buyer'

export type Accounts = {
  /** Undefined when the shop never set this gateway up. */
  readonly find: (tenantId: TenantId, gateway: string) => Promise<OpenAccount | undefined>
  /** @throws paymentErrors.notConfigured */
  readonly get: (tenantId: TenantId, gateway: string) => Promise<OpenAccount>
  readonly forget: (tenantId: TenantId, gateway: string) => void
}

/** Shops' accounts at gateways, secrets opened, remembered for five seconds. */
export function createAccounts(platform: Pick<Platform, 'db' | 'crypto' | 'clock'>): Accounts {
  const known = new Map<string, { readonly account: Promise<OpenAccount | undefined>; readonly untilMs: number }>()
  const find = (tenantId: TenantId, gateway: string): Promise<OpenAccount | undefined> => {
    const key = `${tenantId}/${gateway}`
    const remembered = known.get(key)
    if (remembered && remembered.untilMs > Date.now()) return remembered.account
    if (known.size >= REMEMBERED_MAX) known.clear()
    const account = load(platform, tenantId, gateway)
    known.set(key, { account, untilMs: Date.now() + REMEMBERED_MS })
    account.catch(() => known.delete(key))
    return account
  }
  return {
    find,
    get: async (tenantId, gateway) => {
      const account = await find(tenantId, gateway)
      if (!account) throw paymentErrors.notConfigured()
      return account
    },
    forget: (tenantId, gateway) => void known.delete(`${tenantId}/${gateway}`),
  }
}

async function load(
  platform: Pick<Platform, 'db' | 'crypto'>,
  tenantId: TenantId,
  gateway: string,
): Promise<OpenAccount | undefined> {
  const row = await platform.db.read(systemCtx(tenantId), (tx) => readGateway(tx, gateway))
  if (!row?.secret_sealed) return undefined
  return {
    baseUrl: row.base_url,
    merchantId: row.merchant_id,
    settings: row.settings,
    secrets: await openSecrets(platform, tenantId, gateway, row.secret_sealed),
    feeBp: row.fee_bp,
    feePayer: row.fee_payer,
    minFen: row.min_fen,
    enabled: row.enabled,
    shopSlug: row.slug,
  }
}

export type GatewayRow = {
  readonly enabled: boolean
  readonly base_url: string
  readonly merchant_id: string
  readonly settings: Readonly<Record<string, string>>
  readonly secret_sealed: Buffer | null
  readonly fee_bp: number
  readonly fee_payer: FeePayer
  readonly min_fen: number
  readonly position: number
  readonly updated_at: Date
  readonly slug: string
}

export async function readGateway(tx: ReadTx, gateway: string): Promise<GatewayRow | undefined> {
  const { rows } = await sql<GatewayRow>`
    select g.enabled, g.base_url, g.merchant_id, g.settings, g.secret_sealed, g.fee_bp, g.fee_payer, g.min_fen, g.position, g.updated_at, t.slug
    from payments.gateways g
    join tenancy.tenants t on t.id = g.tenant_id
    where g.tenant_id = ${tx.ctx.tenantId}
      and g.gateway = ${gateway}
  `.execute(tx.db)
  return rows[0]
}

export const secretPlace = (gateway: string) => ({ table: 'payments.gateways', column: 'secret', row: gateway })

/** All secrets of one account are sealed as one text. Before there could be several, the one stood there by itself. */
export async function openSecrets(
  platform: Pick<Platform, 'crypto'>,
  tenantId: TenantId,
  gateway: string,
  sealed: Buffer,
): Promise<Readonly<Record<string, string>>> {
  const text = await platform.crypto.decrypt(tenantId, secretPlace(gateway), sealed)
  return text.startsWith('{') ? (JSON.parse(text) as Record<string, string>) : { secret: text }
}

/** @throws paymentErrors.gatewayUnknown */
export function gatewayNamed(id: string): PaymentGateway {
  const gateway = gateways.get(id)
  if (!gateway) throw paymentErrors.gatewayUnknown({ gateway: id })
  return gateway
}

/** Where the gateway sends its notices. The shop is named by path, which holds whatever its domain is. */
export function notifyUrlOf(publicUrl: string, shopSlug: string, gateway: string): string {
  return `${publicUrl}/s/${shopSlug}/api/pay/${gateway}/notify`
}

/** Work that no person asked for. */
export function systemCtx(tenantId: TenantId): Ctx {
  return { tenantId, actor: { kind: 'system', name: 'payments' }, requestId: 'payments', locale: 'zh-CN' }
}
