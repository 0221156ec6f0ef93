import { randomUUID } from 'node:crypto'
import { notifyErrors } from '@quanshu/contract'
import type { Ctx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import type { Outbound } from '../../../platform/outbound/index.ts'
import { mailAccount, smsAccount } from '../channels/accounts.ts'
import { sendAliyunSms } from '../channels/aliyun-sms.ts'
import { sendMail } from '../channels/smtp.ts'
import type { SendOutcome } from '../outcome.ts'
import { testMail } from '../templates.ts'

export type TestResult = { readonly ok: boolean; readonly message: string; readonly elapsedMs: number }

/** @throws notifyErrors.notConfigured */
export async function testSms(platform: Platform, outbound: Outbound, ctx: Ctx, phone: string): Promise<TestResult> {
  const account = await smsAccount(platform, ctx.tenantId)
  if (!account) throw notifyErrors.notConfigured({ channel: 'sms' })
  return await timed(() =>
    sendAliyunSms(outbound, account, {
      phone,
      template: account.loginCodeTemplate,
      params: { code: '000000' },
      outId: `test:${randomUUID()}`,
    }),
  )
}

/** @throws notifyErrors.notConfigured */
export async function testEmail(platform: Platform, ctx: Ctx, to: string): Promise<TestResult> {
  const account = await mailAccount(platform, ctx.tenantId)
  if (!account) throw notifyErrors.notConfigured({ channel: 'email' })
  const mail = { ...testMail('权枢', ctx.locale), to, messageId: `<test-${randomUUID()}@quanshu>` }
  return await timed(() => sendMail(account, mail, platform.config.allowInsecureEndpoints))
}

async function timed(send: () => Promise<SendOutcome>): Promise<TestResult> {
  const startedMs = performance.now()
  const outcome = await send()
  const message = outcome.kind === 'sent' ? outcome.ref : outcome.reason
  return { ok: outcome.kind === 'sent', message, elapsedMs: Math.round(performance.now() - startedMs) }
}
