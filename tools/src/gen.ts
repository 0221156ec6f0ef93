import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { startEmbeddedPostgres } from '../../apps/server/src/main/embedded-postgres/index.ts'
import { describeDistribution } from '../../apps/server/src/platform/db/distribution.ts'
import { migrate } from '../../apps/server/src/platform/db/migrate.ts'
import { openApiDocument } from '../../apps/server/src/platform/http/openapi.ts'
import { silentLog } from '../../apps/server/src/platform/log/index.ts'
import { describeCitus } from './gen/citus.ts'
import { describeClientRoutes } from './gen/client-routes.ts'
import { firstDifference } from './gen/difference.ts'
import { describeSchema } from './gen/schema.ts'
import { describeTables } from './gen/tables.ts'
import { brokenLinks } from './links.ts'
import { withPicture } from './picture.ts'

/**
 * `npm run gen` writes what is made from the migrations, the contract and the modules; `npm run gen -- --check` only
 * compares, shows the first difference of each file and every document's link that leads nowhere, and fails when there
 * is one.
 */
const ROOT = fileURLToPath(new URL('../../', import.meta.url))

type Made = { readonly path: string; readonly text: string }

const made = [...(await fromDatabase()), ...fromContract(), await fromModules()]
process.exitCode = process.argv.includes('--check') ? await compare(made) : await write(made)

async function fromDatabase(): Promise<readonly Made[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'quanshu-gen-'))
  try {
    const database = await startEmbeddedPostgres({ dataDir, log: silentLog, durable: false })
    try {
      await migrate({ ownerUrl: database.ownerUrl, log: silentLog })
      const client = new pg.Client({ connectionString: database.ownerUrl })
      await client.connect()
      try {
        return [
          { path: 'db/schema.sql', text: await describeSchema(client) },
          { path: 'db/citus.sql', text: describeCitus(await describeDistribution(client)) },
          { path: 'apps/server/src/platform/db/tables.gen.ts', text: await describeTables(client) },
        ]
      } finally {
        await client.end()
      }
    } finally {
      await database.stop()
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

function fromContract(): readonly Made[] {
  return [
    { path: 'docs/openapi.json', text: `${JSON.stringify(openApiDocument(), null, 2)}\n` },
    { path: 'packages/client/src/routes.gen.ts', text: describeClientRoutes() },
  ]
}

async function fromModules(): Promise<Made> {
  const path = 'docs/architecture.md'
  return { path, text: await withPicture(ROOT, await readFile(join(ROOT, path), 'utf8')) }
}

async function write(files: readonly Made[]): Promise<number> {
  for (const file of files) {
    if ((await current(file.path)) === file.text) continue
    await writeFile(join(ROOT, file.path), file.text)
    console.log(`wrote ${file.path}`)
  }
  return 0
}

async function compare(files: readonly Made[]): Promise<number> {
  let stale = 0
  for (const file of files) {
    const difference = firstDifference((await current(file.path)) ?? '', file.text)
    if (!difference) continue
    stale++
    console.error(`${file.path} is not what the sources make; run npm run gen.\n${difference}\n`)
  }
  const broken = await brokenLinks(ROOT)
  for (const link of broken) console.error(`this link leads nowhere: ${link}`)
  if (stale === 0) console.log(`${files.length} generated files are fresh`)
  return stale + broken.length === 0 ? 0 : 1
}

async function current(path: string): Promise<string | undefined> {
  return await readFile(join(ROOT, path), 'utf8').catch(() => undefined)
}
