import { commonErrors, type FormField, type serviceRoutes, type TaskDetail, type TaskRow } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../../platform/db/index.ts'
import { allOf, limitOf, orderBy } from '../../../../platform/lists/index.ts'
import { maskContact } from '../../../orders/index.ts'
import { taskStates, type Worker } from '../model.ts'

type Query = z.output<typeof serviceRoutes.list.query>
type Page = z.output<typeof serviceRoutes.list.response>
type Raw = Omit<TaskRow, 'contactMasked' | 'isMine' | 'openedAt' | 'dueAt' | 'endedAt'> & {
  readonly contact: string
  readonly openedAt: Date
  readonly dueAt: Date | null
  readonly endedAt: Date | null
}

const COLUMNS = sql`
  t.id, t.order_no as "orderNo", t.line_no as "lineNo", t.sku_id as "skuId", l.goods_title as "goodsTitle",
  l.sku_title as "skuTitle", t.quantity, l.amount_fen as "amountFen", t.state, t.staff_id as "staffId",
  t.staff_name as "staffName", t.opened_at as "openedAt", t.due_at as "dueAt", t.left_seconds as "leftSeconds",
  (t.overdue_at is not null or coalesce(t.due_at <= now(), false)) as "isOverdue", t.ended_at as "endedAt", o.contact
`
const FROM = sql`
  from fulfilment.tasks t
  join orders.lines l on l.tenant_id = t.tenant_id and l.order_no = t.order_no and l.line_no = t.line_no
  join orders.orders o on o.tenant_id = t.tenant_id and o.no = t.order_no
`
/** What is asked of the buyer has no due time: it comes after what has. */
const SORTS = {
  dueAt: sql`coalesce(t.due_at, t.ended_at, 'infinity'::timestamptz)`,
  openedAt: sql`t.opened_at`,
  amountFen: sql`l.amount_fen`,
}

/** The queue of services: unless asked otherwise those that are open, the most pressing first. */
export async function listTasks(tx: ReadTx, query: Query, staffId: number): Promise<Page> {
  const conditions = allOf(
    sql`t.tenant_id = ${tx.ctx.tenantId}::bigint`,
    query.state ? sql`t.state = any (${query.state}::text[])` : sql`t.ended_at is null`,
    query.mine && sql`t.staff_id = ${staffId}::bigint`,
    query.overdue && sql`t.ended_at is null and (t.overdue_at is not null or t.due_at <= now())`,
    query.skuId !== undefined && sql`t.sku_id = ${query.skuId}::bigint`,
    !!query.q &&
      sql`(t.order_no::text = ${query.q} or lower(o.contact) = ${query.q.toLowerCase()}
        or exists (select from jsonb_each_text(l.form) as f(key, value) where f.value = ${query.q}))`,
  )
  const { rows } = await sql<Raw & { readonly total: number }>`
    select ${COLUMNS}, count(*) over () as total
    ${FROM}
    where ${conditions}
    ${orderBy(query.sort, SORTS, 'dueAt', sql`t.id`)}
    ${limitOf(query)}
  `.execute(tx.db)
  return {
    items: rows.map(({ total: _, ...row }) => shown(row, staffId)),
    total: rows[0]?.total ?? 0,
    page: query.page,
    pageSize: query.pageSize,
  }
}

function shown({ contact, openedAt, dueAt, endedAt, ...row }: Raw, staffId: number): TaskRow {
  return {
    ...row,
    contactMasked: maskContact(contact),
    isMine: row.staffId === staffId,
    openedAt: openedAt.toISOString(),
    dueAt: dueAt?.toISOString() ?? null,
    endedAt: endedAt?.toISOString() ?? null,
  }
}

/** @throws common.not_found */
export async function readTaskRow(tx: ReadTx, taskId: number, staffId: number): Promise<TaskRow> {
  return shown(await one(tx, taskId, sql``), staffId)
}

async function one<T = unknown>(tx: ReadTx, taskId: number, more: RawBuilder<unknown>): Promise<Raw & T> {
  const { rows } = await sql<Raw & T>`
    select ${COLUMNS} ${more}
    ${FROM}
    where t.tenant_id = ${tx.ctx.tenantId}::bigint
      and t.id = ${taskId}::bigint
  `.execute(tx.db)
  if (!rows[0]) throw commonErrors.notFound()
  return rows[0]
}

type Details = Pick<
  TaskDetail,
  'form' | 'formFields' | 'question' | 'questionFields' | 'proof' | 'pictures' | 'log' | 'whenRejected'
>

/** A task as the person who works on it sees it. @throws common.not_found */
export async function readTask(tx: ReadTx, taskId: number, worker: Worker): Promise<TaskDetail> {
  const { form, formFields, question, questionFields, proof, pictures, log, whenRejected, ...row } = await one<Details>(
    tx,
    taskId,
    sql`, l.form, (
        select g.form_fields from catalog.goods g where g.tenant_id = l.tenant_id and g.id = l.goods_id
      ) as "formFields", t.question, t.question_fields as "questionFields", t.proof,
      coalesce((
        select jsonb_agg(jsonb_build_object('id', p.id, 'width', p.width, 'height', p.height) order by p.id)
        from fulfilment.task_pictures p
        where p.tenant_id = t.tenant_id and p.task_id = t.id
      ), '[]') as pictures,
      (
        select jsonb_agg(jsonb_build_object(
          'id', x.id, 'at', x.at, 'kind', x.kind, 'by', x.by_name, 'note', x.note,
          'before', x.detail -> 'before', 'after', x.detail -> 'after'
        ) order by x.id)
        from fulfilment.task_log x
        where x.tenant_id = t.tenant_id and x.task_id = t.id
      ) as log,
      coalesce((
        select r.when_rejected from fulfilment.service_rules r where r.tenant_id = t.tenant_id and r.sku_id = t.sku_id
      ), 'desk') as "whenRejected"`,
  )
  const task = shown(row, worker.staffId)
  return {
    ...task,
    form,
    formFields,
    question,
    questionFields,
    proof,
    pictures,
    log,
    whenRejected,
    actions: actionsOf(task, worker),
  }
}

function actionsOf({ state, isMine }: TaskRow, { any }: Worker): TaskDetail['actions'] {
  if (state === 'waiting') return ['take']
  if (taskStates.next(state).length === 0 || state === 'rejected' || (!isMine && !any)) return []
  const may = (to: Parameters<typeof taskStates.may>[1]) => taskStates.may(state, to)
  const actions: (TaskDetail['actions'][number] | false)[] = [
    may('done') && 'finish',
    may('asking') && 'ask',
    may('rejected') && 'reject',
    'hand_over',
    may('waiting') && 'put_back',
  ]
  return actions.filter((action) => action !== false)
}

/** The fields of the form of a task's goods, as they are now. @throws common.not_found */
export async function formFieldsOf(tx: ReadTx, taskId: number): Promise<readonly FormField[]> {
  const { rows } = await sql<{ readonly fields: readonly FormField[] }>`
    select g.form_fields as fields
    from fulfilment.tasks t
    join catalog.skus s on s.tenant_id = t.tenant_id and s.id = t.sku_id
    join catalog.goods g on g.tenant_id = s.tenant_id and g.id = s.goods_id
    where t.tenant_id = ${tx.ctx.tenantId}::bigint
      and t.id = ${taskId}::bigint
  `.execute(tx.db)
  if (!rows[0]) throw commonErrors.notFound()
  return rows[0].fields
}
