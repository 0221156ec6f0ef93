import type { Module, Platform } from '../../platform/module.ts'
import { createOutbound } from '../../platform/outbound/index.ts'
import {
  cardTask,
  codeEmailTask,
  emailTask,
  eventEmailTask,
  eventSmsTask,
  type NotifyPorts,
  robotTask,
  smsTask,
  staffEmailTask,
  webhookTask,
} from './jobs.ts'
import { notifyRoutesBound } from './routes.ts'
import { forgetSchedule } from './schedules.ts'
import { feedWebhooks, tellPeople } from './subscribers.ts'

export { secretPlace as channelSecretPlace, tokenPlace as channelTokenPlace } from './channels/accounts.ts'
export {
  endpointPlace as endpointSecretPlace,
  previousPlace as endpointPreviousPlace,
} from './commands/deliver-webhooks.ts'
export { pauseWecom } from './commands/pause-wecom.ts'
export { type DeliveryEmail, queueDeliveryEmails } from './commands/queue-delivery-email.ts'
export { queueStaffEmails, type StaffEmail } from './commands/queue-staff-email.ts'
export {
  type ChannelSettings,
  saveEmailChannel,
  saveSmsChannel,
  saveTencentChannel,
  saveWecomApp,
} from './commands/save-channel.ts'
export { saveText } from './commands/save-text.ts'
export { sendLoginCode } from './commands/send-login-code.ts'
export { sendOpenCode } from './commands/send-open-code.ts'
export type { Buyer } from './commands/tell.ts'
export type { NotifyPorts, TextMessageTo } from './jobs.ts'
export type { DeliveryContent } from './templates.ts'
export { waitAfter, webhookHeaders } from './webhooks.ts'
export { isHeardBy } from './words.ts'

/** Everything that is told to people and other systems: queued in the transaction that causes it, sent by jobs, logged. */
export function notifyModule(platform: Platform, ports: NotifyPorts): Module {
  const outbound = createOutbound({ allowInsecure: platform.config.allowInsecureEndpoints })
  return {
    name: 'notify',
    routes: notifyRoutesBound(platform, outbound),
    tasks: [
      smsTask(platform, outbound),
      emailTask(platform, ports),
      staffEmailTask(platform),
      codeEmailTask(platform),
      eventSmsTask(platform, outbound, ports),
      cardTask(platform, outbound, ports),
      eventEmailTask(platform),
      robotTask(platform, outbound),
      webhookTask(platform, outbound),
    ],
    subscribers: [tellPeople(platform, ports.buyersOf), feedWebhooks],
    schedules: [forgetSchedule(platform)],
  }
}
