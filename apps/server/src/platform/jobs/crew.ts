import type { Log } from '../log/index.ts'
import type { Loop } from '../module.ts'
import { createRhythm } from './rhythm.ts'

/**
 * A loop that takes up what is due and works on each by itself, `atOnceMax` of them at a time, so that one that hangs holds up
 * nobody else. What throws is logged and left: its lease runs out, and it is taken up again. Whoever stops the loop waits for
 * what is under way.
 */
export function createCrew<Due>(options: {
  readonly name: string
  readonly idleMs: number
  readonly atOnceMax: number
  readonly log: Log
  readonly take: (room: number) => Promise<readonly Due[]>
  readonly work: (due: Due) => Promise<void>
  /** How the log calls it when work threw. */
  readonly lost: (due: Due) => readonly [about: Readonly<Record<string, unknown>>, sentence: string]
}): { readonly kick: () => void; readonly loop: Loop } {
  const { name, idleMs, atOnceMax, log, take, work, lost } = options
  const running = new Set<Promise<void>>()
  const rhythm = createRhythm({
    name,
    idleMs,
    log,
    turn: async () => {
      const room = atOnceMax - running.size
      if (room <= 0) return 'idle'
      for (const due of await take(room)) {
        const one = work(due)
          .catch((error: unknown) => {
            const [about, sentence] = lost(due)
            log.error({ err: error, ...about }, sentence)
          })
          .finally(() => {
            running.delete(one)
            rhythm.kick()
          })
        running.add(one)
      }
      return 'idle'
    },
  })
  return {
    kick: rhythm.kick,
    loop: {
      name,
      start: () => {
        const { stop } = rhythm.start()
        return {
          stop: async () => {
            await stop()
            await Promise.all(running)
          },
        }
      },
    },
  }
}
