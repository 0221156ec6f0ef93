import type { Readable } from 'node:stream'
import { commonErrors, type MessageView, notifyRoutes } from '@quanshu/contract'
import { type BoundRoute, handle, shopUrlOf } from '../../platform/http/index.ts'
import { everyRow } from '../../platform/lists/index.ts'
import type { Platform } from '../../platform/module.ts'
import type { Outbound } from '../../platform/outbound/index.ts'
import { type Column, xlsxReply } from '../../platform/sheets/index.ts'
import { joinWecom, startWecom } from './commands/join-wecom.ts'
import { leaveWecom } from './commands/leave-wecom.ts'
import {
  createEndpoint,
  removeEndpoint,
  replayDelivery,
  rotateEndpoint,
  testEndpoint,
  updateEndpoint,
} from './commands/manage-endpoints.ts'
import { readInbox } from './commands/read-inbox.ts'
import { resendMessage } from './commands/resend-message.ts'
import {
  saveEmailChannel,
  saveRobotChannel,
  saveSmsChannel,
  saveTencentChannel,
  saveWecomApp,
} from './commands/save-channel.ts'
import { saveRule } from './commands/save-rule.ts'
import { resetText, saveText, type TextPlace } from './commands/save-text.ts'
import { takeReceipts } from './commands/take-receipts.ts'
import { testEmail, testRobot, testSms, testText, testWecomApp } from './commands/test-channel.ts'
import { readChannels } from './queries/channels.ts'
import { listDeliveries, readDelivery, readEndpoint, readEndpoints } from './queries/endpoints.ts'
import { countUnread, listInbox } from './queries/inbox.ts'
import { listMessages, messagesBelow, readMessage } from './queries/messages.ts'
import { listRules, listTexts } from './queries/rules.ts'
import { readMyWecom } from './queries/wecom-people.ts'

export function notifyRoutesBound(platform: Platform, outbound: Outbound): readonly BoundRoute[] {
  return [
    ...channelRoutes(platform, outbound),
    ...wordRoutes(platform, outbound),
    ...logRoutes(platform),
    ...inboxRoutes(platform),
    ...wecomRoutes(platform, outbound),
    ...webhookRoutes(platform, outbound),
  ]
}

function channelRoutes(platform: Platform, outbound: Outbound): readonly BoundRoute[] {
  const { db, config } = platform
  const channels = (ctx: Parameters<typeof db.read>[0]) => db.read(ctx, (tx) => readChannels(tx, config))
  return [
    handle(notifyRoutes.getChannels, ({ ctx }) => channels(ctx)),
    handle(notifyRoutes.saveSms, async ({ ctx, body }) => {
      await saveSmsChannel(platform, ctx, body)
      return (await channels(ctx)).sms
    }),
    handle(notifyRoutes.saveTencentSms, async ({ ctx, body }) => {
      await saveTencentChannel(platform, ctx, body)
      return (await channels(ctx)).smsTencent
    }),
    handle(notifyRoutes.saveEmail, async ({ ctx, body }) => {
      await saveEmailChannel(platform, ctx, body)
      return (await channels(ctx)).email
    }),
    handle(notifyRoutes.saveWecomApp, async ({ ctx, body }) => {
      await saveWecomApp(platform, ctx, body)
      return (await channels(ctx)).wecomApp
    }),
    handle(notifyRoutes.testWecomApp, ({ ctx, body }) => testWecomApp(platform, outbound, ctx, body.user)),
    handle(notifyRoutes.saveRobot, async ({ ctx, params, body }) => {
      await saveRobotChannel(platform, ctx, params.robot, body)
      const robot = (await channels(ctx)).robots.find(({ channel }) => channel === params.robot)
      if (!robot) throw commonErrors.notFound()
      return robot
    }),
    handle(notifyRoutes.testSms, ({ ctx, body }) => testSms(platform, outbound, ctx, body.phone, body.provider)),
    handle(notifyRoutes.testEmail, ({ ctx, body }) => testEmail(platform, ctx, body.to)),
    handle(notifyRoutes.testRobot, ({ ctx, params }) => testRobot(platform, outbound, ctx, params.robot)),
    handle(notifyRoutes.receipt, async ({ tenant, params, body }) => {
      const bytes = await bytesOf(body.stream)
      const content = await takeReceipts(platform, tenant.tenantId, params.provider, params.token, bytes)
      return { content, contentType: 'application/json; charset=utf-8', inline: true } as const
    }),
  ]
}

