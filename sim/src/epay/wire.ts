import type { FaultSwitch } from '../faults.ts'
import type { Books, Merchant, Platform } from './books.ts'
import type { EpayFault, EpayFaultKind } from './faults.ts'
import { type Fields, hasMd5, hasRsa, withRsa } from './signing.ts'

/** How far a v2 time stamp may be off. */
const STAMP_SECONDS_MAX = 300
const CLOCK_OFF_SECONDS = 600

/** The operator's clock as it shows on the wire, in unix seconds; tests put it wrong. */
export type WireClock = { readonly seconds: () => number; readonly skew: (ms: number) => void }

export function wireClock(): WireClock {
  let offMs = 0
  return {
    seconds: () => Math.floor((Date.now() + offMs) / 1000),
    skew: (ms) => {
      offMs = ms
    },
  }
}

export function platformOf(books: Books): Platform {
  const platform = books.platforms.get('platform')
  if (!platform) throw new Error('the operator has no keys')
  return platform
}

/** Why a caller is not served, in the operator's words; undefined when he is. */
export function refusalOf(
  dialect: 'v1' | 'v2',
  fields: Fields,
  merchant: Merchant | undefined,
  clock: WireClock,
): string | undefined {
  if (!merchant) return '商户不存在'
  if (!merchant.isActive) return '商户已被封禁'
  if (dialect === 'v1') return hasMd5(fields, merchant.key) ? undefined : '签名校验失败，请返回重试'
  if (!/^\d{10}$/.test(fields.timestamp ?? '')) return '时间戳(timestamp)字段不正确'
  if (Math.abs(clock.seconds() - Number(fields.timestamp)) > STAMP_SECONDS_MAX) return '时间戳(timestamp)已过期'
  return hasRsa(fields, merchant.keys.publicKey) ? undefined : 'RSA签名校验失败'
}

/** A v2 answer or notice, stamped and signed; lists and objects in it are not under the signature. */
export function signedV2(
  books: Books,
  clock: WireClock,
  value: Readonly<Record<string, unknown>>,
  fault?: EpayFaultKind,
): Record<string, unknown> {
  const off = fault?.endsWith('.stale') ? -CLOCK_OFF_SECONDS : fault?.endsWith('.future') ? CLOCK_OFF_SECONDS : 0
  const stamped = { ...value, timestamp: String(clock.seconds() + off) }
  const fields: Record<string, string> = {}
  for (const [name, field] of Object.entries(stamped)) {
    if (typeof field === 'string' || typeof field === 'number') fields[name] = String(field)
  }
  const { sign, sign_type } = withRsa(fields, platformOf(books).keys.privateKey)
  return { ...stamped, sign: fault === 'api.forged' ? `AAAA${sign?.slice(4)}` : sign, sign_type }
}

/** The first fault of these kinds that is switched on for a payment. */
export function takeFirst(
  faults: FaultSwitch<EpayFaultKind>,
  kinds: readonly EpayFaultKind[],
  at: { readonly key?: string; readonly endpoint?: string },
): EpayFault | undefined {
  for (const kind of kinds) {
    const fault = faults.take(kind, at)
    if (fault) return fault
  }
  return undefined
}
