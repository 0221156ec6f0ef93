import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Actor, Clock, TenantId } from '@quanshu/kernel'
import pg from 'pg'
import { afterAll, inject } from 'vitest'
import { openPlatform } from '../../src/main/platform.ts'
import { loadConfig } from '../../src/platform/config/index.ts'
import { hashPassword } from '../../src/platform/crypto/password.ts'
import type { Ctx } from '../../src/platform/db/index.ts'
import { valueTypes } from '../../src/platform/db/types-of-values.ts'
import { createLog, type Log } from '../../src/platform/log/index.ts'
import type { Platform } from '../../src/platform/module.ts'
import { copyTenant } from './neighbour.ts'
import { cloneDatabase, onDatabase } from './test-database.ts'

export type TestPlatform = Platform & {
  /** The tables' owner: sees every tenant. For arranging and inspecting, never for the code under test. */
  readonly owner: pg.Pool
  readonly ownerUrl: string
  readonly appUrl: string
  /** The superuser in this file's database; undefined on a server that was given to us. */
  readonly adminUrl: string | undefined
  /** A new shop; every test takes its own, so that tests of one file do not meet. */
  readonly newTenant: () => Promise<TestTenant>
  /**
   * Plants a neighbour: a shop that holds a copy of every row of `tenantId`, same ids and all. Whatever is counted,
   * listed or changed for `tenantId` afterwards must be as if the neighbour were not there.
   */
  readonly plantNeighbour: (tenantId: TenantId) => Promise<TestTenant>
  readonly close: () => Promise<void>
}

export type TestTenant = {
  readonly tenantId: TenantId
  readonly slug: string
  readonly ctx: Ctx
  /** The same shop with somebody else acting. */
  readonly as: (actor: Actor) => Ctx
}

/**
 * The house on a clone of the migrated database. Call it at the top of a test file:
 * `const house = await testPlatform()`; it is closed after the file's last test.
 */
export async function testPlatform(
  options: { readonly clock?: Clock; readonly log?: Log; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<TestPlatform> {
  const template = inject('testDatabase')
  const database = await cloneDatabase(template)
  const dataDir = await mkdtemp(join(tmpdir(), 'quanshu-test-house-'))
  const log = options.log ?? createLog({ level: process.env.QUANSHU_TEST_LOG ?? 'silent' })
  const config = loadConfig({
    QUANSHU_DATA: dataDir,
    QUANSHU_POOL_SIZE: '10',
    QUANSHU_ALLOW_INSECURE_ENDPOINTS: 'true',
    ...options.env,
  })
  const platform = await openPlatform({
    config: { ...config, databaseUrl: database.ownerUrl, databaseAppUrl: database.appUrl },
    appUrl: database.appUrl,
    log,
    ...(options.clock ? { clock: options.clock } : {}),
  })
  const owner = new pg.Pool({ connectionString: database.ownerUrl, max: 3, types: valueTypes })
  owner.on('error', () => undefined)

  const newTenant = async (): Promise<TestTenant> => {
    const { rows } = await owner.query<{ id: TenantId; slug: string }>(
      `insert into tenancy.tenants (slug, name)
       values ('shop-' || substr(md5(random()::text), 1, 12), 'Test shop')
       returning id, slug`,
    )
    const [row] = rows
    if (!row) throw new Error('no tenant was made')
    return tenantOf(row.id, row.slug)
  }

  const close = async (): Promise<void> => {
    await platform.db.close()
    await owner.end()
    await database.drop()
    await rm(dataDir, { recursive: true, force: true })
  }
  afterAll(close)
  return {
    ...platform,
    // A hash says what it cost, so checking one is as cheap, too. Everybody who is hired and signs in needs two.
    crypto: { ...platform.crypto, hashPassword: (plain) => hashPassword(plain, CHEAPEST) },
    owner,
    ownerUrl: database.ownerUrl,
    appUrl: database.appUrl,
    adminUrl: template.adminUrl && onDatabase(template.adminUrl, new URL(database.ownerUrl).pathname.slice(1)),
    newTenant,
    async plantNeighbour(tenantId) {
      const neighbour = await newTenant()
      await copyTenant(owner, tenantId, neighbour.tenantId)
      return neighbour
    },
    close,
  }
}

const CHEAPEST = { memory: 8, passes: 1, parallelism: 1 }

function tenantOf(tenantId: TenantId, slug: string): TestTenant {
  const as = (actor: Actor): Ctx => ({ tenantId, actor, requestId: 'test', locale: 'zh-CN' })
  return { tenantId, slug, ctx: as({ kind: 'system', name: 'test' }), as }
}
