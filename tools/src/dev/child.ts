import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

export type Running = {
  /** Stops it and starts it again; one that ended by itself (an error in the code) is started again too. */
  readonly restart: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** A Node program whose lines are shown with its name in front. It gets its own group, so that Ctrl-C reaches only us. */
export function child(name: string, command: readonly string[], env: NodeJS.ProcessEnv, cwd: string = ROOT): Running {
  let process_ = launch()
  let turn = Promise.resolve()

  function launch(): ChildProcess {
    const started = spawn(process.execPath, [...command], {
      cwd,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    })
    for (const stream of [started.stdout, started.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => console.log(`[${name}] ${line}`))
    }
    return started
  }

  async function end(): Promise<void> {
    if (process_.exitCode !== null || process_.signalCode !== null) return
    const ended = once(process_, 'exit')
    process_.kill('SIGTERM')
    await ended
  }

  return {
    // Several changes at once lead to restarts one after the other.
    restart: () => {
      turn = turn.then(end).then(() => {
        process_ = launch()
      })
      return turn
    },
    stop: () => turn.then(end),
  }
}
