import { Readable } from 'node:stream'
import { type Outbound, OutboundFailure } from '../../../../platform/outbound/index.ts'
import type { BillOutcome, GatewayAccount } from '../../gateway.ts'
import { callAlipay, outcomeOf, textOf, unknown } from './call.ts'

/** The link lives 30 seconds, but a download that has begun may take longer. */
const DOWNLOAD_TIMEOUT_MS = 120_000
/** A million lines are about 30 MB of zip. */
const BILL_BYTES_MAX = 192 * 1024 * 1024
/** Bills are made between nine and ten in the morning after their day, "in special cases later". */
const READY_AFTER_MS = (24 + 12) * 3_600_000

const NO_DATA = /NO_?BILL_?DATA$/i
const NOT_THERE = /BILL_?NOT_?EXISTS?$/i

/** A day's business bill: ask for the link, then fetch it at once. */
export async function fetchBill(
  outbound: Outbound,
  account: GatewayAccount,
  day: string,
  now: Date,
): Promise<BillOutcome> {
  const answer = await callAlipay(outbound, account, 'alipay.data.dataservice.bill.downloadurl.query', {
    bill_type: 'trade',
    bill_date: day,
  })
  if (answer.kind === 'answer' && NO_DATA.test(answer.subCode)) return { kind: 'empty' }
  if (answer.kind === 'answer' && NOT_THERE.test(answer.subCode)) {
    // One code for "not made yet" and "nothing to make one of"; the time of day tells them apart.
    const due = Date.parse(`${day}T00:00:00+08:00`) + READY_AFTER_MS
    return now.getTime() < due ? { kind: 'not_ready', message: answer.message } : { kind: 'empty' }
  }
  const link = outcomeOf<BillOutcome | string>(answer, (value) => {
    return textOf(value.bill_download_url) || unknown('no download link')
  })
  return typeof link === 'string' ? download(outbound, link, `alipay_${account.merchantId}_${day}.csv.zip`) : link
}

async function download(outbound: Outbound, url: string, fileName: string): Promise<BillOutcome> {
  try {
    const { status, body } = await outbound.call({
      method: 'GET',
      url,
      headers: {},
      timeoutMs: DOWNLOAD_TIMEOUT_MS,
      answerMaxBytes: BILL_BYTES_MAX,
    })
    // A link that is too old answers with a page.
    if (status !== 200 || body.subarray(0, 2).toString('latin1') !== 'PK')
      return unknown(`HTTP ${status} without a bill`)
    return { kind: 'done', fileName, body: Readable.from([body], { objectMode: false }) }
  } catch (error) {
    if (error instanceof OutboundFailure) return unknown(error.message)
    throw error
  }
}
