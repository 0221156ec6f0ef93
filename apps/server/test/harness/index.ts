export { eventually } from './eventually.ts'
export { codeOf } from './outcome.ts'
export { type ClonedDatabase, cloneDatabase } from './test-database.ts'
export { type TestPlatform, type TestTenant, testPlatform } from './test-platform.ts'
