import { startProfileHouses, startStandIns, supplierAddresses } from './index.ts'

/** Runs the stand-ins alone: `node sim/src/main.ts`, with SIM_DATA as the folder that keeps their books. */
const dataDir = process.env.SIM_DATA
const [standIns, houses] = await Promise.all([
  startStandIns(dataDir === undefined ? {} : { dataDir }),
  startProfileHouses({ dataDir }),
])

console.log(
  JSON.stringify(
    {
      paygate: {
        url: standIns.paygate.url,
        controlUrl: standIns.paygate.controlUrl,
        merchantId: standIns.paygate.merchant.id,
        secret: standIns.paygate.merchant.secret,
      },
      sms: {
        url: standIns.sms.url,
        inbox: `${standIns.sms.url}/inbox`,
        accessKeyId: standIns.sms.accessKeyId,
        accessKeySecret: standIns.sms.accessKeySecret,
      },
      mail: { smtpUrl: standIns.mail.smtpUrl, inbox: standIns.mail.inboxUrl },
      wecom: {
        url: standIns.wecom.url,
        inbox: `${standIns.wecom.url}/inbox`,
        corpId: standIns.wecom.corpId,
        agentId: standIns.wecom.agentId,
        secret: standIns.wecom.secret,
      },
      suppliers: [...supplierAddresses(standIns.suppliers), ...supplierAddresses(houses)],
    },
    null,
    2,
  ),
)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void Promise.all([standIns.close(), houses.close()]).then(() => process.exit(0)))
}
