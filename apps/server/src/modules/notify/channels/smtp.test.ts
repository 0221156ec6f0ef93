import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { bareAddress, senderOf } from './mime.ts'
import { openMailer } from './smtp.ts'

/** What the server says to a line; undefined hangs up. */
type Script = (line: string) => string | undefined

const POLITE: Script = (line) => {
  if (line.startsWith('EHLO')) return '250-test\r\n250 PIPELINING'
  return line === 'DATA' ? '354 go ahead' : '250 ok'
}

async function startServer(script: Script, greeting = '220 test') {
  const mails: string[] = []
  let connections = 0
  const server = createServer((socket) => {
    connections += 1
    converse(socket, script, mails)
    socket.write(`${greeting}\r\n`)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const account = {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    from: '小店 <shop@quanshu.test>',
  }
  const mailer = await openMailer(account, true)
  onTestFinished(mailer.close)
  return { mailer, mails, connections: () => connections }
}

function converse(socket: Socket, script: Script, mails: string[]): void {
  let received = ''
  let isMail = false
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => {
    received += chunk
    for (let end = next(); end >= 0; end = next()) {
      const text = received.slice(0, end)
      received = received.slice(end + (isMail ? 5 : 2))
      const answer = script(isMail ? '.' : text)
      if (isMail) mails.push(text)
      if (answer === undefined) return void socket.destroy()
      isMail = answer.startsWith('354')
      socket.write(`${answer}\r\n`)
    }
  })
  const next = () => received.indexOf(isMail ? '\r\n.\r\n' : '\r\n')
}

const mailTo = (to: string, text = '.\r\n..\r\ncode') => ({
  to,
  subject: `订单 ${'很'.repeat(60)}\r\nBcc: evil@example.test`,
  text,
  html: '<p>code</p>',
  messageId: '<1@quanshu>',
})
const kinds = async (sending: readonly ReturnType<Awaited<ReturnType<typeof openMailer>>['send']>[]) =>
  (await Promise.all(sending)).map(({ kind }) => kind)

describe('a mailer', () => {
  test('sends all its mails over one connection, whatever the server thinks of one of them', async () => {
    let opinion = ''
    const { mailer, mails, connections } = await startServer((line) => {
      if (line.startsWith('RCPT')) {
        opinion = line.includes('never@') ? '550 no such mailbox' : line.includes('later@') ? '450 busy' : '250 ok'
        return opinion
      }
      return line === 'DATA' && opinion !== '250 ok' ? '503 for nobody' : POLITE(line)
    })
    const outcomes: string[] = []
    for (const to of ['a@x.test', 'never@x.test', 'b@x.test', 'later@x.test', 'c@x.test']) {
      outcomes.push((await mailer.send(mailTo(to))).kind)
    }
    expect(outcomes).toEqual(['sent', 'refused', 'sent', 'not_sent', 'sent'])
    expect([mails.length, connections()]).toEqual([3, 1])
  })

  test('says "unknown" of a mail whose answer was lost, and takes another connection for the next', async () => {
    let hangUps = 0
    const { mailer, mails, connections } = await startServer((line) =>
      line === '.' && hangUps++ === 0 ? undefined : POLITE(line),
    )
    expect((await mailer.send(mailTo('a@x.test'))).kind).toBe('unknown')
    expect((await mailer.send(mailTo('b@x.test'))).kind).toBe('sent')
    expect([mails.length, connections()]).toEqual([2, 2])
  })

  test('says "not sent" when the server ends the session before it wants the mail', async () => {
    let turns = 0
    const { mailer, mails } = await startServer((line) =>
      line.startsWith('MAIL') && turns++ === 0 ? '421 too many' : POLITE(line),
    )
    expect((await mailer.send(mailTo('a@x.test'))).kind).toBe('not_sent')
    expect((await mailer.send(mailTo('b@x.test'))).kind).toBe('sent')
    expect(mails).toHaveLength(1)
  })

  test('asks a server that turns it away once, not for every mail', async () => {
    const { mailer, connections } = await startServer(POLITE, '421 busy')
    expect(await kinds([mailer.send(mailTo('a@x.test'))])).toEqual(['not_sent'])
    expect(await kinds([mailer.send(mailTo('b@x.test')), mailer.send(mailTo('c@x.test'))])).toEqual([
      'not_sent',
      'not_sent',
    ])
    expect(connections()).toBe(1)
  })

  test('is not refused for good by a server that hangs up before its greeting', async () => {
    const { mailer } = await startServer(() => undefined)
    expect((await mailer.send(mailTo('a@x.test'))).kind).toBe('not_sent')
  })

  test('writes one header a line, and nobody’s words become another', async () => {
    const { mailer, mails } = await startServer(POLITE)
    await mailer.send(mailTo('a@x.test', '很长'.repeat(2_000)))
    const [head = '', ...body] = (mails[0] ?? '').split('\r\n\r\n')
    const names = head
      .split('\r\n')
      .filter((line) => !line.startsWith(' '))
      .map((line) => line.split(':')[0])
    expect(names).toEqual(['From', 'To', 'Subject', 'Message-ID', 'Date', 'MIME-Version', 'Content-Type'])
    expect(
      Math.max(
        ...mails
          .join()
          .split('\r\n')
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(80)
    expect(/[^\x20-\x7e\r\n]/.test(head + body.join())).toBe(false)
  })
})

describe('addresses', () => {
  test.each([
    ['a.b+c@example.com', 'a.b+c@example.com'],
    ['a@中文.example', 'a@xn--fiq228c.example'],
  ])('%s is one', (given, expected) => {
    expect(bareAddress(given)).toBe(expected)
  })

  test.each([
    'a@x.test, b@x.test',
    'a@x.test;b@x.test',
    'a@x.test\r\nBcc: b@x.test',
    '<a@x.test>',
    'A <a@x.test>',
    'a@',
    '@x',
    'a',
  ])('%j is none, or more than one: refused before the server is asked', async (to) => {
    const { mailer, connections } = await startServer(POLITE)
    expect(await mailer.send(mailTo(to))).toMatchObject({ kind: 'refused' })
    expect(connections()).toBe(0)
  })

  test('a sender has a name in any script, or none', () => {
    expect(senderOf('权枢 <no-reply@quanshu.test>')).toEqual({
      header: '=?UTF-8?B?5p2D5p6i?= <no-reply@quanshu.test>',
      address: 'no-reply@quanshu.test',
    })
    expect(senderOf('no-reply@quanshu.test')?.header).toBe('no-reply@quanshu.test')
    expect(senderOf('nobody')).toBeUndefined()
  })
})
