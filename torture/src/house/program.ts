import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { pause } from './wait.ts'

const START = fileURLToPath(new URL('../../../apps/server/src/main/start.ts', import.meta.url))
const PRELOAD = new URL('preload.ts', import.meta.url).href

/** One API or worker process, which is started again whenever it ends, as a service manager would. */
export type Program = {
  readonly name: string
  readonly isReady: () => boolean
  /** SIGKILL; its successor is started `downMs` later. False when it is down already. */
  readonly kill: (downMs: number) => boolean
  readonly pause: () => (() => void) | undefined
  /** SIGTERM, and its successor when it has ended. */
  readonly restart: () => Promise<boolean>
  readonly moveClock: (offsetMs: number) => boolean
  /** Clock right, not paused. */
  readonly heal: () => void
  readonly stop: () => Promise<void>
}

export type Unasked = { readonly name: string; readonly how: string; readonly lastWords: string }

const RESTART_PAUSE_MS = 300
/** How long an orderly end may take before it is a kill. */
const STOP_TIMEOUT_MS = 25_000

/** @param onUnasked the process ended although it had been ready and nobody asked it to: a fault of the product */
export async function startProgram(options: {
  readonly name: string
  readonly env: NodeJS.ProcessEnv
  readonly outFile: string
  readonly onUnasked: (end: Unasked) => void
}): Promise<Program> {
  const { name, env, outFile, onUnasked } = options
  let child: ChildProcess
  let isReady = false
  let isStopping = false
  let isAsked = false
  let downUntil = 0

  const launch = (): ChildProcess => {
    const out = openSync(outFile, 'a')
    const launched = fork(START, [], { stdio: ['ignore', out, out, 'ipc'], execArgv: ['--import', PRELOAD], env })
    closeSync(out)
    isReady = false
    isAsked = false
    launched.on('message', (message) => {
      if (typeof message === 'object' && message !== null && 'ready' in message) isReady = true
    })
    launched.on('error', () => undefined)
    launched.once('exit', (code, by) => {
      if (isReady && !isAsked && !isStopping)
        onUnasked({ name, how: by ?? `exit code ${code}`, lastWords: tail(outFile) })
      isReady = false
      void comeBack()
    })
    return launched
  }
  const comeBack = async (): Promise<void> => {
    await pause(Math.max(RESTART_PAUSE_MS, downUntil - Date.now()))
    if (!isStopping) child = launch()
  }
  const isAlive = (): boolean => child.exitCode === null && child.signalCode === null
  const end = async (): Promise<void> => {
    isAsked = true
    if (!isAlive()) return
    const ended = once(child, 'exit')
    const ending = child
    ending.kill('SIGCONT')
    ending.kill('SIGTERM')
    const force = setTimeout(() => ending.kill('SIGKILL'), STOP_TIMEOUT_MS)
    await ended
    clearTimeout(force)
  }

  child = launch()
  await Promise.race([once(child, 'message'), once(child, 'exit')])
  if (!isReady) throw new Error(`${name} did not start: ${tail(outFile)}`)

  return {
    name,
    isReady: () => isReady,
    kill: (downMs) => {
      downUntil = Date.now() + downMs
      isAsked = true
      return isAlive() && child.kill('SIGKILL')
    },
    pause: () => {
      const paused = child
      return isAlive() && paused.kill('SIGSTOP') ? () => void paused.kill('SIGCONT') : undefined
    },
    restart: async () => {
      const wasUp = isReady
      await end()
      return wasUp
    },
    moveClock: (offsetMs) => isAlive() && child.connected && child.send({ clockOffsetMs: offsetMs }, () => undefined),
    heal: () => {
      child.kill('SIGCONT')
      if (isAlive() && child.connected) child.send({ clockOffsetMs: 0 }, () => undefined)
    },
    stop: async () => {
      isStopping = true
      await end()
    },
  }
}

function tail(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-15).join('\n')
}
