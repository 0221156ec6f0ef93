import { randomInt } from 'node:crypto'
import { commonErrors, orderErrors } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Sealer } from '../../../platform/crypto/index.ts'
import type { Ctx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { sendOpenCode } from '../../notify/index.ts'
import { shopPrefix } from '../../tenancy/index.ts'
import { deviceHash } from '../access.ts'
import { isReachable } from '../binding.ts'
import { maskContact } from '../model.ts'
import type { SealedView } from '../queries/sealed-views.ts'

const CODE_LIVES_SECONDS = 300
const RESEND_AFTER_SECONDS = 60
/** Beside the device that ordered; the newest stay. */
const DEVICES_MAX = 5

type Taken =
  | { readonly taken: true }
  | { readonly taken: false; readonly reason: 'soon'; readonly retryAfterSeconds: number }
  | { readonly taken: false; readonly reason: 'limit' }

/**
 * Sends a code to whoever ordered, with which this device may open the order's codes.
 * @throws orderErrors.noContactForCode, .deviceCodeTooSoon, .deviceCodeLimit
 */
export async function sendDeviceCode(platform: Platform, ctx: Ctx, view: SealedView, deviceId: string) {
  if (!isReachable(view)) throw orderErrors.noContactForCode()
  const { tenantId, locale } = ctx
  const code = String(randomInt(1_000_000)).padStart(6, '0')
  const sealer = await platform.crypto.sealer(tenantId)
  const device = deviceHash(sealer, deviceId)
  const url = `${platform.config.publicUrl}${await shopPrefix(platform, tenantId)}/orders/${view.no}`
  await platform.db.write(ctx, async (tx) => {
    const { rows } = await sql<{ taken: Taken }>`
      select orders.ask_device_code(
        ${tenantId}::bigint, ${view.no}::bigint, ${device}::bytea, ${codeHash(sealer, view, device, code)}::bytea,
        interval '1 second' * ${CODE_LIVES_SECONDS}::integer
      ) as taken`.execute(tx.db)
    const taken = rows[0]?.taken
    if (!taken) throw commonErrors.internal()
    if (!taken.taken) {
      throw taken.reason === 'soon'
        ? orderErrors.deviceCodeTooSoon({ retryAfterSeconds: taken.retryAfterSeconds })
        : orderErrors.deviceCodeLimit()
    }
    await sendOpenCode(tx, sealer, { to: view.contact, code, orderNo: view.no, locale, url })
  })
  return {
    sentTo: maskContact(view.contact),
    resendAfterSeconds: RESEND_AFTER_SECONDS,
    expiresInSeconds: CODE_LIVES_SECONDS,
  }
}

/** Lets this device open the order's codes from now on. A wrong try is counted even though it is refused. @throws orderErrors.wrongDeviceCode */
export async function admitDevice(
  platform: Platform,
  ctx: Ctx,
  view: SealedView,
  { deviceId, code }: { readonly deviceId: string; readonly code: string },
): Promise<void> {
  const sealer = await platform.crypto.sealer(ctx.tenantId)
  const device = deviceHash(sealer, deviceId)
  const isRight = await platform.db.write(ctx, async (tx) => {
    const { rows } = await sql<{ right: boolean }>`
      select orders.admit_device(
        ${ctx.tenantId satisfies TenantId}::bigint, ${view.no}::bigint, ${device}::bytea,
        ${codeHash(sealer, view, device, code)}::bytea, ${DEVICES_MAX}::integer
      ) as right`.execute(tx.db)
    if (rows[0]?.right !== true) return false
    tx.audit({
      action: 'order.admit_device',
      objectKind: 'order',
      objectId: view.no,
      detail: { sentTo: maskContact(view.contact) },
    })
    return true
  })
  if (!isRight) throw orderErrors.wrongDeviceCode()
}

/** Of this order and this device: what was read out to somebody else opens nothing there. */
const codeHash = (sealer: Sealer, view: SealedView, device: Buffer, code: string): Buffer =>
  sealer.fingerprint('orders.device_code', `${view.no}:${device.toString('hex')}:${code}`)
