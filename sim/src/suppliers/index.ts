import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type FuluStandIn, startFulu } from '../fulu/index.ts'
import { type KasushouStandIn, startKasushou } from '../kasushou/index.ts'
import { type KayixinStandIn, startKayixin } from '../kayixin/index.ts'
import { startTremendous, type TremendousStandIn } from '../tremendous/index.ts'
import type { Credentials } from './books.ts'

export type Suppliers = {
  readonly fulu: FuluStandIn
  readonly kasushou: KasushouStandIn
  readonly kayixin: KayixinStandIn
  readonly tremendous: TremendousStandIn
  readonly close: () => Promise<void>
}
type SupplierName = Exclude<keyof Suppliers, 'close'>

/** Where a supplier is, and what a shop fills in to buy from him. */
export type SupplierAddress = {
  readonly supplier: SupplierName
  readonly url: string
  readonly controlUrl: string
  readonly credentials: Credentials
}

type Ports = Partial<Record<SupplierName, readonly [port: number, controlPort: number]>>

/**
 * Starts a stand-in for each supplier. 福禄 and Tremendous do not learn from an order where their callbacks go: tell it
 * to their control (`setCallbackUrl`), Tremendous also by its own `POST /webhooks`.
 * @param options.dataDir secrets, books and ports are kept here, so that a restart finds them
 */
export async function startSuppliers(options: {
  readonly host?: string
  readonly dataDir?: string | undefined
  readonly seed?: string | undefined
}): Promise<Suppliers> {
  const { host = '127.0.0.1', dataDir, seed } = options
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true })
  const portsFile = dataDir === undefined ? undefined : join(dataDir, 'supplier-ports.json')
  const ports: Ports = portsFile && existsSync(portsFile) ? JSON.parse(readFileSync(portsFile, 'utf8')) : {}
  const at = (supplier: SupplierName) => {
    const [port, controlPort] = ports[supplier] ?? []
    return { host, port, controlPort, dataDir, seed }
  }

  const [fulu, kasushou, kayixin, tremendous] = await Promise.all([
    startFulu(at('fulu')),
    startKasushou(at('kasushou')),
    startKayixin(at('kayixin')),
    startTremendous(at('tremendous')),
  ])
  const suppliers: Suppliers = {
    ...{ fulu, kasushou, kayixin, tremendous },
    close: async () => {
      await Promise.all([fulu.close(), kasushou.close(), kayixin.close(), tremendous.close()])
    },
  }
  if (portsFile !== undefined) {
    const used: Ports = Object.fromEntries(
      supplierAddresses(suppliers).map(({ supplier, url, controlUrl }) => [
        supplier,
        [portOf(url), portOf(controlUrl)],
      ]),
    )
    writeFileSync(portsFile, `${JSON.stringify(used, null, 2)}\n`)
  }
  return suppliers
}

/** The suppliers as data, for another process. */
export function supplierAddresses({ close: _, ...suppliers }: Suppliers): readonly SupplierAddress[] {
  return (Object.keys(suppliers) as SupplierName[]).map((supplier) => {
    const { url, controlUrl, credentials } = suppliers[supplier]
    return { supplier, url, controlUrl, credentials }
  })
}

const portOf = (url: string): number => Number(new URL(url).port)
