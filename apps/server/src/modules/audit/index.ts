export { lastLineOf, verifyPart } from './queries/verify.ts'
export { auditModule } from './routes.ts'
