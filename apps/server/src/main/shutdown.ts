import type { Log } from '../platform/log/index.ts'

/** One Ctrl-C may arrive twice: from the terminal and once more from npm. Only a later one means "now". */
const SAME_PRESS_MS = 1_500
const GRACE_MS = 40_000
const PARENT_LOOK_MS = 500

type Step = { readonly name: string; readonly stop: () => Promise<void> }

export type Shutdown = {
  /** Adds what has to be stopped. Steps run in reverse order of being added. */
  readonly add: (name: string, stop: () => Promise<void>) => void
  /** What to do at once when somebody cannot wait. */
  readonly onForce: (kill: () => void) => void
  readonly isRunning: () => boolean
  /** Stops everything and ends the process. */
  readonly run: (reason: string, exitCode: number) => Promise<void>
}

/** Ends the process in order on Ctrl-C, SIGTERM, a closed terminal, and after an error nobody caught. */
export function handleShutdown(options: { readonly log: () => Log; readonly say: (line: string) => void }): Shutdown {
  const steps: Step[] = []
  const kills: (() => void)[] = []
  let startedAt: number | undefined

  const force = (): never => {
    for (const kill of kills) kill()
    process.exit(1)
  }

  const run = async (reason: string, exitCode: number): Promise<void> => {
    if (startedAt !== undefined) return
    startedAt = Date.now()
    options.log().info({ reason }, 'stopping')
    setTimeout(force, GRACE_MS).unref()
    for (let step = steps.pop(); step; step = steps.pop()) {
      await step
        .stop()
        .catch((error) => options.log().error({ err: error, step: step?.name }, 'could not stop in order'))
    }
    process.exit(exitCode)
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (startedAt === undefined) {
        if (signal === 'SIGINT') options.say('\nStopping … (Ctrl-C again to stop at once)')
        void run(signal, 0)
      } else if (Date.now() - startedAt > SAME_PRESS_MS) force()
    })
  }
  // npm hands a SIGTERM to the shell it started us with, which dies of it and tells nobody.
  if (process.env.npm_lifecycle_event !== undefined) {
    const parent = process.ppid
    setInterval(() => {
      if (process.ppid !== parent) void run('npm has ended', 0)
    }, PARENT_LOOK_MS).unref()
  }
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error) => {
      options.log().error({ err: error }, 'an error that nobody caught')
      if (startedAt !== undefined) return
      options.say(`Quanshu stops after an unexpected error: ${error instanceof Error ? error.message : String(error)}`)
      void run(event, 1)
    })
  }

  return {
    add: (name, stop) => void steps.push({ name, stop }),
    onForce: (kill) => void kills.push(kill),
    isRunning: () => startedAt !== undefined,
    run,
  }
}
