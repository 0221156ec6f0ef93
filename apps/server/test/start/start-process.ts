import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { StandInAddresses } from '../../src/main/stand-ins.ts'

const PROGRAM = fileURLToPath(new URL('../../src/main/start.ts', import.meta.url))

type Ready = { readonly url: string; readonly standIns?: StandInAddresses }

export type Started = {
  readonly child: ChildProcess
  /** What it said when it was ready; undefined when it ended instead. */
  readonly ready: Ready | undefined
  readonly output: () => string
  /** Sends the signal and waits for the end. */
  readonly end: (signal: NodeJS.Signals) => Promise<{ readonly code: number | null; readonly signal: string | null }>
}

/** `npm start` as an own process, without front ends and demo, on a free port. Waits until it is ready or has ended. */
export async function startProcess(env: NodeJS.ProcessEnv): Promise<Started> {
  const child = fork(PROGRAM, [], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, NODE_ENV: 'development', QUANSHU_PORT: '0', QUANSHU_DEV: '1', QUANSHU_DEMO: 'no', ...env },
  })
  let said = ''
  child.stdout?.on('data', (chunk: Buffer) => (said += chunk))
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk))
  const closed = once(child, 'close')
  const ready = await Promise.race([
    once(child, 'message').then(([message]) => message as Ready),
    closed.then(() => undefined),
  ])
  return {
    child,
    ready,
    output: () => said,
    async end(signal) {
      child.kill(signal)
      const [code, by] = await closed
      return { code, signal: by }
    },
  }
}
