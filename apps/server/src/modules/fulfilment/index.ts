export { createSettler } from './commands/settle-payments.ts'
export type { Capture, CaptureOutcome, CaptureVerdict } from './model.ts'
export type { PaymentDoor } from './ports.ts'
export { fulfilmentModule } from './routes.ts'
