import { z } from 'zod'
import { WEBHOOK_EVENTS } from '../events.ts'
import { formOf, MESSAGE_CHANNELS, MESSAGE_EVENT_KEYS, MESSAGE_LOCALES, ROBOTS, TEMPLATE_FORMS } from '../messages.ts'
import { route } from '../route.ts'
import {
  flag,
  id,
  idParam,
  instant,
  ok,
  oneOrMore,
  pageOf,
  pageQuery,
  phone,
  requiredText,
  sortBy,
  text,
} from '../schemas.ts'

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

/** An account at Tencent Cloud SMS. */
export const tencentSmsConfig = z.object({
  /** Address of the service, e.g. `https://sms.tencentcloudapi.com`. */
  endpoint: z.url().max(300),
  region: requiredText(40).regex(/^[a-z0-9-]+$/),
  secretId: requiredText(100),
  /** The SMS application's number, e.g. `1400006666`. */
  sdkAppId: requiredText(20).regex(/^\d+$/),
  signName: requiredText(40),
  /** The number of the approved template; its one variable is the code. */
  loginCodeTemplate: requiredText(20).regex(/^\d+$/),
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

/** A group's robot. Its address is a secret: whoever knows it may speak there. */
export const robotChannelConfig = z.object({
  /** `https://oapi.dingtalk.com/…a1b2`: enough to recognise it. */
  hint: z.string(),
  /** A signing secret is stored too (DingTalk and Feishu). */
  isSigned: z.boolean(),
})
/** A self-built app 自建应用 of a company in WeCom. */
export const wecomAppConfig = z.object({
  /** Address of its API, e.g. `https://qyapi.weixin.qq.com`. */
  baseUrl: z.url().max(300),
  /** Where a page opened inside WeCom learns who opened it. */
  authorizeUrl: z.url().max(300).default('https://open.weixin.qq.com'),
  /** Where any other browser shows a code to scan. */
  loginUrl: z.url().max(300).default('https://login.work.weixin.qq.com'),
  /** 企业 ID, e.g. `ww1a2b…`. */
  corpId: requiredText(64).regex(/^\w+$/),
  agentId: z.int().min(1).max(2_147_483_647),
})
export type WecomAppConfig = z.output<typeof wecomAppConfig>
export type SmsChannelConfig = z.output<typeof smsChannelConfig>
export type TencentSmsConfig = z.output<typeof tencentSmsConfig>
export type EmailChannelConfig = z.output<typeof emailChannelConfig>
export type RobotChannelConfig = z.output<typeof robotChannelConfig>

const channelView = <const Name extends string, Config extends z.ZodType>(name: Name, config: Config) =>
  z.object({
    channel: z.literal(name),
    enabled: z.boolean(),
    /** Null: never set up. Mail then goes through the installation's own server, when it has one. */
    config: config.nullable(),
    hasSecret: z.boolean(),
    updatedAt: instant.nullable(),
  })

/** Where the provider shall push its receipts; null until the account is saved. */
const receiptUrl = z.string().nullable()
const smsView = channelView('sms', smsChannelConfig).extend({ receiptUrl })
const tencentView = channelView('sms_tencent', tencentSmsConfig).extend({ receiptUrl })
const wecomAppView = channelView('wecom_app', wecomAppConfig).extend({
  /** Members who may be told by it now. */
  joined: z.int(),
  /** 可信域名: what the app must be told that members come back to. */
  domain: z.string(),
})
const robotView = channelView('robot', robotChannelConfig).extend({ channel: z.enum(ROBOTS) })

const testResult = z.object({ ok: z.boolean(), message: z.string(), elapsedMs: z.int() })
const secret = text(500).default('')
const settings = { kind: 'staff', permission: 'settings.read' } as const
const manage = { kind: 'staff', permission: 'settings.manage' } as const
const anyStaff = { kind: 'staff' } as const
const member = { kind: 'member' } as const
const testing = { max: 5, windowMs: 60_000 } as const
const words = z.object({ zh: z.string(), en: z.string() })
const eventKey = z.enum(MESSAGE_EVENT_KEYS)

/* ------------------------------------------------------------------------------- rules and texts ---- */

export const messageRule = z.object({
  event: eventKey,
  channels: z.array(z.enum(MESSAGE_CHANNELS)),
  urgent: z.boolean(),
  /** Nobody has changed it. */
  isStandard: z.boolean(),
})

/** Subject and body name variables as `{order}`. Codes of approved templates are of text messages only. */
const textFields = z.object({
  event: eventKey,
  form: z.enum(TEMPLATE_FORMS),
  locale: z.enum(MESSAGE_LOCALES),
  subject: text(120).default(''),
  body: requiredText(4_000),
  aliyunCode: text(60).default(''),
  tencentCode: text(20).regex(/^\d*$/).default(''),
})
export const messageText = textFields.extend({ isStandard: z.boolean(), updatedAt: instant.nullable() })
export type MessageTextView = z.output<typeof messageText>

/* --------------------------------------------------------------------------------------- the log ---- */

export const SENDING_CHANNELS = ['sms', 'email', 'wecom_app', ...ROBOTS] as const
/** `unknown` may have arrived. `capped` was held back, because the person has had enough of its kind. */
export const MESSAGE_STATES = ['queued', 'sending', 'sent', 'refused', 'unknown', 'capped'] as const
export const MESSAGE_RECEIPTS = ['delivered', 'failed'] as const

export const messageView = z.object({
  id,
  channel: z.enum(SENDING_CHANNELS),
  /** A key of the messages, or `login_code` and other words of the house. */
  event: z.string(),
  eventName: words,
  /** A phone is masked; an address for whoever may not see members. */
  recipient: z.string(),
  subject: z.string(),
  about: z.string(),
  state: z.enum(MESSAGE_STATES),
  provider: z.string().nullable(),
  providerRef: z.string().nullable(),
  attempts: z.int(),
  error: z.string().nullable(),
  /** What the provider told later: whether it reached the phone. */
  receipt: z.enum(MESSAGE_RECEIPTS).nullable(),
  receiptNote: z.string().nullable(),
  receiptAt: instant.nullable(),
  /** Waits for the end of the quiet hours. */
  notBefore: instant.nullable(),
  createdAt: instant,
  sentAt: instant.nullable(),
  canResend: z.boolean(),
})
export type MessageView = z.output<typeof messageView>
export const messageFilter = pageQuery.extend({
  sort: sortBy('createdAt'),
  channel: z.enum(SENDING_CHANNELS).optional(),
  event: z.string().max(60).optional(),
  state: oneOrMore(MESSAGE_STATES).optional(),
  receipt: z.enum(MESSAGE_RECEIPTS).optional(),
  from: instant.optional(),
  to: instant.optional(),
})

/* ----------------------------------------------------------------------------------- the inboxes ---- */

export const inboxItem = z.object({
  id,
  event: z.string(),
  title: z.string(),
  body: z.string(),
  /** A place in this console or mall. */
  link: z.string(),
  isUrgent: z.boolean(),
  readAt: instant.nullable(),
  createdAt: instant,
})
export type InboxItem = z.output<typeof inboxItem>
const inboxFilter = pageQuery.omit({ q: true }).extend({ unread: flag.optional() })
const myMessagesFilter = pageQuery.pick({ page: true, pageSize: true }).extend({ unread: flag.optional() })
/** These, or all when there are none. */
const toRead = z.object({ ids: z.array(id).max(200).default([]) })
const unread = z.object({ unread: z.int() })

/* ----------------------------------------------------------------------------- joined accounts ---- */

/** A user of WeCom: letters, digits and `_-@.`, 64 at most; which case they have does not matter there. */
export const wecomUser = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9][\w@.-]{0,63}$/)
export const myWecomView = z.object({
  /** The shop can be joined now. */
  offered: z.boolean(),
  /** Null: not joined. */
  joined: z
    .object({
      /** `zh***an`: enough to recognise one's own. */
      user: z.string(),
      at: instant,
    })
    .nullable(),
})
export type MyWecom = z.output<typeof myWecomView>

