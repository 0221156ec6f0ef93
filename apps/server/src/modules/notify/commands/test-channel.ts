import { randomUUID } from 'node:crypto'
import {
  DELIVERED_KEYS,
  type DeliveredKey,
  formOf,
  holesOf,
  type MessageEventKey,
  type MessageLocale,
  messageEvent,
  notifyErrors,
  type Robot,
  sampleValues,
} from '@quanshu/contract'
import type { Ctx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import type { Outbound } from '../../../platform/outbound/index.ts'
import { getSettings } from '../../tenancy/index.ts'
import { channelOfProvider, mailAccount, robotAccount, type SmsProvider, smsAccount } from '../channels/accounts.ts'
import { plainInMarkdown, type RobotWords, sayByRobot } from '../channels/robots.ts'
import { sendBy, sendSms } from '../channels/sms.ts'
import { sendMail } from '../channels/smtp.ts'
import { bodyOf, openWecomApp } from '../channels/wecom-app.ts'
import type { NewMessage } from '../messages.ts'
import type { SendOutcome } from '../outcome.ts'
import { shopPlace } from '../queries/shop-place.ts'
import { deliveryMail, eventMail, type MailText, testMail } from '../templates.ts'
import { composed, readTexts } from '../words.ts'

export type TestResult = { readonly ok: boolean; readonly message: string; readonly elapsedMs: number }

/** @throws notifyErrors.notConfigured */
export async function testSms(
  platform: Platform,
  outbound: Outbound,
  ctx: Ctx,
  phone: string,
  provider: SmsProvider,
): Promise<TestResult> {
  const account = await smsAccount(platform, ctx.tenantId, provider)
  if (!account) throw notifyErrors.notConfigured({ channel: channelOfProvider[provider] })
  const message = { phone, params: [['code', '000000']] as const, outId: `test:${randomUUID()}` }
  return await timed(() => sendBy(outbound, account, account.account.loginCodeTemplate, message, platform.clock.now()))
}

/** @throws notifyErrors.notConfigured */
export async function testEmail(platform: Platform, ctx: Ctx, to: string): Promise<TestResult> {
  return await mailNow(platform, ctx, to, testMail('权枢', ctx.locale))
}

/** @throws notifyErrors.notConfigured */
export async function testRobot(platform: Platform, outbound: Outbound, ctx: Ctx, robot: Robot): Promise<TestResult> {
  const { 'shop.name': shop } = await getSettings(platform, ctx.tenantId)
  const isEnglish = ctx.locale === 'en'
  return await sayNow(platform, outbound, ctx, robot, {
    title: isEnglish ? `${shop}: test message` : `${shop}：测试消息`,
    markdown: isEnglish ? 'If you can read this, the robot is set up.' : '看到这条消息，说明机器人已经配置成功。',
  })
}

/** @throws notifyErrors.notConfigured */
export async function testWecomApp(
  platform: Platform,
  outbound: Outbound,
  ctx: Ctx,
  user: string,
): Promise<TestResult> {
  const { 'shop.name': shop } = await getSettings(platform, ctx.tenantId)
  const isEnglish = ctx.locale === 'en'
  return await writeNow(platform, outbound, ctx, user, ctx.locale, {
    subject: isEnglish ? `${shop}: test message` : `${shop}：测试消息`,
    paragraphs: [isEnglish ? 'If you can read this, the app is set up.' : '看到这条消息，说明应用已经配置成功。'],
  })
}

export type TextTest = {
  readonly event: MessageEventKey
  readonly channel: NewMessage['channel']
  readonly locale: MessageLocale
  readonly to: string
}

/**
 * Sends a message as it is stored, filled with samples.
 * @throws notifyErrors.noSuchText, notConfigured
 */
export async function testText(
  platform: Platform,
  outbound: Outbound,
  ctx: Ctx,
  { event, channel, locale, to }: TextTest,
): Promise<TestResult> {
  const texts = await platform.db.read(ctx, readTexts)
  const text = messageEvent(event).channels.includes(channel) ? texts.of(event, formOf(channel), locale) : undefined
  if (!text) throw notifyErrors.noSuchText()
  const values = sampleValues(event, locale)
  const words = composed(text, values)
  if (channel === 'sms') {
    return await timed(async () => {
      const { outcome } = await sendSms(platform, outbound, ctx.tenantId, {
        phone: to,
        params: holesOf(text.body).map((name) => [name, values[name] ?? '']),
        outId: `test:${randomUUID()}`,
        templateAt: ({ provider }) => (provider === 'aliyun' ? text.aliyunCode : text.tencentCode),
      })
      return outcome
    })
  }
  if (channel === 'email') {
    const mail = isDelivered(event)
      ? deliveryMail(sampleDelivery(event, values, locale), text)
      : eventMail(words, values.link ?? '', locale)
    return await mailNow(platform, ctx, to, mail)
  }
  if (channel === 'wecom_app')
    return await writeNow(platform, outbound, ctx, to, locale, words, holesOf(text.body).includes('codes'))
  const markdown = [...words.paragraphs.map(plainInMarkdown), values.link ?? ''].join('\n')
  return await sayNow(platform, outbound, ctx, channel, { title: words.subject, markdown })
}

const isDelivered = (event: MessageEventKey): event is DeliveredKey => DELIVERED_KEYS.some((key) => key === event)
const sampleDelivery = (event: DeliveredKey, values: Readonly<Record<string, string>>, locale: MessageLocale) => ({
  shopName: values.shop ?? '',
  orderNo: Number(values.order),
  locale,
  orderUrl: values.link ?? '',
  lines: [
    {
      title: values.items ?? '',
      quantity: 1,
      codes: event === 'order.delivered' ? ['AB12-CD34-EF56'] : null,
      moreCodes: 0,
    },
  ],
})

async function mailNow(platform: Platform, ctx: Ctx, to: string, text: MailText): Promise<TestResult> {
  const account = await mailAccount(platform, ctx.tenantId)
  if (!account) throw notifyErrors.notConfigured({ channel: 'email' })
  const mail = { ...text, to, messageId: `<test-${randomUUID()}@quanshu>` }
  return await timed(() => sendMail(account, mail, platform.config.allowInsecureEndpoints))
}

async function sayNow(
  platform: Platform,
  outbound: Outbound,
  ctx: Ctx,
  robot: Robot,
  words: RobotWords,
): Promise<TestResult> {
  const account = await robotAccount(platform, ctx.tenantId, robot)
  if (!account) throw notifyErrors.notConfigured({ channel: robot })
  return await timed(async () => (await sayByRobot(outbound, robot, account, words, platform.clock.now())).outcome)
}

/** By the app, to one user; as a text where it says codes, as it would be. */
async function writeNow(
  platform: Platform,
  outbound: Outbound,
  ctx: Ctx,
  user: string,
  locale: MessageLocale,
  { subject, paragraphs }: { readonly subject: string; readonly paragraphs: readonly string[] },
  asText = false,
): Promise<TestResult> {
  const app = await openWecomApp(platform, outbound, ctx.tenantId)
  if (!app) throw notifyErrors.notConfigured({ channel: 'wecom_app' })
  const { mall } = await platform.db.read(ctx, (tx) => shopPlace(tx, platform.config))
  // Each test is a message of its own, not the repeat of the last one.
  const url = `${mall}/?m=${randomUUID()}`
  const body = bodyOf(app.account, user, { title: subject, paragraphs, url, locale, asText })
  return await timed(async () => (await app.send(body)).outcome)
}

async function timed(send: () => Promise<SendOutcome>): Promise<TestResult> {
  const startedMs = performance.now()
  const outcome = await send()
  const message = outcome.kind === 'sent' ? outcome.ref : outcome.reason
  return { ok: outcome.kind === 'sent', message, elapsedMs: Math.round(performance.now() - startedMs) }
}
