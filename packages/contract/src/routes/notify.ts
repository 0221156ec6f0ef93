import { z } from 'zod'
import { route } from '../route.ts'
import { instant, phone, requiredText, text } from '../schemas.ts'

/** An account at an SMS service that speaks Aliyun's Dysms protocol. */
export const smsChannelConfig = z.object({
  /** Address of the service, e.g. `https://dysmsapi.aliyuncs.com`. */
  endpoint: z.url().max(300),
  accessKeyId: requiredText(100),
  /** 短信签名, as approved there. */
  signName: requiredText(40),
  /** Template codes, as approved there. */
  loginCodeTemplate: requiredText(60),
})

/** A mail server of the shop's own. */
export const emailChannelConfig = z.object({
  host: requiredText(200).regex(/^[\w.:-]+$/),
  port: z.int().min(1).max(65_535),
  /** TLS from the first byte (port 465); otherwise STARTTLS is used when offered. */
  secure: z.boolean(),
  user: text(200),
  /** `Name <address>`. */
  from: requiredText(200),
})
export type SmsChannelConfig = z.output<typeof smsChannelConfig>
export type EmailChannelConfig = z.output<typeof emailChannelConfig>

const channelView = <const Name extends string, Config extends z.ZodType>(name: Name, config: Config) =>
  z.object({
    channel: z.literal(name),
    enabled: z.boolean(),
    /** Null: never set up. Mail then goes through the installation's own server, when it has one. */
    config: config.nullable(),
    hasSecret: z.boolean(),
    updatedAt: instant.nullable(),
  })

const testResult = z.object({ ok: z.boolean(), message: z.string(), elapsedMs: z.int() })
const secret = text(500).default('')

export const notifyRoutes = {
  getChannels: route({
    id: 'notify.getChannels',
    method: 'GET',
    path: '/api/console/channels',
    summary: 'How the shop sends text messages and mail',
    access: { kind: 'staff', permission: 'settings.read' },
    response: z.object({ sms: channelView('sms', smsChannelConfig), email: channelView('email', emailChannelConfig) }),
  }),
  saveSms: route({
    id: 'notify.saveSms',
    method: 'PUT',
    path: '/api/console/channels/sms',
    summary: 'Set up text messages; an empty secret keeps the stored one',
    access: { kind: 'staff', permission: 'settings.manage' },
    body: z.object({ enabled: z.boolean(), config: smsChannelConfig, secret }),
    response: channelView('sms', smsChannelConfig),
  }),
  saveEmail: route({
    id: 'notify.saveEmail',
    method: 'PUT',
    path: '/api/console/channels/email',
    summary: 'Set up mail; an empty secret keeps the stored one',
    access: { kind: 'staff', permission: 'settings.manage' },
    body: z.object({ enabled: z.boolean(), config: emailChannelConfig, secret }),
    response: channelView('email', emailChannelConfig),
  }),
  testSms: route({
    id: 'notify.testSms',
    method: 'POST',
    path: '/api/console/channels/sms/test',
    summary: 'Send a sign-in code of zeros to this number with the stored account',
    access: { kind: 'staff', permission: 'settings.manage' },
    body: z.object({ phone }),
    response: testResult,
    rateLimit: { max: 5, windowMs: 60_000 },
  }),
  testEmail: route({
    id: 'notify.testEmail',
    method: 'POST',
    path: '/api/console/channels/email/test',
    summary: 'Send a test message to this address with the stored account',
    access: { kind: 'staff', permission: 'settings.manage' },
    body: z.object({ to: z.email().max(254) }),
    response: testResult,
    rateLimit: { max: 5, windowMs: 60_000 },
  }),
} as const