/* -------------------------------------------------------------------------------------- webhooks ---- */

export const WEBHOOK_ENDPOINTS_MAX = 10
export const DELIVERY_STATES = ['queued', 'delivered', 'failed', 'cancelled'] as const
const endpointFields = z.object({
  url: z.url().max(500),
  note: text(100).default(''),
  events: z.array(z.enum(WEBHOOK_EVENTS)).min(1),
  enabled: z.boolean().default(true),
})
export const endpointView = endpointFields.extend({
  id,
  /** Why it was switched off by itself: it answered 410, or failed for days. */
  disabledReason: z.enum(['gone', 'failing']).nullable(),
  failingSince: instant.nullable(),
  /** The secret before the last rotation still signs until then. */
  previousSecretUntil: instant.nullable(),
  waiting: z.int(),
  createdAt: instant,
})
export type EndpointView = z.output<typeof endpointView>
export const deliveryView = z.object({
  id,
  endpointId: id,
  /** The header `webhook-id`: the same over all tries and replays. */
  webhookId: z.string(),
  event: z.string(),
  body: z.string(),
  state: z.enum(DELIVERY_STATES),
  attempts: z.int(),
  nextTryAt: instant.nullable(),
  tries: z.array(
    z.object({ at: instant, status: z.int().nullable(), elapsedMs: z.int(), error: z.string().nullable() }),
  ),
  createdAt: instant,
  endedAt: instant.nullable(),
})
export type DeliveryView = z.output<typeof deliveryView>
const withSecret = endpointView.extend({
  /** `whsec_…`; shown this once. */
  secret: z.string(),
})
const idParams = z.object({ id: idParam })

