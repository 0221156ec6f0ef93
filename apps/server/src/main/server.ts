import type { SupplierAdapters } from '../modules/suppliers/index.ts'
import { followEvents } from '../platform/events/index.ts'
import type { HttpOptions } from '../platform/http/index.ts'
import type { Platform } from '../platform/module.ts'
import { type Standstill, watchStandstill } from '../platform/standstill/index.ts'
import { buildApp } from './app.ts'
import { assemble } from './modules.ts'
import { StartRefused } from './start-refused.ts'
import { runWorker } from './worker.ts'

export type Running = {
  /** Base URL of the listener; undefined without the role `api`. */
  readonly url: string | undefined
  /** What lets the installation stand still now. */
  readonly standstill: () => Standstill | undefined
  /** Stops what was started, in order: no new request, running ones finish, then events and jobs. */
  readonly stop: () => Promise<void>
}

/**
 * Runs the roles of this process: `api` serves HTTP, `worker` works off events, jobs and schedules.
 * @param options.ownerUrl the owner's connection, for the job queue; needed by `worker`
 * @throws StartRefused when the port is taken
 */
export async function runRoles(
  platform: Platform,
  options: HttpOptions & { readonly ownerUrl: string; readonly supplierAdapters?: SupplierAdapters },
): Promise<Running> {
  const { config } = platform
  // One for both roles, so that they share each command's batches and memories.
  const assembly = assemble(platform, { supplierAdapters: options.supplierAdapters })
  const stops: (() => Promise<void>)[] = []
  const stop = async (): Promise<void> => {
    for (let next = stops.pop(); next; next = stops.pop()) await next()
  }
  try {
    const standstill = await watchStandstill(platform)
    stops.push(standstill.stop)
    if (config.roles.includes('worker')) {
      const worker = await runWorker(platform, assembly.modules, { ownerUrl: options.ownerUrl, standstill })
      stops.push(worker.stop)
    }
    const running = { stop, standstill: standstill.now }
    if (!config.roles.includes('api')) return { ...running, url: undefined }
    // Waiting pages hear of what other processes did through the log.
    const news = await followEvents(platform, platform.hub)
    stops.push(news.stop)
    const app = await buildApp(platform, { ...options, standstill: standstill.now }, assembly)
    stops.push(() => app.close())
    return { ...running, url: await listen(app, config.host, config.port) }
  } catch (error) {
    await stop()
    throw error
  }
}

/**
 * Connections that may wait to be taken; the kernel takes at most its own `somaxconn`. Node's 511 is full within a tenth of
 * a second when a sale opens, and who finds it full knocks again after 1, 3 and 7 seconds.
 */
const CONNECTIONS_WAITING_MAX = 4_096

async function listen(app: Awaited<ReturnType<typeof buildApp>>, host: string, port: number): Promise<string> {
  try {
    return await app.listen({ host, port, backlog: CONNECTIONS_WAITING_MAX })
  } catch (error) {
    throw portRefusal(error, host, port)
  }
}

/** What stands in the way of listening, as a sentence. */
export function portRefusal(error: unknown, host: string, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') {
    return new StartRefused(`Port ${port} on ${host} is already in use; choose another one with QUANSHU_PORT.`)
  }
  if (code === 'EACCES') {
    return new StartRefused(`Port ${port} may not be used by this user; choose one above 1023 with QUANSHU_PORT.`)
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new StartRefused(`This machine has no address ${host}; correct QUANSHU_HOST.`)
  }
  return error
}
