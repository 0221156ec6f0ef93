import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startTestDatabase, type TestDatabase } from './test-database.ts'

declare module 'vitest' {
  interface ProvidedContext {
    testDatabase: Pick<TestDatabase, 'ownerUrl' | 'appUrl' | 'adminUrl'>
    /** A folder for what test files share; removed after the run. */
    scratch: string
  }
}

/** One server for the whole run, with a migrated template that every test file clones. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const database = await startTestDatabase()
  project.provide('testDatabase', { ownerUrl: database.ownerUrl, appUrl: database.appUrl, adminUrl: database.adminUrl })
  const scratch = await mkdtemp(join(tmpdir(), 'quanshu-test-scratch-'))
  project.provide('scratch', scratch)
  return async () => {
    await database.stop()
    await rm(scratch, { recursive: true, force: true })
  }
}
