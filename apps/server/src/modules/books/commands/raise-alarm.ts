import { BOOKS_CHECKS } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx, ReadTx } from '../../../platform/db/index.ts'
import { queueStaffEmails, type StaffEmail } from '../../notify/index.ts'
import { shopPrefix } from '../../tenancy/index.ts'
import type { House } from '../model.ts'
import { type RunReport, readReport } from '../queries/report.ts'

/**
 * Says loudly that a run found something: an error in the log, and a mail to every owner of the shop. Said twice for one
 * run, it is one mail. A clean run says nothing.
 */
export async function raiseAlarm(house: House, tenantId: TenantId, runId: number): Promise<void> {
  const report = await readReport(house, tenantId, runId)
  if (report.state !== 'violations') return
  const found = Object.fromEntries(report.checks.filter((check) => check.found > 0).map((c) => [c.check, c.found]))
  house.log.error({ tenantId, runId, open: report.open, found }, 'the books of a shop have violations')

  const link = `${house.config.publicUrl}${await shopPrefix(house, tenantId)}/console/books`
  const ctx: Ctx = { tenantId, actor: { kind: 'system', name: 'books' }, requestId: 'books', locale: 'zh-CN' }
  await house.db.write(ctx, async (tx) => {
    const [shop, owners] = [await shopName(tx), await ownersOf(tx)]
    const fresh = await queueStaffEmails(
      tx,
      owners.map((owner) => mailTo(owner, shop, runId, report, link)),
    )
    // Said twice for one run, it is one alarm.
    if (fresh > 0) tx.emit({ type: 'books.alarm', subject: `books:${runId}`, payload: { runId, open: report.open } })
  })
}

type Owner = { readonly id: number; readonly email: string; readonly locale: 'zh-CN' | 'en' }

async function ownersOf(tx: ReadTx): Promise<readonly Owner[]> {
  const { rows } = await sql<Owner>`
    select distinct s.id, s.email, s.locale
    from identity.staff s
    join identity.staff_roles sr on sr.tenant_id = s.tenant_id and sr.staff_id = s.id
    join identity.roles r on r.tenant_id = s.tenant_id and r.id = sr.role_id
    where s.tenant_id = ${tx.ctx.tenantId}::bigint
      and s.status = 'active'
      and r.built_in = 'owner'
    order by s.id`.execute(tx.db)
  return rows
}

async function shopName(tx: ReadTx): Promise<string> {
  const { rows } = await sql<{ name: string }>`
    select name from tenancy.tenants where id = ${tx.ctx.tenantId}::bigint`.execute(tx.db)
  return rows[0]?.name ?? ''
}

function mailTo(owner: Owner, shop: string, runId: number, report: RunReport, url: string): StaffEmail {
  const isEnglish = owner.locale === 'en'
  const lines = report.checks
    .filter((check) => check.found > 0)
    .map(({ check, found }) =>
      isEnglish ? `${BOOKS_CHECKS[check].en}: ${found}` : `${BOOKS_CHECKS[check].zh}：${found} 条`,
    )
  const words = isEnglish
    ? {
        subject: `${shop}: the books have ${report.open} violation(s)`,
        intro: 'The audit of the books found what must not be:',
        outro: 'Each one stands in the console with its rows and what to do about it.',
        open: 'Open the audit of the books',
      }
    : {
        subject: `【${shop}】账目核对发现 ${report.open} 条问题`,
        intro: '账目核对发现以下不应出现的情况：',
        outro: '每一条都在后台列明了涉及的记录和处理办法，请尽快查看。',
        open: '打开账目核对',
      }
  return {
    to: owner.email,
    key: `books:${runId}:${owner.id}`,
    template: 'books_alarm',
    about: `books_run:${runId}`,
    subject: words.subject,
    paragraphs: [words.intro, ...lines, words.outro],
    link: { url, text: words.open },
  }
}
