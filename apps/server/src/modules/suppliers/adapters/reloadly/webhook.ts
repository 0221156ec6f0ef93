import { createHmac, timingSafeEqual } from 'node:crypto'
import type { CallbackVerdict, RawCallback, SupplierAccount } from '../../supplier.ts'
import { momentOf } from '../dates.ts'
import { parseJson } from '../json.ts'
import { textAt } from '../path.ts'

/** Reloadly repeats a notice for some time; what is older than a day tells nothing that was not asked about since. */
const AGE_MS_MAX = 86_400_000

/**
 * HMAC-SHA256 of the body, a colon and the time stamp of the header, under the secret of the dashboard. How the body is
 * nested differs by product, so only its ids are read, and the order is asked about.
 */
export function verifyCallback(account: SupplierAccount, { headers, body }: RawCallback, now: Date): CallbackVerdict {
  const header = (name: string): string => {
    const value = headers[name]
    return typeof value === 'string' ? value.trim() : ''
  }
  const stamp = header('x-reloadly-request-timestamp')
  const { webhookSecret = '' } = account.secrets
  const signed = Buffer.concat([body, Buffer.from(`:${stamp}`)])
  const expected = Buffer.from(createHmac('sha256', webhookSecret).update(signed).digest('hex'))
  const given = Buffer.from(header('x-reloadly-signature').toLowerCase())
  if (webhookSecret === '' || given.length !== expected.length || !timingSafeEqual(given, expected))
    return { ok: false, verdict: 'bad_signature' }
  const at = momentOf(stamp, 'milliseconds') ?? momentOf(stamp, 'seconds') ?? new Date(stamp)
  if (!(Math.abs(now.getTime() - at.getTime()) <= AGE_MS_MAX)) return { ok: false, verdict: 'stale' }
  const value = parseJson(body.toString('utf8'))
  if (value === undefined) return { ok: false, verdict: 'malformed' }
  const read = (name: string): string =>
    textAt(value, `${name}|data.${name}|data.transaction.${name}|transaction.${name}`) ?? ''
  const state = read('status')
  const claim = state === 'SUCCESSFUL' ? 'done' : state === 'FAILED' || state === 'REFUNDED' ? 'failed' : 'unclear'
  const no = read('customIdentifier')
  if (/^[0-9A-Za-z_-]{1,64}$/.test(no)) return { ok: true, about: 'order', no, claim }
  const remoteNo = read('transactionId')
  if (/^\d{1,20}$/.test(remoteNo)) return { ok: true, about: 'remote_order', remoteNo, claim }
  return { ok: true, about: 'nothing' }
}