export const notifyRoutes = {
  getChannels: route({
    id: 'notify.getChannels',
    method: 'GET',
    path: '/api/console/channels',
    summary: 'How the shop sends text messages and mail, and its robots',
    access: settings,
    response: z.object({
      sms: smsView,
      smsTencent: tencentView,
      email: channelView('email', emailChannelConfig),
      wecomApp: wecomAppView,
      robots: z.array(robotView),
    }),
  }),
  saveSms: route({
    id: 'notify.saveSms',
    method: 'PUT',
    path: '/api/console/channels/sms',
    summary: 'Set up text messages; an empty secret keeps the stored one',
    access: manage,
    body: z.object({ enabled: z.boolean(), config: smsChannelConfig, secret }),
    response: smsView,
  }),
  saveTencentSms: route({
    id: 'notify.saveTencentSms',
    method: 'PUT',
    path: '/api/console/channels/sms-tencent',
    summary: 'Set up text messages through Tencent Cloud; an empty secret keeps the stored one',
    access: manage,
    body: z.object({ enabled: z.boolean(), config: tencentSmsConfig, secret }),
    response: tencentView,
  }),
  saveEmail: route({
    id: 'notify.saveEmail',
    method: 'PUT',
    path: '/api/console/channels/email',
    summary: 'Set up mail; an empty secret keeps the stored one',
    access: manage,
    body: z.object({ enabled: z.boolean(), config: emailChannelConfig, secret }),
    response: channelView('email', emailChannelConfig),
  }),
  saveWecomApp: route({
    id: 'notify.saveWecomApp',
    method: 'PUT',
    path: '/api/console/channels/wecom-app',
    summary: 'Connect a WeCom app that writes to members; an empty secret keeps the stored one',
    access: manage,
    body: z.object({ enabled: z.boolean(), config: wecomAppConfig, secret }),
    response: wecomAppView,
  }),
  testWecomApp: route({
    id: 'notify.testWecomApp',
    method: 'POST',
    path: '/api/console/channels/wecom-app/test',
    summary: 'Send a test message to this WeCom user with the stored app',
    access: manage,
    body: z.object({ user: wecomUser }),
    response: testResult,
    rateLimit: testing,
  }),
  saveRobot: route({
    id: 'notify.saveRobot',
    method: 'PUT',
    path: '/api/console/channels/robots/:robot',
    summary: 'Set up a group’s robot; an empty address and an empty secret keep the stored ones',
    access: manage,
    params: z.object({ robot: z.enum(ROBOTS) }),
    body: z.object({ enabled: z.boolean(), url: text(500).default(''), secret }),
    response: robotView,
  }),
  testSms: route({
    id: 'notify.testSms',
    method: 'POST',
    path: '/api/console/channels/sms/test',
    summary: 'Send a sign-in code of zeros to this number with the stored account',
    access: manage,
    body: z.object({ phone, provider: z.enum(['aliyun', 'tencent']).default('aliyun') }),
    response: testResult,
    rateLimit: testing,
  }),
  testEmail: route({
    id: 'notify.testEmail',
    method: 'POST',
    path: '/api/console/channels/email/test',
    summary: 'Send a test message to this address with the stored account',
    access: manage,
    body: z.object({ to: z.email().max(254) }),
    response: testResult,
    rateLimit: testing,
  }),
  testRobot: route({
    id: 'notify.testRobot',
    method: 'POST',
    path: '/api/console/channels/robots/:robot/test',
    summary: 'Have the robot say something in its group',
    access: manage,
    params: z.object({ robot: z.enum(ROBOTS) }),
    response: testResult,
    rateLimit: testing,
  }),
  listRules: route({
    id: 'notify.listRules',
    method: 'GET',
    path: '/api/console/message-rules',
    summary: 'Who hears what: for each message the channels it goes by',
    access: settings,
    response: z.object({ items: z.array(messageRule) }),
  }),
  saveRule: route({
    id: 'notify.saveRule',
    method: 'PUT',
    path: '/api/console/message-rules',
    summary: 'Choose the channels of one message, and whether it passes quiet hours',
    access: manage,
    body: z
      .object({ event: eventKey, channels: z.array(z.enum(MESSAGE_CHANNELS)), urgent: z.boolean() })
      .refine((rule) => new Set(rule.channels).size === rule.channels.length, {
        message: 'each channel once',
        path: ['channels'],
      }),
    response: messageRule,
  }),
  listTexts: route({
    id: 'notify.listTexts',
    method: 'GET',
    path: '/api/console/message-texts',
    summary: 'What messages say, in each form and language',
    access: settings,
    response: z.object({ items: z.array(messageText) }),
  }),
  saveText: route({
    id: 'notify.saveText',
    method: 'PUT',
    path: '/api/console/message-texts',
    summary: 'Change what a message says; variables it does not have are refused',
    access: manage,
    body: textFields,
    response: messageText,
  }),
  resetText: route({
    id: 'notify.resetText',
    method: 'POST',
    path: '/api/console/message-texts/reset',
    summary: 'Back to the words of the house; codes of approved templates stay',
    access: manage,
    body: textFields.pick({ event: true, form: true, locale: true }),
    response: messageText,
  }),
  testText: route({
    id: 'notify.testText',
    method: 'POST',
    path: '/api/console/message-texts/test',
    summary: 'Send a message as it is stored, filled with samples',
    access: manage,
    body: z
      .object({
        event: eventKey,
        channel: z.enum(SENDING_CHANNELS),
        locale: z.enum(MESSAGE_LOCALES),
        /** A phone, a mail address or a WeCom user; of robots nothing. */
        to: text(254).default(''),
      })
      .refine(
        ({ channel, to }) =>
          formOf(channel) === 'robot' ||
          (channel === 'sms' ? phone : channel === 'wecom_app' ? wecomUser : z.email()).safeParse(to).success,
        { message: 'a phone number for a text message, an address for a mail, a user for WeCom', path: ['to'] },
      ),
    response: testResult,
    rateLimit: testing,
  }),
  listMessages: route({
    id: 'notify.listMessages',
    method: 'GET',
    path: '/api/console/messages',
    summary: 'What was sent to whom, newest first, with what became of it',
    access: settings,
    query: messageFilter,
    response: pageOf(messageView),
  }),
  exportMessages: route({
    id: 'notify.exportMessages',
    method: 'GET',
    path: '/api/console/messages/export',
    summary: 'The log of messages as a workbook',
    access: settings,
    query: messageFilter,
    response: z.string(),
    responseKind: 'file',
    rateLimit: { max: 20, windowMs: 60_000 },
  }),
  resendMessage: route({
    id: 'notify.resendMessage',
    method: 'POST',
    path: '/api/console/messages/:id/resend',
    summary: 'Send a message again that failed, whose end is unknown, or that was held back',
    access: manage,
    params: idParams,
    response: messageView,
  }),
  receipt: route({
    id: 'notify.receipt',
    method: 'POST',
    path: '/api/notify/receipts/:provider/:token',
    summary: 'Receipts that an SMS provider pushes; neither signs them, so the address is the secret',
    access: { kind: 'public' },
    params: z.object({ provider: z.enum(['aliyun', 'tencent']), token: z.string().regex(/^[\w-]{20,64}$/) }),
    bodyKind: 'raw',
    bodyLimitBytes: 256 * 1024,
    response: z.string(),
    responseKind: 'file',
  }),
  listInbox: route({
    id: 'notify.listInbox',
    method: 'GET',
    path: '/api/console/me/inbox',
    summary: 'What I was told, newest first',
    access: anyStaff,
    query: inboxFilter,
    response: pageOf(inboxItem),
  }),
  countInbox: route({
    id: 'notify.countInbox',
    method: 'GET',
    path: '/api/console/me/inbox/unread',
    summary: 'How much of it I have not read',
    access: anyStaff,
    response: unread,
  }),
  readInbox: route({
    id: 'notify.readInbox',
    method: 'POST',
    path: '/api/console/me/inbox/read',
    summary: 'Mark as read: these, or everything',
    access: anyStaff,
    body: toRead,
    response: unread,
  }),
  listMyMessages: route({
    id: 'notify.listMyMessages',
    method: 'GET',
    path: '/api/mall/me/messages',
    summary: 'What the shop told me, newest first',
    access: member,
    query: myMessagesFilter,
    response: pageOf(inboxItem),
  }),
  countMyMessages: route({
    id: 'notify.countMyMessages',
    method: 'GET',
    path: '/api/mall/me/messages/unread',
    summary: 'How much of it I have not read',
    access: member,
    response: unread,
  }),
  readMyMessages: route({
    id: 'notify.readMyMessages',
    method: 'POST',
    path: '/api/mall/me/messages/read',
    summary: 'Mark as read: these, or everything',
    access: member,
    body: toRead,
    response: unread,
  }),
  myWecom: route({
    id: 'notify.myWecom',
    method: 'GET',
    path: '/api/mall/me/wecom',
    summary: 'Whether I am told by WeCom, and whether I could be',
    access: member,
    response: myWecomView,
  }),
  startWecom: route({
    id: 'notify.startWecom',
    method: 'POST',
    path: '/api/mall/me/wecom/start',
    summary: 'Where the browser goes to prove who I am in WeCom; good for ten minutes of this session',
    access: member,
    response: z.object({ url: z.string() }),
    rateLimit: { max: 20, windowMs: 60_000 },
  }),
  joinWecom: route({
    id: 'notify.joinWecom',
    method: 'POST',
    path: '/api/mall/me/wecom',
    summary: 'Be told by WeCom from now on, with the code that WeCom gave for `startWecom`',
    access: member,
    body: z.object({ code: requiredText(512), state: requiredText(128).regex(/^[a-zA-Z0-9]+$/) }),
    response: myWecomView,
    rateLimit: { max: 20, windowMs: 60_000 },
  }),
  leaveWecom: route({
    id: 'notify.leaveWecom',
    method: 'DELETE',
    path: '/api/mall/me/wecom',
    summary: 'Be told by WeCom no longer',
    access: member,
    response: myWecomView,
  }),
  listEndpoints: route({
    id: 'notify.listEndpoints',
    method: 'GET',
    path: '/api/console/webhooks',
    summary: 'Other systems that are told of events',
    access: settings,
    response: z.object({ items: z.array(endpointView) }),
  }),
  createEndpoint: route({
    id: 'notify.createEndpoint',
    method: 'POST',
    path: '/api/console/webhooks',
    summary: 'Add an endpoint; the answer holds its secret, this once',
    access: manage,
    body: endpointFields,
    response: withSecret,
  }),
  updateEndpoint: route({
    id: 'notify.updateEndpoint',
    method: 'PUT',
    path: '/api/console/webhooks/:id',
    summary: 'Change an endpoint; switching it on forgets why it was switched off',
    access: manage,
    params: idParams,
    body: endpointFields,
    response: endpointView,
  }),
  removeEndpoint: route({
    id: 'notify.removeEndpoint',
    method: 'DELETE',
    path: '/api/console/webhooks/:id',
    summary: 'Remove an endpoint with its deliveries',
    access: manage,
    params: idParams,
    response: ok,
  }),
  rotateEndpoint: route({
    id: 'notify.rotateEndpoint',
    method: 'POST',
    path: '/api/console/webhooks/:id/rotate',
    summary: 'A new secret, shown this once; the old one signs beside it for a day',
    access: manage,
    params: idParams,
    response: withSecret,
  }),
  testEndpoint: route({
    id: 'notify.testEndpoint',
    method: 'POST',
    path: '/api/console/webhooks/:id/test',
    summary: 'Deliver `webhook.test` now, once, and say what was answered',
    access: manage,
    params: idParams,
    response: testResult,
    rateLimit: testing,
  }),
  listDeliveries: route({
    id: 'notify.listDeliveries',
    method: 'GET',
    path: '/api/console/webhooks/:id/deliveries',
    summary: 'What was delivered to an endpoint, newest first, with every try',
    access: settings,
    params: idParams,
    query: pageQuery.extend({ state: oneOrMore(DELIVERY_STATES).optional() }),
    response: pageOf(deliveryView),
  }),
  replayDelivery: route({
    id: 'notify.replayDelivery',
    method: 'POST',
    path: '/api/console/deliveries/:id/replay',
    summary: 'Deliver again under the same webhook-id, with fresh tries',
    access: manage,
    params: idParams,
    response: deliveryView,
  }),
} as const
