import { buildHttpServer, type HttpOptions, type HttpServer } from '../platform/http/index.ts'
import type { Platform } from '../platform/module.ts'
import { assemble } from './modules.ts'

/** The HTTP side of everything: all modules' routes behind the one listener. Not yet listening. */
export async function buildApp(platform: Platform, options: HttpOptions = {}): Promise<HttpServer> {
  const { modules, ports } = assemble(platform)
  return await buildHttpServer(platform, modules, ports, options)
}
