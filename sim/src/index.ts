import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type MailServer, startMail } from './mail/index.ts'
import { type Paygate, startPaygate } from './paygate/index.ts'
import { type SmsGateway, startSms } from './sms/index.ts'
import { type Suppliers, startSuppliers } from './suppliers/index.ts'
import { startWecom, type Wecom } from './wecom/index.ts'

export { type GatewayStandIn, startGateways } from './gateways.ts'
export type { MailMessage, MailServer } from './mail/index.ts'
export type { PaygateControl, PayOrder, PayReport } from './paygate/control.ts'
export type { PaygateFaultInput, PaygateFaultKind } from './paygate/faults.ts'
export { type Paygate, startPaygate } from './paygate/index.ts'
export { signedHeaders } from './paygate/signing.ts'
export { startProfileHouses } from './profiles/index.ts'
export type { SmsGateway, SmsMessage } from './sms/index.ts'
export { type SupplierAddress, type Suppliers, startSuppliers, supplierAddresses } from './suppliers/index.ts'

export type StandInPorts = {
  readonly paygate?: number
  readonly paygateControl?: number
  readonly sms?: number
  readonly smtp?: number
  readonly mailInbox?: number
  readonly wecom?: number
}

export type StandInOptions = {
  readonly host?: string
  /** Books, messages, secrets and ports are kept here, so that a restart of everything finds them. Absent: in memory. */
  readonly dataDir?: string
  /** A port that is not named is the one of the last run, else a free one. */
  readonly ports?: StandInPorts
  readonly seed?: string
}

export type StandIns = {
  readonly paygate: Paygate
  readonly sms: SmsGateway
  readonly mail: MailServer
  readonly wecom: Wecom
  readonly suppliers: Suppliers
  readonly close: () => Promise<void>
}

/** Starts all stand-ins for outside services: real servers on this machine that nothing outside can reach. */
export async function startStandIns(options: StandInOptions = {}): Promise<StandIns> {
  const host = options.host ?? '127.0.0.1'
  const { dataDir, seed } = options
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true })
  const portsFile = dataDir === undefined ? undefined : join(dataDir, 'ports.json')
  const ports: StandInPorts = { ...rememberedPorts(portsFile), ...options.ports }

  const [paygate, sms, mail, wecom, suppliers] = await Promise.all([
    startPaygate({ host, port: ports.paygate, controlPort: ports.paygateControl, dataDir, seed }),
    startSms({ host, port: ports.sms, dataDir }),
    startMail({ host, smtpPort: ports.smtp, httpPort: ports.mailInbox, dataDir }),
    startWecom({ host, port: ports.wecom, dataDir }),
    startSuppliers({ host, dataDir, seed }),
  ])
  if (portsFile !== undefined) {
    const used: StandInPorts = {
      paygate: portOf(paygate.url),
      paygateControl: portOf(paygate.controlUrl),
      sms: portOf(sms.url),
      smtp: portOf(mail.smtpUrl),
      mailInbox: portOf(mail.inboxUrl),
      wecom: portOf(wecom.url),
    }
    writeFileSync(portsFile, `${JSON.stringify(used, null, 2)}\n`)
  }
  return {
    paygate,
    sms,
    mail,
    wecom,
    suppliers,
    close: async () => {
      await Promise.all([paygate.close(), sms.close(), mail.close(), wecom.close(), suppliers.close()])
    },
  }
}

/** Addresses are written into shops' settings and into notices under way; a restart must find them unchanged. */
function rememberedPorts(file: string | undefined): StandInPorts {
  if (file === undefined || !existsSync(file)) return {}
  return JSON.parse(readFileSync(file, 'utf8')) as StandInPorts
}

const portOf = (url: string): number => Number(new URL(url).port)
