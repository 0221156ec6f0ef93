export { noteMemberSeen } from './commands/note-seen.ts'
export type { MemberPorts } from './commands/send-code.ts'
export { openMember } from './commands/sign-in.ts'
export { membersModule } from './routes/index.ts'
