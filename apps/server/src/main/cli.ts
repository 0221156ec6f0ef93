import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { errorMessage, PERMISSIONS } from '@quanshu/contract'
import { Refusal, type StaffId, type TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import { createStaff, layBuiltInRoles, resetPassword } from '../modules/identity/index.ts'
import { layMerchantNode } from '../modules/organizations/index.ts'
import { createTenant, shopAddressOf, tenantIds } from '../modules/tenancy/index.ts'
import { type Config, ConfigError, loadConfig } from '../platform/config/index.ts'
import { KeyFileError } from '../platform/crypto/index.ts'
import { type Ctx, MigrationRefused } from '../platform/db/index.ts'
import { createLog } from '../platform/log/index.ts'
import type { Platform } from '../platform/module.ts'
import { auditCommand } from './audit.ts'
import { BACKUP_USAGE, backupCommand, restoreCommand } from './backup/commands.ts'
import { BackupRefused } from './backup/refused.ts'
import { type ReadyDatabase, readyDatabase } from './database.ts'
import { runningEmbeddedPostgres } from './embedded-postgres/index.ts'
import { openPlatform } from './platform.ts'
import { hold, resume } from './standstill.ts'
import { StartRefused } from './start-refused.ts'

const USAGE = `npm run cli -- <command>

  migrate                                        bring the database to this version
  tenant list                                    the shops
  tenant create <slug> <name> --owner <email>    open a shop (--domain <domain>, --locale zh-CN|en)
  staff reset-password <slug> <email>            a new password for one employee, to be changed at the first sign-in
  rotate-keys [<slug>]                           a new master key, or a new data key for one shop
  audit [<slug>]                                 count violations of the books: exit 0 none, 1 some, 2 could not be finished
                                                 (--full every row, --json one object, --grace <seconds> 900,
                                                 --anew not from where an interrupted one stopped)
${BACKUP_USAGE}
  hold ["<why>"]                                 the whole shop stands still: buyers are turned away, nothing is worked off
                                                 (without words: whether it stands still, and since when)
  resume                                         it goes on

Works beside a running Quanshu. Settings come from the environment, as for npm start.`

/** The rights of whoever may run programs on this machine: all of them. */
const OPERATOR = { staffId: undefined, permissions: new Set(PERMISSIONS) } as const

type Command = (platform: Platform, words: readonly string[], options: Options) => Promise<readonly string[]>
type Options = { readonly owner?: string; readonly domain?: string; readonly locale?: string }

const COMMANDS: Readonly<Record<string, Command>> = {
  migrate: async () => ['The database is at this version.'],
  'tenant list': listTenants,
  'tenant create': openTenant,
  'staff reset-password': resetStaffPassword,
  'rotate-keys': rotateKeys,
  hold: (platform, words) => hold(platform, words.join(' ').trim()),
  resume: resumeShop,
}

/** What is said of a shop that is there: a mistyped folder has none that goes on or stands still. */
const OF_A_SHOP: ReadonlySet<string> = new Set(['hold', 'resume'])

/** Commands that read their own words and say their own exit code; most work on the data folder itself. */
const APART: Readonly<Record<string, (words: readonly string[]) => Promise<number>>> = {
  backup: backupCommand,
  restore: restoreCommand,
  audit: auditBooksOf,
}

class WrongUse extends Error {}

process.exitCode = await main()

async function main(): Promise<number> {
  try {
    const [first = '', ...rest] = process.argv.slice(2)
    if (Object.hasOwn(APART, first)) return (await APART[first]?.(rest)) ?? 1
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { owner: { type: 'string' }, domain: { type: 'string' }, locale: { type: 'string' } },
    })
    const name = Object.keys(COMMANDS).find((command) => `${positionals.join(' ')} `.startsWith(`${command} `))
    const command = name && COMMANDS[name]
    if (!command) throw new WrongUse()
    const words = positionals.slice(name.split(' ').length)
    if (OF_A_SHOP.has(name)) refuseAbsentDatabase(loadConfig(process.env))
    console.log((await withPlatform((platform) => command(platform, words, values))).join('\n'))
    return 0
  } catch (error) {
    console.error(sentenceOf(error))
    return 1
  }
}

async function withPlatform<T>(run: (platform: Platform) => Promise<T>): Promise<T> {
  const config = loadConfig(process.env)
  const log = createLog({ level: 'warn', destination: 2 })
  const database = runningDatabase(config) ?? (await readyDatabase({ config, log, onGiveUp: () => process.exit(1) }))
  try {
    const platform = await openPlatform({ config, appUrl: database.appUrl, log })
    try {
      return await run(platform)
    } finally {
      await platform.db.close()
    }
  } finally {
    await database.stop()
  }
}

/** A running Quanshu has migrated its embedded database already, and nobody else may start it. */
function runningDatabase(config: Config): ReadyDatabase | undefined {
  const running = config.databaseUrl === undefined ? runningEmbeddedPostgres(config.dataDir) : undefined
  return running && { ...running, stop: async () => undefined, kill: () => undefined }
}