function wordRoutes(platform: Platform, outbound: Outbound): readonly BoundRoute[] {
  const { db } = platform
  const textAt = async (ctx: Parameters<typeof db.read>[0], { event, form, locale }: TextPlace) => {
    const texts = await db.read(ctx, listTexts)
    const text = texts.find((one) => one.event === event && one.form === form && one.locale === locale)
    if (!text) throw commonErrors.notFound()
    return text
  }
  return [
    handle(notifyRoutes.listRules, async ({ ctx }) => ({ items: await db.read(ctx, listRules) })),
    handle(notifyRoutes.saveRule, async ({ ctx, body }) => {
      await db.write(ctx, (tx) => saveRule(tx, body))
      const rule = (await db.read(ctx, listRules)).find(({ event }) => event === body.event)
      if (!rule) throw commonErrors.notFound()
      return rule
    }),
    handle(notifyRoutes.listTexts, async ({ ctx }) => ({ items: await db.read(ctx, listTexts) })),
    handle(notifyRoutes.saveText, async ({ ctx, body }) => {
      await db.write(ctx, (tx) => saveText(tx, body))
      return await textAt(ctx, body)
    }),
    handle(notifyRoutes.resetText, async ({ ctx, body }) => {
      await db.write(ctx, (tx) => resetText(tx, body))
      return await textAt(ctx, body)
    }),
    handle(notifyRoutes.testText, ({ ctx, body }) => testText(platform, outbound, ctx, body)),
  ]
}

function logRoutes({ db }: Platform): readonly BoundRoute[] {
  return [
    handle(notifyRoutes.listMessages, ({ ctx, query, session }) =>
      db.read(ctx, (tx) => listMessages(tx, query, session)),
    ),
    handle(notifyRoutes.exportMessages, async ({ ctx, query, session }) => {
      await db.write(ctx, async (tx) =>
        tx.audit({ action: 'message.export', objectKind: 'message', objectId: 'list', detail: { ...query } }),
      )
      const rows = everyRow((beforeId, size) => db.read(ctx, (tx) => messagesBelow(tx, query, beforeId, size, session)))
      return xlsxReply(ctx.locale === 'en' ? 'messages' : '发送记录', sheet(ctx.locale), rows)
    }),
    handle(notifyRoutes.resendMessage, async ({ ctx, params, session }) => {
      await db.write(ctx, (tx) => resendMessage(tx, params.id))
      return await db.read(ctx, (tx) => readMessage(tx, params.id, session))
    }),
  ]
}

function inboxRoutes({ db }: Platform): readonly BoundRoute[] {
  return [
    handle(notifyRoutes.listInbox, ({ ctx, session, query }) => db.read(ctx, (tx) => listInbox(tx, session, query))),
    handle(notifyRoutes.countInbox, async ({ ctx, session }) => ({
      unread: await db.read(ctx, (tx) => countUnread(tx, session)),
    })),
    handle(notifyRoutes.readInbox, async ({ ctx, session, body }) => ({
      unread: await db.write(ctx, (tx) => readInbox(tx, session, body.ids)),
    })),
    handle(notifyRoutes.listMyMessages, ({ ctx, session, query }) =>
      db.read(ctx, (tx) => listInbox(tx, session, query)),
    ),
    handle(notifyRoutes.countMyMessages, async ({ ctx, session }) => ({
      unread: await db.read(ctx, (tx) => countUnread(tx, session)),
    })),
    handle(notifyRoutes.readMyMessages, async ({ ctx, session, body }) => ({
      unread: await db.write(ctx, (tx) => readInbox(tx, session, body.ids)),
    })),
  ]
}

const MEMBER_COOKIE = 'qs_member'

