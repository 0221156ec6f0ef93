import {
  commonErrors,
  MESSAGE_EVENTS,
  type MessageView,
  type messageFilter,
  type Permission,
  type Words,
} from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, containing, limitOf, orderBy } from '../../../platform/lists/index.ts'
import { RESENDABLE } from '../commands/resend-message.ts'

type Query = z.output<typeof messageFilter>
/** Who looks. */
type Viewer = { readonly permissions: ReadonlySet<Permission> }

/** Messages that are not told of by an event. */
const OTHER_NAMES: Readonly<Record<string, Words>> = {
  login_code: { zh: '登录验证码', en: 'Sign-in code' },
  open_code: { zh: '查看卡密的验证码', en: 'Code to open codes' },
  order_delivered: { zh: '订单已发货', en: 'Order delivered' },
  books_alarm: { zh: '账目核对发现问题', en: 'The books have violations' },
}
const nameOf = (template: string): Words =>
  (MESSAGE_EVENTS as Readonly<Record<string, { readonly name: Words }>>)[template]?.name ??
  OTHER_NAMES[template] ?? { zh: template, en: template }

type Times = 'receiptAt' | 'notBefore' | 'createdAt' | 'sentAt'
type Row = Omit<MessageView, Times | 'eventName' | 'canResend'> & {
  readonly [Name in Times]: Date | null
} & { readonly createdAt: Date }

const columns = sql`
  m.id, m.channel, m.template as event, m.recipient, m.subject, m.about, m.state, m.provider,
  m.provider_ref as "providerRef", m.attempts, m.last_error as error, m.receipt, m.receipt_note as "receiptNote",
  m.receipt_at as "receiptAt", case when m.not_before > now() then m.not_before end as "notBefore",
  m.created_at as "createdAt", m.sent_at as "sentAt"`

/** The log of what was sent, newest first. */
export async function listMessages(tx: ReadTx, query: Query, viewer: Viewer) {
  const where = matching(tx, query)
  const { rows } = await sql<Row>`
    select ${columns}
    from notify.messages m
    where ${where}
    ${orderBy(query.sort, { createdAt: sql`m.id` }, '-createdAt', sql`m.id`)}
    ${limitOf(query)}
  `.execute(tx.db)
  const counted = await sql<{ readonly total: number }>`
    select count(*) as total from notify.messages m where ${where}
  `.execute(tx.db)
  return {
    items: rows.map((row) => view(row, viewer)),
    total: counted.rows[0]?.total ?? 0,
    page: query.page,
    pageSize: query.pageSize,
  }
}

/** For the export: newest first, below a number. */
export async function messagesBelow(
  tx: ReadTx,
  query: Query,
  beforeId: number,
  count: number,
  viewer: Viewer,
): Promise<readonly MessageView[]> {
  const { rows } = await sql<Row>`
    select ${columns}
    from notify.messages m
    where ${matching(tx, query)}
      and m.id < ${beforeId}::bigint
    order by m.id desc
    limit ${count}::bigint
  `.execute(tx.db)
  return rows.map((row) => view(row, viewer))
}

/** @throws commonErrors.notFound */
export async function readMessage(tx: ReadTx, id: number, viewer: Viewer): Promise<MessageView> {
  const { rows } = await sql<Row>`
    select ${columns}
    from notify.messages m
    where m.tenant_id = ${tx.ctx.tenantId}::bigint
      and m.id = ${id}::bigint
  `.execute(tx.db)
  const [row] = rows
  if (!row) throw commonErrors.notFound()
  return view(row, viewer)
}

function matching(tx: ReadTx, { channel, event, state, receipt, from, to, q }: Query): RawBuilder<unknown> {
  return allOf(
    sql`m.tenant_id = ${tx.ctx.tenantId}::bigint`,
    channel !== undefined && sql`m.channel = ${channel}`,
    event !== undefined && sql`m.template = ${event}`,
    state !== undefined && sql`m.state = any (${state}::text[])`,
    receipt !== undefined && sql`m.receipt = ${receipt}`,
    from !== undefined && sql`m.created_at >= ${from}::timestamptz`,
    to !== undefined && sql`m.created_at < ${to}::timestamptz`,
    q !== undefined &&
      q !== '' &&
      sql`(m.recipient ilike ${containing(q)} or m.about = ${`order:${q}`} or m.subject ilike ${containing(q)})`,
  )
}

/** Phones are kept masked; an address whoever may see members sees whole, as an order's contact. */
const recipientFor = ({ permissions }: Viewer, { channel, recipient }: Pick<Row, 'channel' | 'recipient'>): string =>
  channel !== 'email' || permissions.has('members.read') ? recipient : recipient.replace(/^(.{1,2}).*@/u, '$1***@')

function view({ receiptAt, notBefore, createdAt, sentAt, ...row }: Row, viewer: Viewer): MessageView {
  const isOver =
    row.state === 'refused' ||
    row.state === 'unknown' ||
    row.state === 'capped' ||
    (row.state === 'sent' && row.receipt === 'failed')
  return {
    ...row,
    recipient: recipientFor(viewer, row),
    eventName: nameOf(row.event),
    receiptAt: receiptAt?.toISOString() ?? null,
    notBefore: notBefore?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
    sentAt: sentAt?.toISOString() ?? null,
    canResend: isOver && RESENDABLE.includes(row.event),
  }
}