/** Whatever keeps the audit from its end is not "no violations": it is exit code 2. */
async function auditBooksOf(words: readonly string[]): Promise<number> {
  try {
    const { positionals, values } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        full: { type: 'boolean' },
        json: { type: 'boolean' },
        anew: { type: 'boolean' },
        grace: { type: 'string' },
      },
    })
    const [slug, ...more] = positionals
    const graceSeconds = values.grace === undefined ? undefined : Number(values.grace)
    const isGrace = graceSeconds === undefined || /^\d{1,9}$/.test(values.grace ?? '')
    if (more.length > 0 || !isGrace) throw new WrongUse()
    const { full: isWhole = false, json: isJson = false, anew: isAnew = false } = values
    refuseAbsentDatabase(loadConfig(process.env))
    const command = { slug, isWhole, isJson, graceSeconds, isAnew }
    const outcome = await withPlatform((platform) => auditCommand(platform, command))
    console.log(outcome.lines.join('\n'))
    return outcome.exitCode
  } catch (error) {
    console.error(sentenceOf(error))
    return 2
  }
}

/** A mistyped folder must not be made, found empty and called clean. */
function refuseAbsentDatabase({ databaseUrl, dataDir }: Config): void {
  if (databaseUrl !== undefined || existsSync(join(dataDir, 'postgres'))) return
  throw new StartRefused(`There is no database in ${dataDir}. Set QUANSHU_DATA to the folder of your shop.`)
}

function resumeShop(platform: Platform, words: readonly string[]): Promise<readonly string[]> {
  if (words.length > 0) throw new WrongUse()
  return resume(platform)
}

async function listTenants(platform: Platform): Promise<readonly string[]> {
  const ids = await tenantIds(platform)
  const shops = await Promise.all(
    ids.map(async (id) => {
      const { rows } = await platform.db.read(ctxOf(id), (tx) =>
        sql<{ slug: string; name: string; status: string }>`
          select slug, name, status from tenancy.tenants where id = ${id}::bigint
        `.execute(tx.db),
      )
      return rows.map((shop) => `${shop.slug.padEnd(24)} ${shop.status.padEnd(8)} ${shop.name}`)
    }),
  )
  return shops.flat()
}

async function openTenant(
  platform: Platform,
  [slug, name]: readonly string[],
  { owner, domain, locale = 'zh-CN' }: Options,
): Promise<readonly string[]> {
  if (!slug || !name || !owner || (locale !== 'zh-CN' && locale !== 'en')) throw new WrongUse()
  const tenant = { slug, name, locale, ...(domain === undefined ? {} : { domain }) } as const
  const tenantId = await createTenant(platform, tenant, [layMerchantNode, layBuiltInRoles])
  const ctx = ctxOf(tenantId)
  const { rows } = await platform.db.read(ctx, (tx) =>
    sql<{ id: number }>`
      select id from identity.roles where tenant_id = ${tenantId}::bigint and built_in = 'owner'
    `.execute(tx.db),
  )
  const staff = { email: owner, name: owner, roleIds: rows.map((role) => role.id) }
  const { initialPassword } = await createStaff(platform, ctx, OPERATOR, staff)
  const address = shopAddressOf(platform.config.publicUrl, slug, domain)
  return [
    `The shop ${slug} is open at ${address}/`,
    `Its owner signs in at ${address}/console/ as ${owner} with ${initialPassword}`,
  ]
}

async function resetStaffPassword(platform: Platform, [slug, email]: readonly string[]): Promise<readonly string[]> {
  if (!slug || !email) throw new WrongUse()
  const ctx = ctxOf(await tenantOf(platform, slug))
  const { rows } = await platform.db.read(ctx, (tx) =>
    sql<{ id: StaffId }>`
      select id from identity.staff where tenant_id = ${ctx.tenantId}::bigint and email = ${email.toLowerCase()}
    `.execute(tx.db),
  )
  const [staff] = rows
  if (!staff) throw new StartRefused(`The shop ${slug} has no employee ${email}.`)
  const initialPassword = await resetPassword(platform, ctx, OPERATOR, {
    id: staff.id,
    reason: 'by the operator of this machine',
  })
  return [`${email} signs in with ${initialPassword}`]
}

async function rotateKeys(platform: Platform, [slug]: readonly string[]): Promise<readonly string[]> {
  if (slug === undefined) {
    const count = await platform.crypto.rotateMasterKey()
    return [
      `A new master key is in ${platform.config.masterKeyFile}; ${count} keys were wrapped again. Back the file up.`,
    ]
  }
  await platform.crypto.rotateDataKey(await tenantOf(platform, slug))
  return [`New values of the shop ${slug} are sealed with a new key.`]
}

async function tenantOf(platform: Platform, slug: string): Promise<TenantId> {
  const found = await platform.db.callGlobal<{ readonly id: TenantId; readonly slug: string } | null>(
    'tenancy.find_tenant',
    null,
    slug,
  )
  if (!found) throw new StartRefused(`There is no shop ${slug}.`)
  return found.id
}

function ctxOf(tenantId: TenantId): Ctx {
  return { tenantId, actor: { kind: 'system', name: 'cli' }, requestId: `cli-${process.pid}`, locale: 'zh-CN' }
}

function sentenceOf(error: unknown): string {
  if (error instanceof WrongUse) return USAGE
  if (error instanceof Refusal) return errorMessage(error.code, error.params, 'en')
  if (!(error instanceof Error)) return String(error)
  // What node:util says about an unknown option.
  if ('code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) return `${error.message}\n\n${USAGE}`
  const known = [StartRefused, BackupRefused, ConfigError, MigrationRefused, KeyFileError].some(
    (kind) => error instanceof kind,
  )
  return known ? error.message : (error.stack ?? error.message)
}
