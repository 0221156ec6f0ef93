import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startStandIns } from './index.ts'

test('a restart keeps addresses and secrets', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'quanshu-sim-'))
  const facts = async () => {
    const standIns = await startStandIns({ dataDir })
    await standIns.close()
    const { paygate, sms, mail, wecom, suppliers } = standIns
    const own = [
      paygate.url,
      paygate.merchant,
      sms.url,
      sms.accessKeySecret,
      mail.smtpUrl,
      mail.inboxUrl,
      wecom.url,
      wecom.secret,
    ]
    const { fulu, kasushou, kayixin, tremendous } = suppliers
    const theirs = [fulu, kasushou, kayixin, tremendous].map(({ url, controlUrl, credentials }) => [
      url,
      controlUrl,
      credentials,
    ])
    return [own, theirs]
  }
  const first = await facts()
  expect(await facts()).toEqual(first)
  rmSync(dataDir, { recursive: true })
})
