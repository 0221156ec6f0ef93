import { BOOKS_CHECKS, findingSentence } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import { auditBooks, type RunReport } from '../modules/books/index.ts'
import { tenantIds } from '../modules/tenancy/index.ts'
import type { Platform } from '../platform/module.ts'
import { StartRefused } from './start-refused.ts'

export type AuditCommand = {
  /** One shop; undefined is all of them. */
  readonly slug: string | undefined
  readonly isWhole: boolean
  readonly isJson: boolean
  readonly graceSeconds: number | undefined
  /** Do not go on with one that broke off. */
  readonly isAnew: boolean
}
export type AuditOutcome = { readonly lines: readonly string[]; readonly exitCode: 0 | 1 | 2 }

type ShopReport = { readonly slug: string } & ({ readonly report: RunReport } | { readonly error: string })

/** What an interrupted audit has done is written down: the next one goes on there. */
const INTERRUPTS = ['SIGINT', 'SIGTERM'] as const

/** Audits the books of one shop or all. Exit code 0: no violation, 1: some, 2: could not be finished. */
export async function auditCommand(platform: Platform, command: AuditCommand): Promise<AuditOutcome> {
  const stopping = new AbortController()
  const stop = () => stopping.abort()
  for (const signal of INTERRUPTS) process.once(signal, stop)
  try {
    const reports: ShopReport[] = []
    for (const shop of await shopsOf(platform, command.slug)) {
      reports.push(await auditShop(platform, shop, command, stopping.signal))
    }
    const isUnfinished = reports.some((shop) => 'error' in shop || shop.report.state === 'failed')
    const open = reports.reduce((sum, shop) => sum + ('report' in shop ? shop.report.open : 0), 0)
    return {
      lines: command.isJson ? [JSON.stringify(jsonOf(reports, open))] : tableOf(reports, open),
      exitCode: isUnfinished ? 2 : open > 0 ? 1 : 0,
    }
  } finally {
    for (const signal of INTERRUPTS) process.off(signal, stop)
  }
}

type Shop = { readonly id: TenantId; readonly slug: string }

async function shopsOf(platform: Platform, slug: string | undefined): Promise<readonly Shop[]> {
  if (slug !== undefined) {
    const found = await platform.db.callGlobal<Shop | null>('tenancy.find_tenant', null, slug)
    if (!found) throw new StartRefused(`There is no shop ${slug}.`)
    return [{ id: found.id, slug }]
  }
  const shops: Shop[] = []
  for (const id of await tenantIds(platform)) {
    const ctx = { tenantId: id, actor: { kind: 'system', name: 'cli' }, requestId: 'audit', locale: 'zh-CN' } as const
    const { rows } = await platform.db.read(ctx, (tx) =>
      sql<{ slug: string }>`select slug from tenancy.tenants where id = ${id}::bigint`.execute(tx.db),
    )
    shops.push({ id, slug: rows[0]?.slug ?? String(id) })
  }
  return shops
}

async function auditShop(
  platform: Platform,
  { id, slug }: Shop,
  { isWhole, graceSeconds, isJson, isAnew }: AuditCommand,
  signal: AbortSignal,
): Promise<ShopReport> {
  const tell = isJson || !process.stderr.isTTY ? undefined : progressLine(slug)
  try {
    const report = await auditBooks(platform, id, {
      isWhole,
      isAnew,
      signal,
      ...(graceSeconds === undefined ? {} : { graceSeconds }),
      ...(tell && { onStep: (check, step) => tell.step(check, step.checked) }),
    })
    return { slug, report }
  } catch (error) {
    platform.log.error({ err: error, slug }, 'the audit of a shop could not be finished')
    return { slug, error: error instanceof Error ? error.message : String(error) }
  } finally {
    tell?.end()
  }
}

/** One line that is written over, for whoever watches. */
function progressLine(slug: string) {
  let rows = 0
  return {
    step(check: string, checked: number) {
      rows += checked
      process.stderr.write(`\r\u001b[K${slug}: ${check}, ${rows.toLocaleString('en')} rows`)
    },
    end: () => void process.stderr.write('\r\u001b[K'),
  }
}

function jsonOf(reports: readonly ShopReport[], open: number) {
  return {
    violations: open,
    tenants: reports.map((shop) =>
      'error' in shop
        ? { slug: shop.slug, error: shop.error, checks: [] }
        : { slug: shop.slug, run: shop.report.runId, state: shop.report.state, checks: shop.report.checks },
    ),
  }
}

/** Violations told one by one of a check; the console and `--json` have the others. */
const TOLD_MAX = 20

function tableOf(reports: readonly ShopReport[], open: number): readonly string[] {
  return [...reports.flatMap(shopLines), '', verdict(reports, open)]
}

function shopLines(shop: ShopReport): readonly string[] {
  if ('error' in shop) return [`${shop.slug}: could not be finished: ${shop.error}`]
  return [
    `${shop.slug} (run ${shop.report.runId}${shop.report.isWhole ? ', every row' : ''})`,
    ...shop.report.checks.flatMap((check) => {
      const { en, invariant } = BOOKS_CHECKS[check.check]
      const rows = check.checked.toLocaleString('en').padStart(12)
      const time = `${(check.busyMs / 1000).toFixed(1)} s`.padStart(9)
      const found = check.found === 0 ? 'ok' : `${check.found} VIOLATIONS`
      return [
        `  ${String(invariant ?? '-').padStart(2)}  ${en.padEnd(26)}${rows} rows${time}  ${found}`,
        ...check.violations.slice(0, TOLD_MAX).flatMap(({ code, params, objects }) => {
          const { what, todo } = findingSentence(code, params, 'en')
          return [
            `        ! ${what}`,
            `          ${objects.map(({ kind, id }) => `${kind} ${id}`).join(', ')}`,
            `          ${todo}`,
          ]
        }),
        ...(check.found > TOLD_MAX ? [`        … and ${check.found - TOLD_MAX} more`] : []),
      ]
    }),
  ]
}

function verdict(reports: readonly ShopReport[], open: number): string {
  const unfinished = reports.filter((shop) => 'error' in shop || shop.report.state === 'failed').length
  if (unfinished > 0) return `${unfinished} shop(s) could not be finished; run it again, it goes on where it stopped.`
  return open === 0 ? 'No violations.' : `${open} violation(s).`
}
