import { buildHttpServer, type HttpOptions, type HttpServer } from '../platform/http/index.ts'
import type { Platform } from '../platform/module.ts'
import { type Assembly, assemble } from './modules.ts'

/** The HTTP side of everything: all modules' routes behind the one listener. Not yet listening. */
export async function buildApp(
  platform: Platform,
  options: HttpOptions = {},
  { modules, ports }: Assembly = assemble(platform),
): Promise<HttpServer> {
  return await buildHttpServer(platform, modules, ports, options)
}
