export { eventually } from './eventually.ts'
export { type ClonedDatabase, cloneDatabase, startTestDatabase, type TestDatabase } from './test-database.ts'
export { type TestPlatform, type TestTenant, testPlatform } from './test-platform.ts'
