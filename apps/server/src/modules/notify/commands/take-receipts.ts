import { timingSafeEqual } from 'node:crypto'
import { commonErrors } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import { z } from 'zod'
import { storableJson } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { channelOfProvider, readChannel, type SmsProvider, systemCtx } from '../channels/accounts.ts'

/** What a provider tells of one text message. */
type Receipt = {
  readonly ref: string
  /** Our own key, when the provider gives it back. */
  readonly key: string
  /** The last four digits: of another phone it is not taken. */
  readonly tail: string
  readonly ok: boolean
  readonly note: string
}

const RECEIPTS_MAX = 500
const word = z.union([z.string(), z.number()]).transform(String).nullish()
const aliyunShape = z
  .array(
    z.object({
      phone_number: word,
      success: z.boolean(),
      err_code: word,
      err_msg: word,
      biz_id: z.string(),
      out_id: word,
    }),
  )
  .max(RECEIPTS_MAX)
const tencentShape = z
  .array(
    z.object({
      mobile: word,
      report_status: z.string(),
      errmsg: word,
      description: word,
      sid: z.string(),
      ext: word,
    }),
  )
  .max(RECEIPTS_MAX)

/**
 * Takes the receipts that a provider pushes, and answers what it expects. Neither provider signs them: the address holds a
 * secret of the shop, and a receipt must name a message of ours by the provider's number and the same phone. A receipt
 * also ends a message whose answer was lost; a message that did arrive stays so.
 * @throws commonErrors.notFound for a wrong address, commonErrors.invalid for a body that is no receipt
 */
export async function takeReceipts(
  platform: Pick<Platform, 'db'>,
  tenantId: TenantId,
  provider: SmsProvider,
  token: string,
  body: Buffer,
): Promise<string> {
  const row = await platform.db.read(systemCtx(tenantId), (tx) => readChannel(tx, channelOfProvider[provider]))
  if (!row?.receipt_token || !isSame(row.receipt_token, token)) throw commonErrors.notFound()
  const receipts = provider === 'aliyun' ? aliyunReceipts(body) : tencentReceipts(body)
  if (!receipts) throw commonErrors.notFound()
  await platform.db.write(systemCtx(tenantId), (tx) =>
    sql`
      update notify.messages m
      set receipt = case when r.ok then 'delivered' else 'failed' end,
          receipt_note = left(r.note, 300),
          receipt_at = now(),
          provider_ref = r.ref,
          provider = ${provider},
          state = case when m.state in ('unknown', 'sending') then 'sent' else m.state end,
          sent_at = coalesce(m.sent_at, now())
      from jsonb_to_recordset(${storableJson(receipts)}::jsonb) as r(ref text, key text, tail text, ok boolean, note text)
      where m.tenant_id = ${tenantId}
        and m.channel = 'sms'
        and (m.provider_ref = r.ref or (m.provider_ref is null and m.key = r.key))
        and coalesce(m.provider, ${provider}) = ${provider}
        and right(m.recipient, 4) = r.tail
        and m.state in ('sent', 'unknown', 'sending')
        and m.receipt is distinct from 'delivered'
    `.execute(tx.db),
  )
  return provider === 'aliyun' ? '{"code":0,"msg":"成功"}' : '{"result":0,"errmsg":"OK"}'
}

function aliyunReceipts(body: Buffer): readonly Receipt[] | undefined {
  const parsed = aliyunShape.safeParse(parse(body))
  return parsed.data?.map(({ biz_id, out_id, phone_number, success, err_code, err_msg }) => ({
    ref: biz_id,
    key: out_id ?? '',
    tail: (phone_number ?? '').slice(-4),
    ok: success,
    note: [err_code, err_msg].filter(Boolean).join(' '),
  }))
}

function tencentReceipts(body: Buffer): readonly Receipt[] | undefined {
  const parsed = tencentShape.safeParse(parse(body))
  return parsed.data?.map(({ sid, ext, mobile, report_status, errmsg, description }) => ({
    ref: sid,
    key: ext ?? '',
    tail: (mobile ?? '').slice(-4),
    ok: report_status === 'SUCCESS',
    note: [errmsg, description].filter(Boolean).join(' '),
  }))
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

function isSame(expected: string, given: string): boolean {
  const [one, other] = [Buffer.from(expected), Buffer.from(given)]
  return one.length === other.length && timingSafeEqual(one, other)
}
