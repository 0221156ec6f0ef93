import { createHash } from 'node:crypto'
import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import { storableText } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { counter } from '../../../platform/telemetry/index.ts'
import { type Accounts, gatewayNamed, systemCtx } from '../accounts.ts'
import type { NoticeAnswer, NoticeRefusal, NoticeVerdict, PaymentGateway, RawNotice } from '../gateway.ts'
import { readPaymentNo, readRefundNo, refundNo } from '../numbers.ts'
import { type Capture, isTaken, type PaymentPorts } from '../settle.ts'
import { askSoon } from './ask-soon.ts'

const noticesTotal = counter('payment_notices', 'Notices of gateways by verdict')

export type ReceiveNotice = (
  tenantId: TenantId,
  gateway: string,
  notice: RawNotice,
  ip: string,
) => Promise<NoticeAnswer>

/**
 * Takes a gateway's notice: verified on the raw bytes, settled, and acknowledged only when that is committed. Anything
 * else is stored with its verdict and not acknowledged. Throws only when the database does not answer; the gateway
 * then comes again.
 */
export function createReceiveNotice(platform: Platform, accounts: Accounts, ports: PaymentPorts): ReceiveNotice {
  const keepRefused = createRefusedNotices(platform)
  const others = createOtherNews(platform, ports)
  return async (tenantId, gatewayId, notice, ip) => {
    const gateway = gatewayNamed(gatewayId)
    const account = await accounts.find(tenantId, gatewayId)
    // A shop that never set this gateway up expects no notices from it; keeping them would be anybody's free disk.
    if (!account) return gateway.rejection
    const checked = gateway.verifyNotice(account, notice, platform.clock.now())
    if (!checked.ok) {
      noticesTotal.add(1, { gateway: gatewayId, verdict: checked.verdict })
      await keepRefused(tenantId, gateway, notice, checked.verdict, ip)
      return gateway.rejection
    }
    if (checked.about !== 'payment') return await others(tenantId, gateway, checked, notice, ip)
    const number = readPaymentNo(checked.paymentNo)
    if (!number) {
      await keepRefused(tenantId, gateway, notice, 'malformed', ip)
      return gateway.rejection
    }
    const { ok: _ok, about: _about, paymentNo: _paymentNo, ...trade } = checked
    const capture: Capture = {
      ...trade,
      tradeNo: storableText(trade.tradeNo),
      ...number,
      gateway: gatewayId,
      headers: keptHeaders(gateway, notice, ip),
      body: storable(notice.body),
    }
    const { verdict } = await ports.settle(tenantId, capture)
    noticesTotal.add(1, { gateway: gatewayId, verdict })
    if (isTaken(verdict)) return gateway.acknowledgement
    // What was told does not fit what was asked for; what was really paid is for the gateway to say when asked.
    if (verdict === 'wrong_amount') await askSoon(platform, systemCtx(tenantId), number.orderNo, gatewayId)
    platform.log.warn(
      { tenantId, gateway: gatewayId, orderNo: number.orderNo, verdict },
      'a notice does not fit its order',
    )
    return gateway.rejection
  }
}

type OtherNews = Exclude<NoticeVerdict, { readonly ok: false } | { readonly about: 'payment' }>

