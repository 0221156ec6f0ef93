import { rmSync } from 'node:fs'

/**
 * The program that `startSystem` forks: `npm start` as it is, except that it stops in order and takes its folder along
 * when the bench is gone, however that ended. Nobody should find an unknown server on the machine after a Ctrl-C.
 */
process.once('disconnect', () => {
  process.once('exit', () => rmSync(process.env.QUANSHU_DATA ?? '', { recursive: true, force: true }))
  process.kill(process.pid, 'SIGTERM')
})
await import('../../apps/server/src/main/start.ts')
