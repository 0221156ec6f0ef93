import { notifyRoutes } from '@quanshu/contract'
import { type BoundRoute, handle } from '../../platform/http/index.ts'
import type { Platform } from '../../platform/module.ts'
import type { Outbound } from '../../platform/outbound/index.ts'
import { saveEmailChannel, saveSmsChannel } from './commands/save-channel.ts'
import { testEmail, testSms } from './commands/test-channel.ts'
import { readChannels } from './queries/channels.ts'

export function notifyRoutesBound(platform: Platform, outbound: Outbound): readonly BoundRoute[] {
  const { db } = platform
  return [
    handle(notifyRoutes.getChannels, ({ ctx }) => db.read(ctx, readChannels)),
    handle(notifyRoutes.saveSms, async ({ ctx, body }) => {
      await saveSmsChannel(platform, ctx, body)
      return (await db.read(ctx, readChannels)).sms
    }),
    handle(notifyRoutes.saveEmail, async ({ ctx, body }) => {
      await saveEmailChannel(platform, ctx, body)
      return (await db.read(ctx, readChannels)).email
    }),
    handle(notifyRoutes.testSms, ({ ctx, body }) => testSms(platform, outbound, ctx, body.phone)),
    handle(notifyRoutes.testEmail, ({ ctx, body }) => testEmail(platform, ctx, body.to)),
  ]
}