/** Refunds that ended, money taken back, and what means nothing to us: acted on, kept, and then acknowledged. */
function createOtherNews(platform: Platform, ports: PaymentPorts) {
  /** The refund with this number at this gateway: what one gateway signs says nothing about another's. */
  const refundOf = async (tenantId: TenantId, gateway: PaymentGateway, no: string): Promise<number | undefined> => {
    const id = readRefundNo(no)
    if (id === undefined) return undefined
    const { rows } = await platform.db.read(systemCtx(tenantId), (tx) =>
      sql<{ orderNo: number; gateway: string }>`
        select order_no as "orderNo", gateway from payments.refunds where tenant_id = ${tenantId} and id = ${id}
      `.execute(tx.db),
    )
    const [found] = rows
    return found?.gateway === gateway.id && refundNo({ ...found, id }) === no ? id : undefined
  }
  const act = async (tenantId: TenantId, gateway: PaymentGateway, news: OtherNews): Promise<string> => {
    if (news.about === 'nothing') return 'ignored'
    if (news.about === 'chargeback') {
      const { disputeNo, tradeNo, reason } = news
      const kept = { disputeNo: storableText(disputeNo), tradeNo: storableText(tradeNo), reason: storableText(reason) }
      return await ports.chargeback(tenantId, gateway.id, { ...news, ...kept })
    }
    const refundId = await refundOf(tenantId, gateway, news.refundNo)
    if (refundId === undefined) return 'unknown_order'
    const { outcome } = news
    const error = outcome.kind === 'failed' ? storableText(`${outcome.code}: ${outcome.message}`) : null
    await ports.refundEnded(tenantId, refundId, outcome.kind === 'done', error)
    return 'applied'
  }
  return async (
    tenantId: TenantId,
    gateway: PaymentGateway,
    news: OtherNews,
    notice: RawNotice,
    ip: string,
  ): Promise<NoticeAnswer> => {
    const verdict = await act(tenantId, gateway, news)
    noticesTotal.add(1, { gateway: gateway.id, verdict })
    await keepNotice(platform, tenantId, gateway, verdict, keptHeaders(gateway, notice, ip), storable(notice.body))
    return verdict === 'unknown_order' ? gateway.rejection : gateway.acknowledgement
  }
}

async function keepNotice(
  platform: Platform,
  tenantId: TenantId,
  gateway: PaymentGateway,
  verdict: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<void> {
  await platform.db.write(systemCtx(tenantId), (tx) =>
    sql`
      insert into payments.notices (tenant_id, gateway, verdict, headers, body)
      values (${tenantId}, ${gateway.id}, ${verdict}, ${JSON.stringify(headers)}::jsonb, ${body})
    `.execute(tx.db),
  )
}

/** Strangers may write this much of their own into a shop's books, no more. */
const REFUSED_PER_MINUTE_MAX = 60
const REFUSED_BODY_BYTES_MAX = 4_096
const TENANTS_MAX = 10_000

/** Keeps what was refused, up to a rate per shop; beyond it only the log and the counter know. */
function createRefusedNotices(platform: Platform) {
  const kept = new Map<TenantId, { minute: number; count: number }>()
  const mayKeep = (tenantId: TenantId): boolean => {
    const minute = Math.trunc(Date.now() / 60_000)
    const counted = kept.get(tenantId)
    if (counted?.minute === minute) return ++counted.count <= REFUSED_PER_MINUTE_MAX
    if (kept.size >= TENANTS_MAX) kept.clear()
    kept.set(tenantId, { minute, count: 1 })
    return true
  }
  return async (
    tenantId: TenantId,
    gateway: PaymentGateway,
    notice: RawNotice,
    verdict: NoticeRefusal,
    ip: string,
  ): Promise<void> => {
    platform.log.warn({ tenantId, gateway: gateway.id, verdict, ip }, 'refused a payment notice')
    if (!mayKeep(tenantId)) return
    const body = storable(notice.body.subarray(0, REFUSED_BODY_BYTES_MAX))
    const headers = keptHeaders(gateway, notice, ip)
    await keepNotice(platform, tenantId, gateway, verdict, headers, body)
  }
}

/** A notice that comes by address has nothing else. */
const PATH_MAX = 4_096

function keptHeaders(gateway: PaymentGateway, notice: RawNotice, ip: string): Record<string, string> {
  const kept: Record<string, string> = { ip, path: notice.path.slice(0, PATH_MAX) }
  for (const name of gateway.noticeHeaders) {
    const value = notice.headers[name]
    if (typeof value === 'string') kept[name] = storable(value).slice(0, 300)
  }
  return kept
}

/** PostgreSQL's text holds neither NUL nor broken UTF-8. What had to be changed is kept by its hash. */
function storable(raw: Buffer | string): string {
  const text = raw.toString('utf8')
  const clean = text.toWellFormed().replaceAll('\0', '\ufffd')
  const isExact = typeof raw === 'string' ? clean === raw : Buffer.from(clean).equals(raw)
  return isExact ? clean : `${clean}\nsha256 of the raw bytes: ${createHash('sha256').update(raw).digest('hex')}`
}
