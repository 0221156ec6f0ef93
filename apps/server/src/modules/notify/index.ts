import type { Module, Platform } from '../../platform/module.ts'
import { createOutbound } from '../../platform/outbound/index.ts'
import { emailTask, type NotifyPorts, smsTask, staffEmailTask } from './jobs.ts'
import { notifyRoutesBound } from './routes.ts'

export { secretPlace as channelSecretPlace } from './channels/accounts.ts'
export { type DeliveryEmail, queueDeliveryEmails } from './commands/queue-delivery-email.ts'
export { queueStaffEmails, type StaffEmail } from './commands/queue-staff-email.ts'
export { type ChannelSettings, saveEmailChannel, saveSmsChannel } from './commands/save-channel.ts'
export { sendLoginCode } from './commands/send-login-code.ts'
export type { NotifyPorts } from './jobs.ts'
export type { DeliveryContent } from './templates.ts'

/** Text messages and mail: queued in the transaction that causes them, sent by jobs, logged in `notify.messages`. */
export function notifyModule(platform: Platform, ports: NotifyPorts): Module {
  const outbound = createOutbound({ allowInsecure: platform.config.allowInsecureEndpoints })
  return {
    name: 'notify',
    routes: notifyRoutesBound(platform, outbound),
    tasks: [smsTask(platform, outbound), emailTask(platform, ports), staffEmailTask(platform)],
  }
}
