import type { TenantId } from '@quanshu/kernel'
import type { Platform } from '../../../platform/module.ts'
import type { Outbound } from '../../../platform/outbound/index.ts'
import type { SendOutcome } from '../outcome.ts'
import { type SmsAccount, type SmsProvider, smsAccounts } from './accounts.ts'
import { sendAliyunSms } from './aliyun-sms.ts'
import { sendTencentSms } from './tencent-sms.ts'

export type TextMessage = {
  readonly phone: string
  /** In the order in which the text names them. */
  readonly params: readonly (readonly [name: string, value: string])[]
  readonly outId: string
  /** The approved template at each provider; undefined: that provider has none. */
  readonly templateAt: (account: SmsAccount) => string | undefined
}
export type SmsResult = { readonly outcome: SendOutcome; readonly provider?: SmsProvider }

/**
 * Sends a text message by the first provider that takes it. Only after proof that nothing was sent (a refusal, a connection
 * that was never made) is the next one asked: after an unknown end a second provider could send it a second time.
 */
export async function sendSms(
  platform: Pick<Platform, 'db' | 'crypto' | 'clock'>,
  outbound: Outbound,
  tenantId: TenantId,
  message: TextMessage,
): Promise<SmsResult> {
  const accounts = await smsAccounts(platform, tenantId)
  if (accounts.length === 0) return { outcome: { kind: 'refused', reason: 'no SMS account is set up' } }
  const reasons: string[] = []
  let last: SmsResult | undefined
  let mayTryAgain = false
  for (const account of accounts) {
    const template = message.templateAt(account)
    if (!template) continue
    const outcome = await sendBy(outbound, account, template, message, platform.clock.now())
    last = { outcome, provider: account.provider }
    if (outcome.kind === 'sent' || outcome.kind === 'unknown') return last
    mayTryAgain ||= outcome.kind === 'not_sent'
    reasons.push(`${account.provider}: ${outcome.reason}`)
  }
  if (!last) return { outcome: { kind: 'refused', reason: 'no provider has an approved template for it' } }
  return { ...last, outcome: { kind: mayTryAgain ? 'not_sent' : 'refused', reason: reasons.join('; ') } }
}

export function sendBy(
  outbound: Outbound,
  by: SmsAccount,
  template: string,
  { phone, params, outId }: Pick<TextMessage, 'phone' | 'params' | 'outId'>,
  at: Date,
): Promise<SendOutcome> {
  return by.provider === 'aliyun'
    ? sendAliyunSms(outbound, by.account, { phone, template, params: Object.fromEntries(params), outId })
    : sendTencentSms(outbound, by.account, { phone, template, params: params.map(([, value]) => value), outId }, at)
}
