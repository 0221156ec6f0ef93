import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Log } from '../platform/log/index.ts'
import { StartRefused } from './start-refused.ts'

/** Where the stand-ins listen, and the accounts a shop uses with them. */
export type StandInAddresses = {
  readonly paygate: {
    readonly url: string
    readonly controlUrl: string
    readonly merchantId: string
    readonly secret: string
  }
  readonly sms: {
    readonly url: string
    /** The page on which people read the messages. */
    readonly inboxUrl: string
    readonly accessKeyId: string
    readonly accessKeySecret: string
    readonly signName: string
  }
  readonly mail: { readonly smtpUrl: string; readonly inboxUrl: string }
  readonly wecom: {
    readonly url: string
    /** The page on which people read what the app wrote. */
    readonly inboxUrl: string
    readonly corpId: string
    readonly agentId: number
    readonly secret: string
  }
  /** The real gateways' stand-ins, with what a shop fills in. */
  readonly gateways: readonly {
    readonly gateway: string
    readonly account: {
      readonly baseUrl: string
      readonly merchantId: string
      readonly settings: Readonly<Record<string, string>>
      readonly secrets: Readonly<Record<string, string>>
    }
    readonly controlUrl: string
  }[]
  /** Stand-ins for suppliers of virtual goods, with what a shop signs with. */
  readonly suppliers: readonly {
    readonly supplier: string
    readonly url: string
    readonly controlUrl: string
    readonly credentials: Readonly<Record<string, string>>
  }[]
}

export type RunningStandIns = { readonly addresses: StandInAddresses; readonly stop: () => Promise<void> }

const PROGRAM = fileURLToPath(new URL('stand-ins-process.ts', import.meta.url))
const STOP_TIMEOUT_MS = 5_000

/**
 * Starts the stand-ins of outside services in a process of their own, as outside services are. The process ends by
 * itself when this one is gone.
 */
export async function startStandInProcess(options: {
  readonly dataDir: string
  readonly log: Log
}): Promise<RunningStandIns> {
  const child = fork(PROGRAM, [options.dataDir], { detached: true, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  let complaint = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk).slice(-2_000)
  })
  const ended = once(child, 'exit')
  const addresses = await Promise.race([
    once(child, 'message').then(([message]) => message as StandInAddresses),
    ended.then(() => undefined),
  ])
  if (!addresses) throw new StartRefused(`The stand-ins of outside services did not start: ${firstError(complaint)}`)

  let stopping = false
  void ended.then(([code, signal]) => {
    if (!stopping) options.log.error({ code, signal, complaint }, 'the stand-ins stopped by themselves')
  })
  return {
    addresses,
    async stop() {
      stopping = true
      if (child.exitCode !== null || child.signalCode !== null) return
      const force = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
      child.disconnect()
      await ended
      clearTimeout(force)
    },
  }
}

function firstError(complaint: string): string {
  return /^\w*Error.*$/m.exec(complaint)?.[0] ?? (complaint.trim().split('\n')[0] || 'no reason was given')
}