/** Joining WeCom: the browser goes there and comes back to the mall's page, which joins with the code that it brought. */
function wecomRoutes(platform: Platform, outbound: Outbound): readonly BoundRoute[] {
  const { db, config } = platform
  return [
    handle(notifyRoutes.myWecom, ({ ctx, session }) => db.read(ctx, (tx) => readMyWecom(tx, session.memberId))),
    handle(notifyRoutes.startWecom, async ({ tenant, session, cookies, prefix, raw }) => {
      const member = { memberId: session.memberId, sessionToken: cookies.get(MEMBER_COOKIE) ?? '' }
      const backUrl = `${shopUrlOf(config.publicUrl, raw.host, prefix)}/me/wecom`
      const userAgent = raw.headers['user-agent'] ?? ''
      return { url: await startWecom(platform, tenant.tenantId, member, { backUrl, userAgent }) }
    }),
    handle(notifyRoutes.joinWecom, async ({ ctx, session, cookies, body }) => {
      const member = { memberId: session.memberId, sessionToken: cookies.get(MEMBER_COOKIE) ?? '' }
      await joinWecom(platform, outbound, ctx, member, body)
      return await db.read(ctx, (tx) => readMyWecom(tx, session.memberId))
    }),
    handle(notifyRoutes.leaveWecom, async ({ ctx, session }) => {
      await db.write(ctx, (tx) => leaveWecom(tx, session.memberId))
      return await db.read(ctx, (tx) => readMyWecom(tx, session.memberId))
    }),
  ]
}

function webhookRoutes(platform: Platform, outbound: Outbound): readonly BoundRoute[] {
  const { db } = platform
  return [
    handle(notifyRoutes.listEndpoints, async ({ ctx }) => ({ items: await db.read(ctx, (tx) => readEndpoints(tx)) })),
    handle(notifyRoutes.createEndpoint, async ({ ctx, body }) => {
      const { id, secret } = await createEndpoint(platform, ctx, body)
      return { ...(await db.read(ctx, (tx) => readEndpoint(tx, id))), secret }
    }),
    handle(notifyRoutes.updateEndpoint, async ({ ctx, params, body }) => {
      await updateEndpoint(platform, ctx, params.id, body)
      return await db.read(ctx, (tx) => readEndpoint(tx, params.id))
    }),
    handle(notifyRoutes.removeEndpoint, async ({ ctx, params }) => {
      await db.write(ctx, (tx) => removeEndpoint(tx, params.id))
      return { ok: true as const }
    }),
    handle(notifyRoutes.rotateEndpoint, async ({ ctx, params }) => {
      const secret = await rotateEndpoint(platform, ctx, params.id)
      return { ...(await db.read(ctx, (tx) => readEndpoint(tx, params.id))), secret }
    }),
    handle(notifyRoutes.testEndpoint, ({ ctx, params }) => testEndpoint(platform, outbound, ctx, params.id)),
    handle(notifyRoutes.listDeliveries, ({ ctx, params, query }) =>
      db.read(ctx, (tx) => listDeliveries(tx, params.id, query)),
    ),
    handle(notifyRoutes.replayDelivery, async ({ ctx, params }) => {
      await db.write(ctx, (tx) => replayDelivery(tx, params.id))
      return await db.read(ctx, (tx) => readDelivery(tx, params.id))
    }),
  ]
}

async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function sheet(locale: 'zh-CN' | 'en'): readonly Column<MessageView>[] {
  const header = (zh: string, en: string) => (locale === 'en' ? en : zh)
  return [
    { header: header('编号', 'No.'), kind: 'integer', value: (row) => row.id },
    { header: header('时间', 'Time'), kind: 'time', width: 20, value: (row) => row.createdAt },
    { header: header('渠道', 'Channel'), kind: 'text', value: (row) => row.channel },
    {
      header: header('消息', 'Message'),
      kind: 'text',
      width: 24,
      value: (row) => row.eventName[locale === 'en' ? 'en' : 'zh'],
    },
    { header: header('接收人', 'Recipient'), kind: 'text', width: 28, value: (row) => row.recipient },
    { header: header('主题', 'Subject'), kind: 'text', width: 40, value: (row) => row.subject },
    { header: header('关于', 'About'), kind: 'text', width: 24, value: (row) => row.about },
    { header: header('状态', 'State'), kind: 'text', value: (row) => row.state },
    { header: header('服务商', 'Provider'), kind: 'text', value: (row) => row.provider },
    { header: header('服务商编号', 'Provider’s number'), kind: 'text', width: 28, value: (row) => row.providerRef },
    { header: header('回执', 'Receipt'), kind: 'text', value: (row) => row.receipt },
    { header: header('原因', 'Reason'), kind: 'text', width: 40, value: (row) => row.error ?? row.receiptNote },
    { header: header('发出时间', 'Sent'), kind: 'time', width: 20, value: (row) => row.sentAt },
  ]
}
