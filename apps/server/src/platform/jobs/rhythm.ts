import type { Log } from '../log/index.ts'

/**
 * Calls `turn` again and again: at once while it answers `'more'`, else when kicked or after `idleMs`. Never two turns at a
 * time; a turn that throws is logged and waits. May be started again after it was stopped.
 */
export function createRhythm(options: {
  readonly name: string
  readonly idleMs: number
  readonly log: Log
  readonly turn: () => Promise<'more' | 'idle'>
}): { readonly kick: () => void; readonly start: () => { readonly stop: () => Promise<void> } } {
  let wake: (() => void) | undefined
  let kicked = false
  let stopped = false
  const rest = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, options.idleMs)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
      if (kicked || stopped) wake()
    })
  const kick = (): void => {
    kicked = true
    wake?.()
  }
  async function run(): Promise<void> {
    while (!stopped) {
      kicked = false
      const found = await options.turn().catch((error: unknown) => {
        options.log.error({ err: error, loop: options.name }, 'a turn failed')
        return 'idle' as const
      })
      if (found === 'idle') await rest()
    }
  }
  return {
    kick,
    start: () => {
      stopped = false
      const done = run()
      return {
        stop: async () => {
          stopped = true
          wake?.()
          await done
        },
      }
    },
  }
}
