import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { type ClonedDatabase, cloneDatabase } from '../../../test/harness/index.ts'
import { silentLog } from '../log/index.ts'
import { migrate } from './index.ts'

let database: ClonedDatabase
let folder: string
let client: pg.Client

beforeEach(async () => {
  database = await cloneDatabase(inject('testDatabase'))
  folder = await mkdtemp(join(tmpdir(), 'quanshu-migrate-'))
  cpSync(fileURLToPath(new URL('../../../../../db', import.meta.url)), folder, { recursive: true })
  client = new pg.Client({ connectionString: database.ownerUrl })
  await client.connect()
})
afterEach(async () => {
  await client.end()
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

const run = () => migrate({ ownerUrl: database.ownerUrl, log: silentLog, folder: pathToFileURL(`${folder}/`) })
const addMigration = (name: string, text: string) => writeFileSync(join(folder, 'migrations', name), text)
const addFunctions = (text: string) => writeFileSync(join(folder, 'functions', 'zz_trial.sql'), text)
const value = async (sql: string): Promise<unknown> => Object.values((await client.query(sql)).rows[0] ?? {})[0]

describe('migrations', () => {
  test('a new file is applied once, by one of several starters', async () => {
    addMigration('9001_trial.sql', 'create table public.trial (n integer); insert into public.trial values (1);')
    await Promise.all([run(), run(), run()])
    expect(await value('select count(*)::integer from public.trial')).toBe(1)
  })

  test('a failing file leaves nothing behind and names its line', async () => {
    addMigration('9001_trial.sql', 'create table public.trial (n integer);\n\nselect * from nowhere;')
    await expect(run()).rejects.toThrow('9001_trial.sql failed at line 3: relation "nowhere" does not exist.')
    expect(await value("select to_regclass('public.trial')")).toBeNull()
  })

  test('a file changed after it was applied is refused', async () => {
    addMigration('9001_trial.sql', 'select 1;')
    await run()
    addMigration('9001_trial.sql', 'select 2;')
    await expect(run()).rejects.toThrow('9001_trial.sql was changed after it was applied')
  })

  test('a database from a newer version is refused', async () => {
    addMigration('9001_trial.sql', 'select 1;')
    await run()
    rmSync(join(folder, 'migrations', '9001_trial.sql'))
    await expect(run()).rejects.toThrow('9001_trial.sql, which this version does not know')
  })

  test('a role that row-level security does not bind is refused', async () => {
    // Roles belong to the whole server, which other tests use: the check is tried on a transaction that is taken back.
    const { prepareAppRole } = await import('./roles.ts')
    const asOwner = new pg.Client({ connectionString: database.appUrl })
    await asOwner.connect()
    await expect(prepareAppRole(asOwner, undefined)).rejects.toThrow('must be the role that owns the tables')
    await asOwner.end()
  })
})

describe('functions', () => {
  test('a changed body is applied, and a function that left its file is dropped', async () => {
    addFunctions(`
      create or replace function public.one() returns integer language sql as $$ select 1 $$;
      create or replace function public.two() returns integer language sql as $$ select 2 $$;`)
    await run()
    addFunctions('create or replace function public.one() returns integer language sql as $$ select 11 $$;')
    await run()
    expect(await value('select public.one()')).toBe(11)
    expect(await value("select to_regprocedure('public.two()')")).toBeNull()
  })

  test('a function may change its result and its arguments', async () => {
    addFunctions('create or replace function public.one(a integer) returns integer language sql as $$ select a $$;')
    await run()
    addFunctions("create or replace function public.one(b integer) returns text language sql as $$ select 'x' || b $$;")
    await run()
    expect(await value('select public.one(1)')).toBe('x1')
  })

  test('files may call each other in any order, but not what does not exist', async () => {
    addFunctions('create or replace function public.one() returns void language sql as $$ select public.missing() $$;')
    await expect(run()).rejects.toThrow(/zz_trial.sql failed.*public.missing\(\) does not exist/)
    expect(await value("select to_regprocedure('public.one()')")).toBeNull()
  })
})
