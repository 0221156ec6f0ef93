import { paymentErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { isAllowedUrl } from '../../../platform/outbound/index.ts'
import { type Accounts, type FeePayer, gatewayNamed, openSecrets, readGateway, secretPlace } from '../accounts.ts'
import type { GatewayField, PaymentGateway } from '../gateway.ts'

export type GatewaySettings = {
  readonly enabled: boolean
  readonly baseUrl: string
  readonly merchantId: string
  /** By the keys of the gateway's fields. */
  readonly settings?: Readonly<Record<string, string>>
  /** A secret that is missing or empty keeps the stored one. */
  readonly secrets: Readonly<Record<string, string>>
  readonly feeBp?: number
  readonly feePayer?: FeePayer
  /** The least the gateway takes; unless given what is stored, or usual with it. */
  readonly minFen?: number | undefined
  /** Ways to pay are offered in this order. */
  readonly position?: number
}
type Values = Readonly<Record<string, string>>

/**
 * Stores a shop's account at a gateway, the secrets sealed. Takes effect here at once, in other processes within five seconds.
 * @throws paymentErrors.gatewayUnknown, insecureAddress, fieldMissing, fieldChoice
 */
export async function saveGateway(
  platform: Pick<Platform, 'db' | 'crypto' | 'config'>,
  accounts: Accounts | undefined,
  ctx: Ctx,
  gateway: string,
  given: GatewaySettings,
): Promise<void> {
  const kind = gatewayNamed(gateway)
  const { enabled, baseUrl, merchantId, feeBp = 0, feePayer = 'shop', position = 0 } = given
  if (!isAllowedUrl(baseUrl, platform.config.allowInsecureEndpoints)) throw paymentErrors.insecureAddress()
  const before = await platform.db.read(ctx, (tx) => readGateway(tx, gateway))
  const minFen = given.minFen ?? before?.min_fen ?? kind.minFen ?? 0
  const stored = before?.secret_sealed ? await openSecrets(platform, ctx.tenantId, gateway, before.secret_sealed) : {}
  const settings = pick(kind, false, given.settings ?? {})
  const fresh = pick(kind, true, given.secrets)
  const secrets = { ...stored, ...fresh }
  if (enabled) mustBeComplete(kind, { ...settings, ...secrets }, ctx.locale)
  const sealed = await platform.crypto.encrypt(ctx.tenantId, secretPlace(gateway), JSON.stringify(secrets))
  await platform.db.write(ctx, async (tx) => {
    await sql`
      insert into payments.gateways as g (
        tenant_id, gateway, enabled, base_url, merchant_id, settings, secret_sealed, fee_bp, fee_payer, min_fen, position, updated_at
      )
      values (
        ${ctx.tenantId}, ${gateway}, ${enabled}, ${baseUrl}, ${merchantId}, ${JSON.stringify(settings)}::jsonb, ${sealed},
        ${feeBp}, ${feePayer}, ${minFen}, ${position}, now()
      )
      on conflict (tenant_id, gateway) do update
      set enabled = excluded.enabled,
          base_url = excluded.base_url,
          merchant_id = excluded.merchant_id,
          settings = excluded.settings,
          secret_sealed = excluded.secret_sealed,
          fee_bp = excluded.fee_bp,
          fee_payer = excluded.fee_payer,
          min_fen = excluded.min_fen,
          position = excluded.position,
          updated_at = now()
    `.execute(tx.db)
    tx.audit({
      action: 'gateway.save',
      objectKind: 'gateway',
      objectId: gateway,
      detail: {
        enabled: [before?.enabled ?? false, enabled],
        baseUrl: [before?.base_url ?? '', baseUrl],
        merchantId: [before?.merchant_id ?? '', merchantId],
        settings: [before?.settings ?? {}, settings],
        fee: [`${before?.fee_bp ?? 0} ${before?.fee_payer ?? 'shop'}`, `${feeBp} ${feePayer}`],
        minFen: [before?.min_fen ?? 0, minFen],
        secretsChanged: Object.keys(fresh),
      },
    })
  })
  accounts?.forget(ctx.tenantId, gateway)
}

/** Only what the gateway asks for is stored, and nothing that is empty. */
function pick(kind: PaymentGateway, secret: boolean, given: Values): Values {
  const wanted = kind.fields.filter((field) => field.secret === secret)
  return Object.fromEntries(
    wanted.flatMap((field) => {
      const value = given[field.key]?.trim() || (field.choices?.[0] ?? '')
      return value === '' ? [] : [[field.key, value]]
    }),
  )
}

function mustBeComplete(kind: PaymentGateway, values: Values, locale: Ctx['locale']): void {
  const nameOf = (field: GatewayField) => (locale === 'en' ? field.name.en : field.name.zh)
  for (const field of kind.fields) {
    const value = values[field.key] ?? ''
    if (field.required && value === '') throw paymentErrors.fieldMissing({ field: nameOf(field) })
    if (value !== '' && field.choices && !field.choices.includes(value)) {
      throw paymentErrors.fieldChoice({ field: nameOf(field), choices: field.choices.join(', ') })
    }
  }
}
