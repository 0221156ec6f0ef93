import type { TestProject } from 'vitest/node'
import { startTestDatabase, type TestDatabase } from './test-database.ts'

declare module 'vitest' {
  interface ProvidedContext {
    testDatabase: Pick<TestDatabase, 'ownerUrl' | 'appUrl' | 'adminUrl'>
  }
}

/** One server for the whole run, with a migrated template that every test file clones. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const database = await startTestDatabase()
  project.provide('testDatabase', { ownerUrl: database.ownerUrl, appUrl: database.appUrl, adminUrl: database.adminUrl })
  return database.stop
}
