import { Resolver } from 'node:dns/promises'
import { readFile } from 'node:fs/promises'
import { createRhythm, type Schedule } from '../../../platform/jobs/index.ts'
import type { Loop, Platform } from '../../../platform/module.ts'
import { watchFolders } from './folder-door.ts'
import { type MailDoor, openMailDoor } from './mail-door.ts'

const LOOK_MS = 5_000
/** A port that another worker of this machine has is tried again: when that one ends, this one takes over. */
const TRY_AGAIN_MS = 15_000
/** A name server that does not answer in that time is asked once more, or the next one is. */
const DNS_MS = 1_500
const LATE_MS = 10 * 60_000
const LATE_MAX = 500

/** The doors that this installation is set up for, open in every worker. */
export function doorLoops(platform: Platform): readonly Loop[] {
  const { config } = platform
  return [
    ...(config.dropDir === undefined ? [] : [folderLoop(platform, config.dropDir)]),
    ...(config.mailIn ? [mailLoop(platform, config.mailIn)] : []),
  ]
}

function folderLoop(platform: Platform, root: string): Loop {
  const folders = watchFolders(platform, root)
  return {
    name: 'supply.folders',
    start: createRhythm({
      name: 'supply.folders',
      idleMs: LOOK_MS,
      log: platform.log,
      turn: async () => {
        await folders.look()
        return 'idle'
      },
    }).start,
  }
}

function mailLoop(platform: Platform, mailIn: NonNullable<Platform['config']['mailIn']>): Loop {
  const { host, port, domain, keyFile, certFile } = mailIn
  return {
    name: 'supply.mail',
    start: () => {
      let door: MailDoor | undefined
      const rhythm = createRhythm({
        name: 'supply.mail',
        idleMs: TRY_AGAIN_MS,
        log: platform.log,
        turn: async () => {
          if (door) return 'idle'
          const tls = keyFile && certFile ? { key: await readFile(keyFile), cert: await readFile(certFile) } : undefined
          const dns = new Resolver({ timeout: DNS_MS, tries: 2 })
          const resolve = (name: string, type: string) => dns.resolve(name, type) as Promise<string[]>
          door = await openMailDoor(platform, { host, port, domain, tls, resolve })
          platform.log.info({ host, port: door.port, domain }, 'mails of suppliers are taken here')
          return 'idle'
        },
      })
      const running = rhythm.start()
      return {
        stop: async () => {
          await running.stop()
          await door?.close()
        },
      }
    },
  }
}

/** Lists that stay away longer than was promised. */
export const lateSchedule = ({ db }: Pick<Platform, 'db'>): Schedule => ({
  name: 'supply.late_lists',
  everyMs: LATE_MS,
  run: async () => void (await db.callGlobal<number>('suppliers.tell_late_lists', LATE_MAX)),
})
