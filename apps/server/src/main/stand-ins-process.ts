import { startGateways, startProfileHouses, startStandIns, supplierAddresses } from '@quanshu/sim'
import type { StandInAddresses } from './stand-ins.ts'

/** The program that `startStandInProcess` forks: starts, tells the addresses, and ends with its parent. */
const [, , dataDir] = process.argv
if (dataDir === undefined || !process.send) throw new Error('started by startStandInProcess only')

const [standIns, gateways, houses] = await Promise.all([
  startStandIns({ dataDir }),
  startGateways({ dataDir }),
  startProfileHouses({ dataDir }),
])
const addresses: StandInAddresses = {
  paygate: {
    url: standIns.paygate.url,
    controlUrl: standIns.paygate.controlUrl,
    merchantId: standIns.paygate.merchant.id,
    secret: standIns.paygate.merchant.secret,
  },
  sms: {
    url: standIns.sms.url,
    inboxUrl: `${standIns.sms.url}/inbox`,
    accessKeyId: standIns.sms.accessKeyId,
    accessKeySecret: standIns.sms.accessKeySecret,
    signName: standIns.sms.signName,
  },
  mail: { smtpUrl: standIns.mail.smtpUrl, inboxUrl: standIns.mail.inboxUrl },
  wecom: {
    url: standIns.wecom.url,
    inboxUrl: `${standIns.wecom.url}/inbox`,
    corpId: standIns.wecom.corpId,
    agentId: standIns.wecom.agentId,
    secret: standIns.wecom.secret,
  },
  gateways: gateways.map(({ close: _, ...rest }) => rest),
  suppliers: [...supplierAddresses(standIns.suppliers), ...supplierAddresses(houses)],
}
process.send(addresses)

/** A parent that was killed closes the channel too, so nothing is left behind. */
process.once('disconnect', () => {
  const closing = [standIns, houses, ...gateways].map((standIn) => standIn.close())
  void Promise.allSettled(closing).finally(() => process.exit(0))
})
