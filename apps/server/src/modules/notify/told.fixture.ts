import type { EventType } from '@quanshu/contract'
import { startStandIns } from '@quanshu/sim'
import { startRobots } from '@quanshu/sim/robots'
import { startTencentSms } from '@quanshu/sim/tencent-sms'
import { afterAll, afterEach, expect } from 'vitest'
import { type TestTenant, testPlatform } from '../../../test/harness/index.ts'
import { runEvents } from '../../platform/events/index.ts'
import { runJobs } from '../../platform/jobs/index.ts'
import type { BuiltInRole } from '../identity/index.ts'
import type { Buyer } from './commands/tell.ts'
import {
  notifyModule,
  saveSmsChannel,
  saveTencentChannel,
  saveText,
  saveWecomApp,
  type TextMessageTo,
} from './index.ts'

/** A house that tells, with everybody it can tell by, and buyers that a test names. */
export async function tellingHouse() {
  const standIns = await startStandIns()
  const [tencent, robots] = await Promise.all([
    startTencentSms({ host: '127.0.0.1' }),
    startRobots({ host: '127.0.0.1' }),
  ])
  const house = await testPlatform({
    env: { QUANSHU_SMTP_URL: standIns.mail.smtpUrl },
  })
  const buyers = new Map<number, Buyer>()
  const codes = new Map<number, readonly string[]>()
  const notify = notifyModule(house, {
    deliveriesOf: async () => new Map(),
    buyersOf: async (_tx, nos) => new Map(nos.flatMap((no) => [...buyers].filter(([known]) => known === no))),
    textMessageOf: async (_tenantId, no): Promise<TextMessageTo | undefined> => {
      const buyer = buyers.get(no)
      return buyer && { phone: buyer.phone, memberId: buyer.memberId, codes: codes.get(no) }
    },
  })
  const events = await runEvents(house, [notify])
  const jobs = await runJobs(house, [notify], { ownerUrl: house.ownerUrl })
  afterAll(async () => {
    await events.stop()
    await jobs.stop()
    await Promise.all([standIns.close(), tencent.close(), robots.close()])
  })
  afterEach(() => {
    standIns.sms.control.clearFaults()
    standIns.mail.control.clearFaults()
    standIns.wecom.control.clearFaults()
    tencent.control.clearFaults()
    robots.control.clearFaults()
  })

  let lastOrder = 2_611_220_000_100_000
  let lastPhone = 13_700_000_000
  return {
    house,
    notify,
    sms: standIns.sms,
    mail: standIns.mail,
    wecom: standIns.wecom,
    tencent,
    robots,
    buyers,
    codes,
    /** An order of somebody with a phone. */
    newOrder: (more: Partial<Buyer> = {}): { readonly no: number; readonly phone: string } => {
      const no = ++lastOrder
      const phone = String(++lastPhone)
      const guest = { memberId: null, buyerKey: `phone:${phone}`, phone, email: undefined, locale: 'zh-CN' } as const
      buyers.set(no, { ...guest, purpose: 'goods', ...more })
      return { no, phone }
    },
    emit: (shop: TestTenant, type: EventType, subject: string, ...payloads: readonly object[]) =>
      house.db.write(shop.ctx, async (tx) => {
        for (const payload of payloads) tx.emit({ type, subject, payload: { ...payload } })
      }),
    messages: async (shop: TestTenant, channel?: string) => {
      const { rows } = await house.owner.query<{
        id: number
        key: string
        channel: string
        template: string
        state: string
        recipient: string
        subject: string
        provider: string | null
        provider_ref: string | null
        receipt: string | null
        last_error: string | null
        not_before: Date | null
      }>('select * from notify.messages where tenant_id = $1 and ($2::text is null or channel = $2) order by id', [
        shop.tenantId,
        channel ?? null,
      ])
      return rows
    },
    /** Adds somebody with a role of these permissions, or with one that every shop has. */
    addStaff: async (shop: TestTenant, name: string, rights: readonly string[] | BuiltInRole, locale = 'zh-CN') => {
      const builtIn = typeof rights === 'string' ? rights : null
      const { rows } = await house.owner.query<{ id: number }>(
        `with made as (
           insert into organizations.nodes (tenant_id, name, kind) values ($1, $2, 'merchant')
           on conflict do nothing
           returning id
         ), node as (
           select id from made
           union all
           select id from organizations.nodes where tenant_id = $1 and parent_id is null
         ), role as (
           insert into identity.roles (tenant_id, name, permissions, built_in) values ($1, $2, $3, $5) returning id
         ), person as (
           insert into identity.staff (tenant_id, node_id, email, name, locale, password_hash)
           select $1, id, lower($2) || '@staff.test', $2, $4, 'x' from node
           returning id
         )
         insert into identity.staff_roles (tenant_id, staff_id, role_id)
         select $1, person.id, role.id from person, role
         returning staff_id as id`,
        [shop.tenantId, name, JSON.stringify(builtIn ? [] : rights), locale, builtIn],
      )
      return rows[0]?.id ?? 0
    },
    /** Both providers, with approved templates for delivered orders. */
    withSms: async (shop: TestTenant) => {
      const { sms } = standIns
      await saveSmsChannel(house, shop.ctx, {
        enabled: true,
        config: {
          endpoint: sms.url,
          accessKeyId: sms.accessKeyId,
          signName: sms.signName,
          loginCodeTemplate: 'SMS_LOGIN_CODE',
        },
        secret: sms.accessKeySecret,
      })
      await saveTencentChannel(house, shop.ctx, {
        enabled: true,
        config: {
          endpoint: tencent.url,
          region: 'ap-guangzhou',
          secretId: tencent.secretId,
          sdkAppId: tencent.sdkAppId,
          signName: tencent.signName,
          loginCodeTemplate: '2100001',
        },
        secret: tencent.secretKey,
      })
      const place = { form: 'sms', locale: 'zh-CN', subject: '' } as const
      await house.db.write(shop.ctx, async (tx) => {
        await saveText(tx, {
          ...place,
          event: 'order.delivered',
          body: '您的订单{order}已发货，查看：{link}',
          aliyunCode: 'SMS_ORDER_DELIVERED',
          tencentCode: '2100002',
        })
        await saveText(tx, {
          ...place,
          event: 'order.delivered.codes',
          body: '您的订单{order}已发货，卡密：{codes}，请勿转发。',
          aliyunCode: 'SMS_ORDER_CODES',
          tencentCode: '2100003',
        })
      })
    },
    /** The app of the stand-in's company. */
    withWecom: async (shop: TestTenant) => {
      const { url, corpId, agentId, secret } = standIns.wecom
      await saveWecomApp(house, shop.ctx, {
        enabled: true,
        config: { baseUrl: url, authorizeUrl: url, loginUrl: url, corpId, agentId },
        secret,
      })
    },
    joined: async (shop: TestTenant, memberId: number, userId: string) => {
      await house.owner.query(
        'insert into notify.wecom_people (tenant_id, member_id, corp_id, user_id) values ($1, $2, $3, $4)',
        [shop.tenantId, memberId, standIns.wecom.corpId, userId],
      )
    },
    states: (shop: TestTenant, channel: string) =>
      expect.poll(async () => {
        const { rows } = await house.owner.query<{ state: string }>(
          'select state from notify.messages where tenant_id = $1 and channel = $2 order by id',
          [shop.tenantId, channel],
        )
        return rows.map(({ state }) => state)
      }),
  }
}
