import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A route that does nothing but answer. */
export type BareRoute = {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body: string
  readonly contentType: string
}

/**
 * Fastify with nothing behind it: what HTTP alone costs on this machine. In a process of its own, as the system is, so
 * that the driver does not have to share its core with the limit either.
 */
export async function startBareServer(
  routes: readonly BareRoute[],
): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const child = fork(fileURLToPath(new URL('bare-server-process.ts', import.meta.url)), {
    env: { ...process.env, NODE_ENV: 'production' },
  })
  child.send(routes)
  const [url] = (await once(child, 'message')) as [string]
  return {
    url,
    stop: async () => {
      const closed = once(child, 'close')
      child.kill('SIGTERM')
      await closed
    },
  }
}
