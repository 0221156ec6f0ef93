import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Credentials } from './books.ts'
import type { SupplierOptions, SupplierStandIn } from './supplier.ts'

export type Street = {
  readonly host?: string
  readonly dataDir?: string | undefined
  readonly seed?: string | undefined
}
type Starts = Readonly<Record<string, (options: SupplierOptions) => Promise<SupplierStandIn<Credentials>>>>
type Started<S extends Starts> = { readonly [K in keyof S]: Awaited<ReturnType<S[K]>> }
type Ports = Readonly<Record<string, readonly [port: number, controlPort: number]>>

/**
 * Starts houses that remember where they stood: their ports are kept in `file` of the folder, so that a restart finds them.
 * @returns them, by their names
 */
export async function startStreet<S extends Starts>(starts: S, file: string, street: Street): Promise<Started<S>> {
  const { host = '127.0.0.1', dataDir, seed } = street
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true })
  const portsFile = dataDir === undefined ? undefined : join(dataDir, file)
  const ports: Ports = portsFile && existsSync(portsFile) ? JSON.parse(readFileSync(portsFile, 'utf8')) : {}
  const started = await Promise.all(
    Object.entries(starts).map(async ([name, start]) => {
      const [port, controlPort] = ports[name] ?? []
      return [name, await start({ host, port, controlPort, dataDir, seed })] as const
    }),
  )
  if (portsFile !== undefined) {
    const used: Ports = Object.fromEntries(
      started.map(([name, { url, controlUrl }]) => [name, [portOf(url), portOf(controlUrl)] as const]),
    )
    writeFileSync(portsFile, `${JSON.stringify(used, null, 2)}\n`)
  }
  // Each of the names has been started by its own function.
  return Object.fromEntries(started) as Started<S>
}

const portOf = (url: string): number => Number(new URL(url).port)
