import { once } from 'node:events'
import { connect } from 'node:net'
import nodemailer from 'nodemailer'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type MailServer, startMail } from './index.ts'

let mail: MailServer
beforeAll(async () => {
  mail = await startMail({ host: '127.0.0.1' })
})
afterAll(() => mail.close())
afterEach(() => mail.control.clearFaults())

const send = (to: string, more: object = {}) =>
  nodemailer
    .createTransport(mail.smtpUrl)
    .sendMail({ from: 'shop@quanshu.test', to, subject: '您的订单已发货', text: '请查看订单页', ...more })

test('a message with Chinese subject and HTML is read back as it was written', async () => {
  await send('a@example.test', { html: '<p>订单 <b>2611220000000001</b></p><script>alert(1)</script>' })
  const [message] = mail.control.inbox('a@example.test')
  expect(message).toMatchObject({ subject: '您的订单已发货', from: 'shop@quanshu.test' })
  expect(message?.html).toContain('2611220000000001')
  expect(await (await fetch(mail.inboxUrl)).text()).toContain('您的订单已发货')
  const page = await fetch(`${mail.inboxUrl}/${message?.id}`)
  const html = await page.text()
  expect(html).toContain('sandbox="allow-popups"')
  expect(html).not.toContain('<script>alert')
})

test('faults: refused for good, refused for now, accepted without an answer', async () => {
  mail.control.addFault({ kind: 'refuse', key: 'b@example.test', times: 1 })
  await expect(send('b@example.test')).rejects.toMatchObject({ responseCode: 550 })
  mail.control.addFault({ kind: 'later', times: 1 })
  await expect(send('b@example.test')).rejects.toMatchObject({ responseCode: 451 })
  expect(mail.control.inbox('b@example.test')).toHaveLength(0)
  mail.control.addFault({ kind: 'cut', times: 1 })
  await expect(send('b@example.test')).rejects.toThrow()
  expect(mail.control.inbox('b@example.test')).toHaveLength(1)
})

test('a sender that dies in the middle of its message leaves nothing behind, and the next one is served', async () => {
  const { hostname, port } = new URL(mail.smtpUrl)
  const socket = connect(Number(port), hostname)
  for (const line of ['EHLO x', 'MAIL FROM:<shop@quanshu.test>', 'RCPT TO:<c@example.test>', 'DATA']) {
    await once(socket, 'data')
    socket.write(`${line}\r\n`)
  }
  await once(socket, 'data')
  socket.write('Subject: half\r\n\r\nhalf a mess')
  socket.destroy()
  await send('c@example.test')
  expect(mail.control.inbox('c@example.test')).toHaveLength(1)
})
