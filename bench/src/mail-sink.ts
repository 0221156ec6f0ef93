import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** One in so many is kept whole, for a look at what was sent. */
const SAMPLE_EVERY = 100

export type MailSink = {
  readonly port: number
  /** The Message-ID of every mail that was taken, in that order. */
  readonly messageIds: readonly string[]
  /** The text part of some of them. */
  readonly sampleTexts: () => readonly string[]
  readonly close: () => void
}

/**
 * A mail server that takes everything and counts it, in this process: it shares two cores with what is measured. The
 * stand-in of `sim/` parses every mail, keeps it in a file and shows it on a page. It speaks the SMTP of RFC 5321 that a
 * sender needs, with the extensions that Postfix offers without TLS: PIPELINING, 8BITMIME, SIZE.
 */
export async function startMailSink(): Promise<MailSink> {
  const messageIds: string[] = []
  const samples: string[] = []
  const sockets = new Set<Socket>()

  const take = (mail: string): void => {
    if (messageIds.length % SAMPLE_EVERY === 0) samples.push(mail)
    // A copy: a part of a string keeps the whole of it in memory.
    messageIds.push(Buffer.from(/^message-id: (.*)\r$/im.exec(mail)?.[1] ?? '').toString())
  }
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    converse(socket, take)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    messageIds,
    sampleTexts: () => samples.map(textOf),
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

const END_OF_MAIL = '\r\n.\r\n'
const EXTENSIONS = '250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 10485760\r\n'

function converse(socket: Socket, take: (mail: string) => void): void {
  let received = ''
  let isMail = false
  socket.setNoDelay(true)
  socket.setEncoding('latin1')
  socket.on('error', () => undefined)
  socket.on('data', (chunk: string) => {
    received += chunk
    let answers = ''
    for (;;) {
      const ending = isMail ? END_OF_MAIL : '\r\n'
      const end = received.indexOf(ending)
      if (end < 0) break
      const text = received.slice(0, end)
      received = received.slice(end + ending.length)
      if (isMail) take(text)
      answers += isMail ? '250 taken\r\n' : answerTo(text)
      isMail = !isMail && isCommand(text, 'DATA')
    }
    if (answers !== '') socket.write(answers, 'latin1')
  })
  socket.write('220 sink ESMTP\r\n')
}

const isCommand = (line: string, verb: string): boolean => line.slice(0, 4).toUpperCase() === verb

function answerTo(line: string): string {
  if (isCommand(line, 'EHLO')) return EXTENSIONS
  if (isCommand(line, 'DATA')) return '354 go ahead\r\n'
  return '250 ok\r\n'
}

/** Of a mail of ours: two parts in base64, the text first. */
function textOf(mail: string): string {
  const part = mail.slice(mail.indexOf('Content-Type: text/plain'))
  const from = part.indexOf('\r\n\r\n')
  return Buffer.from(part.slice(from, part.indexOf('\r\n--', from)), 'base64').toString()
}
